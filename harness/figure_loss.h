/* Measured against injected loss: a square, both axes logarithmic. */
#ifndef HARNESS_FIGURE_LOSS_H
#define HARNESS_FIGURE_LOSS_H

#include "harness/figure.h"
#include "harness/stats.h"
#include "lib/err.h"

#include <stdint.h>

struct figure_loss_point {
    double expected;             /* of round trips, 0..1 */
    struct stats_share measured; /* with Wilson's bounds */
    int64_t lost;                /* 0: only the upper bound is known */
};

/* Write what loss.gp draws; n at least 1.  Error: report-write. */
int figure_loss_write(const struct figure_loss_point *points, int n,
                      const struct figure *figure, struct err *err);

#endif
