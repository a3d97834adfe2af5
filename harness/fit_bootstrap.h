/*
 * How sure a line over the length of a message is: what it would have been
 * had other runs been drawn.  Runs are resampled, never messages.
 *
 * source   Efron (1979), the percentile interval
 */
#ifndef HARNESS_FIT_BOOTSTRAP_H
#define HARNESS_FIT_BOOTSTRAP_H

#include "harness/fit.h"
#include "lib/err.h"

#include <stdint.h>

enum {
    FIT_BOOTSTRAP_RUNS = 6, /* fewer tell too little of each other */
    FIT_BOOTSTRAP_RESAMPLES = 10000,
};

/* 95 % bounds of what fit_rate_of makes of a line. */
struct fit_bounds {
    int is_known; /* runs enough, and finite bounds; else nothing holds */
    double limit_lo, limit_hi; /* of r_inf, bit/s */
    double half_lo, half_hi;   /* of n_1/2, bytes */
    int resamples;             /* fewer for hundreds of runs */
};

/*
 * Of points[0..n): RTT in ns over bytes, a run each.  A resample in which
 * longer messages take no longer has no limit: an infinite one.  The same
 * seed gives the same bounds.  Error: no-memory.
 */
int fit_bootstrap(struct fit_bounds *out, const struct fit_point *points, int n,
                  uint64_t seed, struct err *err);

#endif
