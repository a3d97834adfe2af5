/* Echo rate against message length, both logarithmic, and what a fit leaves. */
#ifndef HARNESS_FIGURE_SIZE_H
#define HARNESS_FIGURE_SIZE_H

#include "harness/figure.h"
#include "harness/fit.h"
#include "lib/err.h"

struct figure_size_point {
    double bytes;
    double rtt_ns;    /* median */
    double bit_per_s; /* bits over time */
    int has_interval;
    double lo, hi;
};

struct figure_size {
    const struct figure_size_point *points;
    int n;
    int is_local;     /* blue, else vermilion */
    double in_flight; /* messages at a time: of all connections together */
    struct fit fit;   /* drawn when it makes a rate (fit_rate_of) */
};

/*
 * Write what size.gp draws; at least two lengths.  The curve is in_flight x
 * 8 L / (a + b L); the strip below it is the median RTT over a + b L.
 * Error: report-write.
 */
int figure_size_write(const struct figure_size *of, const struct figure *figure,
                      struct err *err);

#endif
