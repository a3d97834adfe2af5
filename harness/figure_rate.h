/* Figures 4 and 6: echo rate over time, from a few hundred numbers. */
#ifndef HARNESS_FIGURE_RATE_H
#define HARNESS_FIGURE_RATE_H

#include "harness/figure.h"
#include "harness/lab.h"
#include "harness/samples.h"
#include "harness/series.h"
#include "lib/err.h"

enum figure_role {
    FIGURE_LOCAL,  /* blue; 5-95 % band */
    FIGURE_REMOTE, /* vermilion; with minimum and maximum too */
};

struct figure_rate {
    enum figure_role role;
    const struct series *series;   /* at least one bin */
    const struct samples *samples; /* shown as dots when there are few */
    int64_t warm_ns; /* the warm-up ends so long after the start; 0: none */
    int is_shared;   /* several messages in flight: bits/time is of all */
    const struct lab_point *lab; /* a panel of its own below; none: nlab 0 */
    size_t nlab;
};

/* Write what rate.gp draws.  Error: report-write. */
int figure_rate_write(const struct figure_rate *of, const struct figure *figure,
                      struct err *err);

#endif
