/* From a scenario to the runs of a result: every case, as often as asked. */
#ifndef HARNESS_CASES_H
#define HARNESS_CASES_H

#include "harness/result.h"
#include "harness/scenario.h"
#include "lib/err.h"

/*
 * Fill result->runs and nruns: the cases in their order, each with all its
 * repeats, each run with an id of its own.  Error: memory.
 */
int cases_describe(struct result *result, const struct scenario *scenario,
                   struct err *err);

#endif
