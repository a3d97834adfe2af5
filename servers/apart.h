/*
 * A connection whose thread has a table of descriptors of its own, see
 * start_own_table.  No other thread can then touch the socket, so who wants it
 * shut asks its thread, by a signal.
 */
#ifndef SERVERS_APART_H
#define SERVERS_APART_H

#include <pthread.h>
#include <stdatomic.h>

/* All 0: in the table of all. */
struct apart {
    int is_so;
    int fd;
    pthread_t thread;
    atomic_int halves; /* to be shut: bits */
};

/* Take SIGUSR1, once, before any thread is started. */
void apart_init(void);

/*
 * From now on the calling thread has a table of its own.  -1 when there is
 * none to be had: all is as it was.
 */
int apart_begin(struct apart *apart, int fd);

/*
 * From any thread, of one that has begun and not ended: half of the connection
 * is done, 'r', or 'b'oth.
 */
void apart_shut(struct apart *apart, char half);

/* The calling thread is about to close it. */
void apart_end(void);

#endif
