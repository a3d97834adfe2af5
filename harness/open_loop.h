/*
 * A run at a given rate (open loop): response times, counted from when each
 * message was due, and how late it was sent.  A stall makes all messages wait
 * that were due meanwhile; round trips alone would show one of them only
 * (coordinated omission).  A message that was due and never sent waits for
 * ever: a quantile is of the answered and of these, and where it is of these
 * there is none (RFC 2681, undefined is infinite).
 */
#ifndef HARNESS_OPEN_LOOP_H
#define HARNESS_OPEN_LOOP_H

#include "harness/samples.h"
#include "harness/stats.h"

/* Quantiles of the response time. */
enum open_loop_p {
    OPEN_LOOP_P50,
    OPEN_LOOP_P90,
    OPEN_LOOP_P99,
    OPEN_LOOP_P999,
    OPEN_LOOP_QUANTILES
};

struct open_loop {
    int is_open; /* one was sent after it was due, or never; else nothing holds
                  */
    int64_t missed;      /* due, and never sent */
    double missed_share; /* of these and the answered */
    struct stats_quantile response[OPEN_LOOP_QUANTILES];
    int64_t response_max_ns;
    int64_t late_p99_ns, late_max_ns; /* sent - scheduled of the answered */
    int has_late_p99;                 /* ten of them lie above it */
};

/* `scratch` has room for samples->n values. */
struct open_loop open_loop_of(const struct samples *samples, double duration_s,
                              int64_t *scratch);

#endif
