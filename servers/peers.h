/*
 * The clients of a UDP relay, by address: a table with a limit, from which
 * those that are silent for long fall out.
 */
#ifndef SERVERS_PEERS_H
#define SERVERS_PEERS_H

#include "lib/net.h"
#include "servers/flow.h"
#include "servers/refusals.h"

#include <stddef.h>
#include <stdint.h>

enum { PEERS_BUCKETS = 1024 };

struct peer {
    struct net_addr addr;
    int fd;                /* connected to the target, belongs to the peer */
    uint64_t number;       /* of all that came, from 0 */
    int64_t heard_ns;      /* when something of it last moved */
    int on_path;           /* datagrams that are under way: it must stay */
    uint64_t strangers[2]; /* datagrams that are not ours, each direction */
    struct flow flow[2];   /* each direction; only the due times are used */
    struct peer *chain;    /* the next in the bucket */
    struct peer *older, *newer;
};

struct peers {
    struct peer *bucket[PEERS_BUCKETS];
    struct peer *oldest, *newest; /* by heard_ns */
    int64_t n;
    uint64_t came;
    int64_t local_drops; /* of the sockets of those that are gone */
    int64_t max, max_per_source;
};

/* The peer of this address, or NULL. */
struct peer *peers_find(const struct peers *peers, const struct net_addr *addr);

/* Do the limits allow a further one from there?  REFUSED_NOT, or why not. */
enum refusal peers_judge(const struct peers *peers,
                         const struct net_addr *addr);

/* Add one, whose fd is -1.  NULL when out of memory. */
struct peer *peers_add(struct peers *peers, const struct net_addr *addr,
                       int64_t now_ns);

/* Something of it moved. */
void peers_touch(struct peers *peers, struct peer *peer, int64_t now_ns);

/* Close its socket, forget it. */
void peers_drop(struct peers *peers, struct peer *peer);

/* Drop who was last heard of before then, and has nothing on the path. */
void peers_expire(struct peers *peers, int64_t before_ns, int64_t now_ns);

void peers_release(struct peers *peers);

#endif
