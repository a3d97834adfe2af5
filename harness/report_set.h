/* All that a report is made of: folders, and their runs by what they tell. */
#ifndef HARNESS_REPORT_SET_H
#define HARNESS_REPORT_SET_H

#include "harness/report_run.h"
#include "harness/result.h"
#include "lib/err.h"

/* Which part of the report a run belongs to. */
enum report_kind {
    REPORT_RATE,    /* round trips: figures 4 and 6, the table of results */
    REPORT_FAILURE, /* the failure test */
    REPORT_LOSS,    /* datagrams, some lost on purpose */
    REPORT_SCENE,   /* what programs said to each other: figures 2 and 3 */
    REPORT_KINDS,
};

struct report_runs {
    struct report_run *run; /* keys r1 r2 .., f1 .., l1 .., s1 .. by kind */
    int n;
};

struct report_set {
    struct result *results;
    int nresults;
    struct report_runs of[REPORT_KINDS];
    const struct report_run *local, *remote; /* for figures 4 and 6, or NULL */
};

/*
 * Load the folders and hold each against its manifest.  Errors: those of
 * result_load, audit_* and report_run_load; results-empty.
 */
int report_set_load(struct report_set *set, const char *const *folders,
                    int nfolders, int allow_partial, struct err *err);

/*
 * The run at a given rate whose response times are worth a line: that of
 * figure 4 or 6 if it is one, else the last of the newest folder; or NULL.
 */
const struct report_run *report_set_open(const struct report_set *set);

/* {0} is releasable, and so is what a failed load left. */
void report_set_release(struct report_set *set);

/* The start of the newest folder, ISO 8601. */
const char *report_set_start(const struct report_set *set);

#endif
