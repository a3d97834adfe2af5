/* Loss in the report: measured, and held against what was lost on purpose. */
#ifndef HARNESS_REPORT_LOSS_H
#define HARNESS_REPORT_LOSS_H

#include "harness/report_set.h"
#include "harness/values.h"
#include "lib/buf.h"

/*
 * The share of round trips that is lost when each way loses as the run was
 * told to: 1 - (1 - forward)(1 - reverse).
 */
double report_loss_expected(const struct result_loss *loss);

/*
 * The run that tells most about bursts: in which most losses came right behind
 * another one.  NULL when none lost anything.
 */
const struct report_run *report_loss_bursts(const struct report_set *set);

/* PREFIX.loss.* of a run. */
void report_loss_values(struct values *values, const char *prefix,
                        const struct report_run *run);

/* sweep.*, of all runs, and bursts.*, of the one whose periods are shown. */
void report_loss_total(struct values *values, const struct report_set *set);

/* One row for each run; nothing without a run. */
void report_loss_table(struct buf *to, const struct report_set *set);

#endif
