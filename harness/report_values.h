/* The keys of a report: every number it prints, as text and as a number. */
#ifndef HARNESS_REPORT_VALUES_H
#define HARNESS_REPORT_VALUES_H

#include "harness/report_set.h"
#include "harness/values.h"

/*
 * Add what is known of a run as PREFIX.rows, PREFIX.rtt.p50, PREFIX.rate, ...
 * A key whose number does not exist (a percentile without interval, a rate
 * without answers) is left out; the template asks with \IfR.
 */
void report_values_run(struct values *values, const char *prefix,
                       const struct report_run *run);

/* The part of it that says what was run: PREFIX.site, .load, .title, ... */
void report_values_conditions(struct values *values, const char *prefix,
                              const struct report_run *run);

/* total.*, date and version, of all runs. */
void report_values_total(struct values *values, const struct report_set *set);

/* The name of percentile i as in keys: "p50". */
const char *report_values_quantile(int i);

#endif
