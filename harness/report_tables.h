/* Tables of the report: TeX around keys, generated because their shape is. */
#ifndef HARNESS_REPORT_TABLES_H
#define HARNESS_REPORT_TABLES_H

#include "harness/report_set.h"
#include "harness/values.h"
#include "lib/buf.h"
#include "lib/err.h"

/* Results of the rate test, up to four runs in a table; keys r1.*, r2.*, ... */
void report_tables_results(struct buf *to, const struct report_set *set);

/* List items: what the runs themselves give to doubt. */
void report_tables_limits(struct buf *to, const struct report_set *set);

/* Environment of each folder; adds its keys.  Error: those of json_load. */
int report_tables_environment(struct buf *to, struct values *values,
                              const struct report_set *set, struct err *err);

/* File, bytes and SHA-256. */
void report_tables_files(struct buf *to, const struct report_set *set);

#endif
