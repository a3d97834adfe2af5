/*
 * One direction of what is relayed for a client: bytes go in when they arrive
 * and come out when the emulated path would have delivered them, in order.
 */
#ifndef SERVERS_FLOW_H
#define SERVERS_FLOW_H

#include <stddef.h>
#include <stdint.h>

/* The emulated path, the same both ways. */
struct flow_path {
    int64_t delay_ns;  /* one way */
    int64_t jitter_ns; /* the delay is uniform in +- this: see flow_due_ns */
    double rate_bits_per_s; /* 0: no limit */
    uint64_t seed;
};

struct flow_chunk {
    struct flow_chunk *next;
    int64_t due_ns;   /* CLOCK_MONOTONIC */
    size_t len, done; /* len 0: the sender has closed, or */
    int is_reset;     /* was reset */
    char bytes[];
};

struct flow {
    uint64_t stream; /* names the flow to the random generator */
    uint64_t draws;  /* of random numbers, so far */
    int64_t last_due_ns;
    int64_t turn_ns; /* when the jitter is at its bound and turns */
    double slope;    /* until then, in ns per ns: -0.5 to 0.5 */
    /*
     * The link of the rate limit is busy until then.  It belongs to the path:
     * all flows of a direction share it.
     */
    int64_t *link_free_ns;
    size_t queued_bytes;
    struct flow_chunk *head, *tail;
};

/*
 * When the path delivers the last of `len` bytes that arrive at now_ns, which
 * is no earlier than at the call before.  Order is kept: never before what came
 * earlier.  Were each delay drawn anew, order would hold back whatever follows
 * a long delay, and a busy flow would suffer the longest ones only.  So the
 * jitter walks from bound to bound and back, each time at a slope from 1/8 to
 * 1/2, at which nobody can be overtaken: over time it is uniform between them,
 * with mean 0 and standard deviation jitter / sqrt(3), and it is the same for
 * the same seed and times.  Advances the flow.
 */
int64_t flow_due_ns(struct flow *flow, const struct flow_path *path, size_t len,
                    int64_t now_ns);

/*
 * Bytes that wait for the link of the rate limit, that which is being sent
 * included; 0 without a limit.
 */
int64_t flow_backlog_bytes(const struct flow *flow,
                           const struct flow_path *path, int64_t now_ns);

/* Queue a copy of the bytes (len 0: the end).  0, or -1 when out of memory. */
int flow_put(struct flow *flow, const struct flow_path *path, const char *bytes,
             size_t len, int64_t now_ns);

/* When the next chunk is due; INT64_MAX when there is none. */
int64_t flow_next_ns(const struct flow *flow);

/* Drop the head chunk. */
void flow_pop(struct flow *flow);

void flow_release(struct flow *flow);

#endif
