/* The failure test in the report: its numbers and its table. */
#ifndef HARNESS_REPORT_FAILURES_H
#define HARNESS_REPORT_FAILURES_H

#include "harness/report_set.h"
#include "harness/values.h"
#include "lib/buf.h"

/* PREFIX.success.*, PREFIX.again and PREFIX.outcome.NAME of a run. */
void report_failures_values(struct values *values, const char *prefix,
                            const struct report_run *run);

/* One column for each run, up to four in a table; nothing without a run. */
void report_failures_table(struct buf *to, const struct report_set *set);

#endif
