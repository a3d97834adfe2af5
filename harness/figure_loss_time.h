/* Loss over time: the share lost in each bin, and how long the bursts were. */
#ifndef HARNESS_FIGURE_LOSS_TIME_H
#define HARNESS_FIGURE_LOSS_TIME_H

#include "harness/figure.h"
#include "harness/loss.h"
#include "harness/loss_time.h"
#include "lib/err.h"

struct figure_loss_time {
    const struct loss_time *time;    /* not empty */
    const struct loss_marks *lost;   /* sorted: of a series after loss_of */
    const struct stats_share *share; /* of the whole run */
};

/* How long a bin of the figure is: at least a second in a run of 10 s. */
int64_t figure_loss_time_bin_ns(const struct loss_time *time);

/* Write what losstime.gp draws.  Error: report-write. */
int figure_loss_time_write(const struct figure_loss_time *of,
                           const struct figure *figure, struct err *err);

#endif
