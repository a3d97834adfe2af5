/*
 * Delay variation of a run: the mean of |RTT(i+1) - RTT(i)| over messages of
 * one connection that follow each other and were both answered in time.
 *
 * source   RFC 3393 (IPDV; its selection function: consecutive messages).
 *          Round-trip, so it is not the one-way figure of that RFC.
 */
#ifndef HARNESS_VARIATION_H
#define HARNESS_VARIATION_H

#include <stdint.h>

/* {0} is a valid empty one. */
struct variation {
    int64_t steps; /* pairs of neighbours; when > 0: */
    double sum_ns;

    struct variation_last {
        int64_t seq, rtt_ns;
    } * last; /* per connection; rtt_ns 0: none */
    int64_t nlast;
};

/* A message; conn and seq are 0.., rtt_ns is 0 when no answer came in time. */
struct variation_message {
    int64_t conn, seq, rtt_ns;
};

/*
 * Add a message.  It makes a step with the one that was added before it on its
 * connection when that is the one before it in seq.  -1 when out of memory.
 */
int variation_add(struct variation *variation,
                  const struct variation_message *message);

/* Mean in ns; steps must be > 0. */
double variation_mean(const struct variation *variation);

/* Frees what adding needs; the mean stays. */
void variation_release(struct variation *variation);

#endif
