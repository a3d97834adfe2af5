/*
 * The steady part of a run: what is left of its answered messages without the
 * warm-up of each connection.  Nothing else is left out, and nothing is
 * deleted: tables tell the cut and figures shade it.
 */
#ifndef HARNESS_STEADY_H
#define HARNESS_STEADY_H

#include "harness/drift.h"
#include "harness/samples.h"
#include "harness/stats.h"
#include "lib/err.h"

#include <stddef.h>
#include <stdint.h>

struct steady {
    int64_t judged;   /* connections with messages enough to tell */
    int64_t unsteady; /* those of them that found no steady state */
    int64_t cut;      /* answered messages of all warm-ups together */
    int64_t until_ns; /* when the last of them was answered; LEDGER_ABSENT */

    int64_t n;      /* answered messages in steady state; when 0: */
    int64_t p50_ns; /* LEDGER_ABSENT; else their median RTT */
    int64_t p99_ns; /* LEDGER_ABSENT with fewer than STEADY_MIN_P99 */
    struct stats_quantile p50; /* the median and its interval; more_s is 0 */
    struct drift drift;        /* of the medians of 30 batches in time order; */
    double medians_ns[STATS_BATCHES]; /* hold when drift.is_known */
};

/* Ten messages must lie above a p99. */
#define STEADY_MIN_P99 1000

/*
 * `rtts` has room for samples->n values; the out->n steady RTTs are left in
 * it, ascending.  Error: no-memory.
 */
int steady_of(struct steady *out, const struct samples *samples, int64_t *rtts,
              struct err *err);

#endif
