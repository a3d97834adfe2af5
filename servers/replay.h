/*
 * Which messages have been taken, so that none is taken twice: for each
 * connection of a run a window over the newest sequence numbers (as in
 * RFC 4303, 3.4.3).  What is older than the window counts as taken.
 *
 * Only what has proven itself is asked about: strangers take no memory here.
 */
#ifndef SERVERS_REPLAY_H
#define SERVERS_REPLAY_H

#include "lib/msg.h"

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

enum {
    REPLAY_WINDOW = 4096,         /* sequence numbers */
    REPLAY_CONNECTIONS = 1 << 17, /* that are kept; no more are taken */
    REPLAY_BUCKETS = 1 << 12,
};

struct replay_window;

struct replay {
    pthread_mutex_t lock;
    struct replay_window *bucket[REPLAY_BUCKETS];
    int connections;
};

/* {0} but for its lock. */
void replay_init(struct replay *replay);

/*
 * 1 when it is new, and from now on it is not; 0 when it was taken, is older
 * than the window, or cannot be remembered.  Any thread.
 */
int replay_take(struct replay *replay, const struct msg_header *header);

void replay_release(struct replay *replay);

#endif
