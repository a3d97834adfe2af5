/* What a scenario expects of the answer, so that a run can guard it. */
#ifndef HARNESS_EXPECT_H
#define HARNESS_EXPECT_H

#include "harness/scenario.h"
#include "harness/summary.h"
#include "lib/err.h"

/*
 * 0 when the run meets all expectations.  Error: expect-missed (ERR_NO) with
 * the first one missed.  A degraded run misses any: its load was another.
 * What was never sent counts as failed; in an open loop the limits of times
 * hold for the response.  A quantile that is not known misses its limit: it
 * was not shown to hold.
 */
int expect_check(const struct scenario_expect *expect,
                 const struct result_run *run, const struct summary *summary,
                 struct err *err);

#endif
