/*
 * All connections that a server has: who may come in, who is there, who has
 * been silent for too long, and the counts at the end.
 */
#ifndef SERVERS_CROWD_H
#define SERVERS_CROWD_H

#include "servers/census.h"
#include "servers/session.h"

#include <pthread.h>
#include <stdint.h>

struct crowd {
    struct serve *serve;
    pthread_mutex_t lock;  /* guards all below */
    pthread_cond_t ended;  /* somebody has left */
    struct session *first; /* least recently joined or touched last */
    struct session *last;
    int live;    /* but for those who leave */
    int leaving; /* for want of a proof, to make room */
    struct census census;
    int64_t accepted, timeouts, bytes_in, bytes_out;
    struct refusals refusals;
    int64_t rest_ns; /* out of descriptors: no accept before; the master's */
};

/* One may have become free by then. */
#define CROWD_REST_NS INT64_C(100000000)

int crowd_init(struct crowd *crowd, struct serve *serve, struct err *err);

/*
 * Accept one connection and let it in, within the limits.  With a key, who has
 * not proven to have it leaves when there is no room for who comes, first come
 * first gone: so those who only hold connections open keep nobody out.  NULL
 * when there
 * was none, when it was turned away (closed, counted, logged), or when
 * descriptors ran out: then rest_ns says until when to leave the listener
 * alone, so that waiting for one never spins.
 */
struct session *crowd_accept(struct crowd *crowd);

/* Sleep until rest_ns, where that is set: nobody else waits for the caller. */
void crowd_rest(struct crowd *crowd);

/*
 * It made a step at now_ns: it goes to the end of the queue for the sweep, but
 * not more often than 16 times in the idle limit.
 */
void crowd_touch(struct crowd *crowd, struct session *session, int64_t now_ns);

/*
 * The calling thread, which serves it, gets a table of descriptors of its own,
 * see apart_begin.  0 or -1.
 */
int crowd_part(struct crowd *crowd, struct session *session);

/* For one thread: who has made room, and is to leave; NULL when nobody is. */
struct session *crowd_leaver(struct crowd *crowd);

/* Take it out, add up its counts, free it. */
void crowd_leave(struct crowd *crowd, struct session *session);

/* Turn away one that was let in but cannot be served. */
void crowd_reject(struct crowd *crowd, struct session *session,
                  const char *why);

/*
 * 1 when it has been silent for too long: a shorter time before its first
 * byte than later.  Not when it has to leave anyway, to make room.
 */
int crowd_is_late(const struct crowd *crowd, const struct session *session,
                  int64_t now_ns);

/*
 * The sweep for threads: shut down those whose step count has stood still for
 * too long; their threads then see the end of input.
 */
void crowd_sweep(struct crowd *crowd);

/* How long until the next sweep is due, -1: there is nobody to watch. */
int64_t crowd_sweep_after_ns(struct crowd *crowd);

/* No more input from anybody. */
void crowd_stop_input(struct crowd *crowd);

/* Wait until all have left, at most timeout_ns. */
void crowd_wait_empty(struct crowd *crowd, int64_t timeout_ns);

/* The line of counts. */
void crowd_tell(struct crowd *crowd);

#endif
