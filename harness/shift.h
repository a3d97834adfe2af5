/*
 * By how much do runs differ: Hodges and Lehmann's estimate with its exact
 * 95 % interval, and a p-value that agrees with the interval.  No distribution
 * is assumed.
 *
 * source   Hodges & Lehmann (1963); Hollander & Wolfe (1999), 3.2, 3.3, 4.2
 */
#ifndef HARNESS_SHIFT_H
#define HARNESS_SHIFT_H

#include "lib/err.h"

struct shift {
    double value;
    int has_interval; /* there were runs enough for one */
    double lo, hi;
    double p; /* two-sided, that there is no shift */
};

/* Pairs and runs on each side without which there is no interval. */
#define SHIFT_MIN_PAIRS 6
#define SHIFT_MIN_RUNS 4

/* The median of the Walsh averages of d[0..n), n >= 1.  Error: no-memory. */
int shift_paired(struct shift *out, const double *d, int n, struct err *err);

struct shift_group {
    const double *values;
    int n; /* >= 1 */
};

/* The median of all differences b - a.  Error: no-memory. */
int shift_unpaired(struct shift *out, const struct shift_group *a,
                   const struct shift_group *b, struct err *err);

/*
 * Make p-values answer n (0 .. SHIFT_HOLM_MAX) questions at once: multiplied,
 * the smallest by n, the next by n - 1, ..., never below one before it, at
 * most 1.
 *
 * source   Holm (1979)
 */
#define SHIFT_HOLM_MAX 16
void shift_holm(double *p, int n);

#endif
