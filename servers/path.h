/*
 * The emulated path between our clients and a target: what the relays of TCP
 * and UDP have in common.
 */
#ifndef SERVERS_PATH_H
#define SERVERS_PATH_H

#include "lib/err.h"
#include "lib/net.h"
#include "servers/flow.h"
#include "servers/serve.h"

#include <stdint.h>

struct epoll_event;

struct path {
    struct serve serve; /* where clients come in */
    struct flow_path emulated;
    char target_name[NET_NAME_SIZE];
    int target_port;
    struct net_addr target;
    int64_t link_free_ns[2]; /* of each direction, see struct flow */
    int epoll;
};

void path_init(struct path *path);

/*
 * Look up the target, listen, and wait for clients in path->epoll, where the
 * listener's data pointer is NULL.  Errors: those of net_resolve and
 * serve_open; target-itself when it would forward to its own address.
 */
int path_open(struct path *path, struct err *err);
void path_close(struct path *path);

/*
 * Wait for events, a signal, or until shortly before due_ns (INT64_MAX: no
 * such time), but never longer than SERVE_LONGEST_WAIT_NS.  How many events.
 */
int path_wait(const struct path *path, struct epoll_event *events, int most,
              int64_t due_ns);

/*
 * The last stretch before a delivery is waited for awake, since sleep is late:
 * returns the time, which is due_ns or later if that was near.
 */
int64_t path_wake_ns(int64_t due_ns);

/* 1 when a connection could not be begun for want of something of ours. */
int path_is_short(int cause);

#endif
