/*
 * Figure: the ratio of B to A in each pair of runs, the estimate over all of
 * them, and the margin within which they count as equal.
 */
#ifndef HARNESS_FIGURE_PAIRS_H
#define HARNESS_FIGURE_PAIRS_H

#include "harness/figure.h"
#include "harness/shift.h"

/* A pair: its ratio, and the 95 % bounds that the two runs tell of it. */
struct figure_pairs_point {
    double ratio, lo, hi; /* lo == hi: not known */
};

struct figure_pairs {
    const struct figure_pairs_point *points;
    int n;
    struct shift ratio;
    double margin;
    const char *a, *b; /* their sites; names that are not plain are not shown */
};

/* What pairs.gp needs. */
int figure_pairs_write(const struct figure_pairs *of,
                       const struct figure *figure, struct err *err);

#endif
