/* How many losses came in a row, and how many would if they were independent.
 */
#ifndef HARNESS_FIGURE_BURSTS_H
#define HARNESS_FIGURE_BURSTS_H

#include "harness/figure.h"
#include "harness/loss.h"
#include "lib/err.h"

/*
 * Write what bursts.gp draws; at least one loss period.  Of P periods
 * P (1-p) p^(k-1) have length k when losses are independent, p being the
 * share that was measured.  Error: report-write.
 */
int figure_bursts_write(const struct loss *loss, const struct figure *figure,
                        struct err *err);

#endif
