/* What a scenario expects of the answer, so that a run can guard it. */
#ifndef HARNESS_EXPECT_H
#define HARNESS_EXPECT_H

#include "harness/scenario.h"
#include "harness/summary.h"
#include "lib/err.h"

/*
 * 0 when the run meets all expectations.  Error: expect-missed (ERR_NO) with
 * the first one missed.  A quantile that the run is too short to know misses
 * its limit: it was not shown to hold.
 */
int expect_check(const struct scenario_expect *expect,
                 const struct summary *summary, struct err *err);

#endif
