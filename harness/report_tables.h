/* Tables of the report: TeX around keys, generated because their shape is. */
#ifndef HARNESS_REPORT_TABLES_H
#define HARNESS_REPORT_TABLES_H

#include "harness/report_run.h"
#include "harness/values.h"
#include "lib/buf.h"
#include "lib/err.h"

/* Tables I and II: what echo-rate and echo-server say of their options. */
int report_tables_options(struct buf *to, struct err *err);

/* Results, up to four runs in a table; keys r1.*, r2.*, ... */
void report_tables_results(struct buf *to, const struct report_run *runs,
                           int nruns);

/* List items: what the runs themselves give to doubt. */
void report_tables_limits(struct buf *to, const struct report_run *runs,
                          int nruns);

/* Environment of each folder; adds its keys.  Error: those of json_load. */
int report_tables_environment(struct buf *to, struct values *values,
                              const struct result *results, int nresults,
                              struct err *err);

/* File, bytes and SHA-256. */
void report_tables_files(struct buf *to, const struct report_run *runs,
                         int nruns);

#endif
