/*
 * How long a run remembers: the correlation of ln RTT with itself, so many
 * messages later.  Of logarithms, because a few spikes would decide on that of
 * the RTT itself.
 */
#ifndef HARNESS_AUTOCORRELATION_H
#define HARNESS_AUTOCORRELATION_H

#include "harness/samples.h"
#include "lib/err.h"

#include <stdint.h>

enum {
    AUTOCORRELATION_LAGS = 48,
    AUTOCORRELATION_LAG_MAX = 10000,
    AUTOCORRELATION_MIN = 60,      /* messages; fewer tell nothing */
    AUTOCORRELATION_MAX = 1 << 17, /* the last of a longer run */
};

struct autocorrelation {
    int64_t n; /* messages of one connection; when 0 nothing holds: */
    struct autocorrelation_point {
        int64_t lag; /* 1, 2, 3, ... ever farther, up to n / 4 */
        double r;
    } point[AUTOCORRELATION_LAGS];
    int lags;
    double bound; /* 95 % of the |r| of n independent values are below */
};

/*
 * Of the connection with most answers, those that came after from_ns, in the
 * order of the file.  n is 0 when they are too few, or all equal.  Error:
 * no-memory.
 */
int autocorrelation_of(struct autocorrelation *out,
                       const struct samples *samples, int64_t from_ns,
                       struct err *err);

#endif
