/*
 * Section "Local against cloud": which of a report's runs are compared, and
 * what comes of it.  The same computation as `harness compare`.
 */
#ifndef HARNESS_REPORT_VERSUS_H
#define HARNESS_REPORT_VERSUS_H

#include "harness/compare.h"
#include "harness/report_set.h"
#include "harness/values.h"
#include "lib/buf.h"
#include "lib/err.h"

struct report_versus {
    int is_compared; /* `comparison` holds */
    struct comparison comparison;
    char a[80], b[80]; /* names of the two: "local", "cloud (emulated)" */
    char refused[256]; /* there are two, but they cannot be: why; or "" */
};

/*
 * Choose and compare: the newest pairs, with all that were run under the same
 * conditions before; without pairs, all runs that are like the one of figure 4
 * against all that are like that of figure 6.  A run counts when it was ended
 * and has answers.  {0} is releasable.  Errors: those of compare_sides.
 */
int report_versus_find(struct report_versus *out, const struct report_set *set,
                       struct err *err);

void report_versus_release(struct report_versus *versus);

/* Is this run, however long, of the target that is A (B), under its load? */
int report_versus_is_a(const struct report_versus *versus,
                       const struct result_run *run);
int report_versus_is_b(const struct report_versus *versus,
                       const struct result_run *run);

/* versus.*: none without two targets. */
void report_versus_values(struct values *values,
                          const struct report_versus *versus);

/* The table of answers; empty without a comparison. */
void report_versus_table(struct buf *to, const struct report_versus *versus);

#endif
