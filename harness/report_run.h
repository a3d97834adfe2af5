/* One run as the report sees it: checked, summed up, cut into time bins. */
#ifndef HARNESS_REPORT_RUN_H
#define HARNESS_REPORT_RUN_H

#include "harness/autocorrelation.h"
#include "harness/heat.h"
#include "harness/lab.h"
#include "harness/percentiles.h"
#include "harness/result.h"
#include "harness/samples.h"
#include "harness/series.h"
#include "harness/summary.h"
#include "lib/err.h"

struct report_run {
    char key[12]; /* what its values are called by: r1.rows */
    const struct result *result;
    const struct result_run *run;
    struct summary summary;
    struct series series;
    struct percentiles percentiles; /* of a rate run; else empty, as is */
    struct percentiles responses;   /* of an open loop: from the schedule; */
    struct heat heat;
    struct autocorrelation autocorrelation;
    struct lab_point
        *lab;    /* the lab's curve, thinned; of a local run that is */
    size_t nlab; /* like the lab's; else 0 */
    struct samples samples; /* arrays only when few enough for dots */
};

/*
 * Read the run's files and hold them against the manifest.  A run of a partial
 * folder that recorded nothing, and one that is a transcript, give an empty
 * summary.  Errors: those of
 * samples_load, connections_load, audit_ledger, audit_file.
 */
int report_run_load(struct report_run *out, const struct result *result,
                    const struct result_run *run, struct err *err);

void report_run_release(struct report_run *run);

/* The name of a folder without its parents. */
const char *report_run_folder(const struct result *result);

/* Are there messages enough for a map of them? */
int report_run_has_map(const struct report_run *run);

/* Is a warm-up known, which ends before the run does? */
int report_run_is_warm(const struct report_run *run);

/* Not over a network, real or emulated: figure 4, else figure 6. */
int report_run_is_local(const struct result_run *run);

/* One message at a time on one connection, as the lab's script had it? */
int report_run_is_like_lab(const struct result_run *run);

/* Sent at a given rate, whether or not answers came? */
int report_run_is_open(const struct result_run *run);

#endif
