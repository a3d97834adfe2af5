/* One side of a comparison: the runs of one case of a results folder. */
#ifndef HARNESS_SIDE_H
#define HARNESS_SIDE_H

#include "harness/result.h"
#include "harness/summary.h"
#include "harness/verdict.h"
#include "lib/err.h"

#define SIDE_DECILES 9

struct side_run {
    const struct result_run *run;
    struct verdict_run value;
    int is_unsteady, is_drifting;
    int64_t grid_ns[SUMMARY_GRID]; /* quantiles of all answered messages */
};

struct side {
    struct result result;
    struct side_run *runs; /* of one case, in the order of rep; done ones */
    int nruns;             /* >= 1 */
};

struct side_request {
    const char *path;
    const char *case_key; /* NULL: the only one */
    int allow_partial;
};

/*
 * Read, check and sum up.  Every run must have answers.  Errors: those of
 * result_load, audit_* and samples_load; case-unknown, case-missing
 * (ERR_USAGE); results-empty (ERR_RESULTS).
 */
int side_load(struct side *side, const struct side_request *request,
              struct err *err);

/* {0} is releasable. */
void side_release(struct side *side);

/*
 * Keep the runs that have their other half (the same rep) in the other side,
 * in the same order in both.
 */
void side_match(struct side *a, struct side *b);

/*
 * The median over the runs of each one's deciles (10 % .. 90 %), in ns, of all
 * its messages.  Error: no-memory.
 */
int side_deciles(const struct side *side, double deciles_ns[SIDE_DECILES],
                 struct err *err);

/*
 * dominance_a12 over the messages of all runs, each run with equal weight, to
 * within 0.5 %.  Error: no-memory.
 */
int side_a12(const struct side *a, const struct side *b, double *a12,
             struct err *err);

#endif
