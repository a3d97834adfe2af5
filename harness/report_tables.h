/* Tables of the report: TeX around keys, generated because their shape is. */
#ifndef HARNESS_REPORT_TABLES_H
#define HARNESS_REPORT_TABLES_H

#include "harness/report_set.h"
#include "harness/values.h"
#include "lib/buf.h"
#include "lib/err.h"

/*
 * Results of the rate test in full, up to four runs in a table; keys r1.*,
 * r2.*, ...  When there are more than REPORT_TABLES_FULL runs, only those of
 * figures 4 and 6 and open loops have their column; all are in the list.
 */
#define REPORT_TABLES_FULL 8
void report_tables_results(struct buf *to, const struct report_set *set);

/* A line for each run of the rate test; empty when there are few. */
void report_tables_runs(struct buf *to, const struct report_set *set);

/* Are there so many that there is a list? */
int report_tables_are_listed(const struct report_set *set);

/* List items: what the runs themselves give to doubt. */
void report_tables_limits(struct buf *to, const struct report_set *set);

/* Environment of each folder; adds its keys.  Error: those of json_load. */
int report_tables_environment(struct buf *to, struct values *values,
                              const struct report_set *set, struct err *err);

/* File, bytes and SHA-256. */
void report_tables_files(struct buf *to, const struct report_set *set);

#endif
