/*
 * Suspect rows: of messages that were open while the client itself stood
 * still.  They stay in every number; what the numbers are without them is told
 * beside.
 */
#ifndef HARNESS_SUSPECT_H
#define HARNESS_SUSPECT_H

#include "harness/stats.h"

#include <stddef.h>
#include <stdint.h>

/* A run with a greater share of them measured the client. */
#define SUSPECT_MOST 0.1

enum { SUSPECT_QUANTILES = 4 }; /* p50, p90, p99, p99.9 */

/* Those of one run. */
struct suspect {
    int64_t rows;    /* with any outcome */
    size_t *answers; /* those with outcome ok, by their place among such */
    size_t n, cap;
};

/* One more such row; is_ok: it is answer number `place`, 0 ..  -1: no memory */
int suspect_add(struct suspect *suspect, int is_ok, size_t place);

/* Forget which they are; how many stays. */
void suspect_drop(struct suspect *suspect);

/* The same percentiles as of all, of the answers that are not suspect. */
struct suspect_summary {
    int64_t rows;
    double share; /* of all rows */
    int64_t rest; /* answers that are not suspect; when > 0: */
    struct stats_quantile rtt[SUSPECT_QUANTILES];
    int has_response; /* open loop */
    struct stats_quantile response[SUSPECT_QUANTILES];
};

/*
 * Fill `out` from values[0..n), n > 0, in time order; duration_s is the
 * run's.  0, or -1 when out of memory.
 */
int suspect_without(const struct suspect *suspect, const int64_t *values,
                    size_t n, double duration_s, struct stats_quantile *out);

#endif
