/* One side of a comparison: runs of one case, of a results folder or more. */
#ifndef HARNESS_SIDE_H
#define HARNESS_SIDE_H

#include "harness/result.h"
#include "harness/summary.h"
#include "harness/verdict.h"
#include "lib/err.h"

#define SIDE_DECILES 9

/* How messages ended: failures are of ok + failed, the rest is in no share. */
struct side_messages {
    int64_t ok, failed;
    int64_t unsent;  /* this machine could not send them */
    int64_t aborted; /* under way when the run ended */
};

struct side_run {
    const struct result *result; /* the folder that it is in */
    const struct result_run *run;
    struct verdict_run value;
    int has_warmup, is_unsteady, is_drifting;
    struct side_messages messages;
    int64_t grid_ns[SUMMARY_GRID]; /* quantiles of all answered messages */
};

/* {0} is empty; runs are added by side_add, or read by side_load. */
struct side {
    struct result *results; /* the folders that side_load read, as named */
    int nresults;
    struct side_run *runs; /* done ones; folder by folder, in order of rep */
    int nruns;
    int left_out; /* runs that side_match found no other half for */
};

struct side_request {
    const char *const *paths;
    int npaths;           /* >= 1 */
    const char *case_key; /* NULL: the only one */
    int allow_partial;
};

/*
 * Read, check and sum up.  Every run must have answers.  Errors: those of
 * result_load, audit_* and samples_load; case-unknown, case-missing,
 * side-mixed (the folders have not one target and one load; ERR_USAGE);
 * results-empty (ERR_RESULTS).
 */
int side_load(struct side *side, const struct side_request *request,
              struct err *err);

/*
 * Add a run that has answers and was summed up already; all that is pointed to
 * is borrowed.  Error: no-memory.
 */
int side_add(struct side *side, const struct result *result,
             const struct result_run *run, const struct summary *summary,
             struct err *err);

/* {0} is releasable. */
void side_release(struct side *side);

/* Of all its runs together. */
struct side_messages side_messages(const struct side *side);

/*
 * Keep the runs that have their other half (the same pairs, the same rep) in
 * the other side, in the same order in both; the rest is counted as left out.
 */
void side_match(struct side *a, struct side *b);

/*
 * The median over the runs of each one's deciles (10 % .. 90 %), in ns, of all
 * its messages, warm-up included.  Error: no-memory.
 */
int side_deciles(const struct side *side, double deciles_ns[SIDE_DECILES],
                 struct err *err);

/*
 * dominance_a12 over the messages of all runs, warm-up included, to within
 * 0.5 %: one drawn from all of B's against one drawn from all of A's, so a run
 * of many messages counts for more.
 */
double side_a12(const struct side *a, const struct side *b);

#endif
