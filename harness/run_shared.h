/*
 * What the files of run share.
 * A part of run: nobody else includes it.
 */
#ifndef HARNESS_RUN_SHARED_H
#define HARNESS_RUN_SHARED_H

#include "harness/cast.h"
#include "harness/run.h"
#include "harness/witness.h"

/* A scenario while it is performed. */
struct session {
    const struct run_request *request;
    struct result *result;
    const char *side;  /* "A", "B" of a pair; "" */
    const char *label; /* of the run, for its progress */
    struct err missed; /* the first expectation that was, or worse */
    struct cast cast;
    struct cast_counts counts;
    struct witness witness;
};

/* ---- being stopped (run_stop.c) ---- */

/* From now on a signal is counted, and ends nothing by itself. */
void run_take_signals(void);

/* How often one came, and the last of them. */
int run_stops(void);
int run_stop_signal(void);

/* ---- one run or scene (run_one.c) ---- */

/*
 * Perform run number i of the folder and keep what it gave, whole or not.
 * 0, or -1 when it was cut short; what it missed of what was expected is in
 * session->missed.
 */
int run_one(struct session *session, int i, struct err *err);

/* ---- the folder (run_folder.c) ---- */

/* What the manifest says before anything is measured. */
int run_describe(struct session *session, struct err *err);

/* Make it, as a partial one.  Waits when another has its name, of a second. */
int run_create(struct session *session, struct err *err);

/* What this machine is, and the manifest, before the first run. */
int run_begin(struct session *session, struct err *err);

/* It is whole: give it its name. */
int run_complete(struct session *session, struct err *err);

/*
 * It does not become whole: err->kept says what is left.  One in which nothing
 * was recorded is taken back.  Returns -1.
 */
int run_give_up(struct session *session, struct err *err);

/* Rows of all its runs; and scenes of which something was shown. */
int64_t run_rows_kept(const struct result *result);
int run_scenes_kept(const struct result *result);

#endif
