/* The results folders that a report says it was made from, found again. */
#ifndef HARNESS_REPORT_SOURCES_H
#define HARNESS_REPORT_SOURCES_H

#include "harness/result_args.h"
#include "lib/err.h"

/* {0} is releasable. */
struct report_sources {
    char *path[RESULT_ARGS_MAX];
    int n;
};

/*
 * The folders that REPORT/results.json names (folder.1, folder.2, ...), each
 * looked for as one of the `dirs`, below one of them, or below results/.  One
 * whose manifest has the hash that the report tells is preferred; else one of
 * that name is taken, and its values will tell.  Errors (ERR_RESULTS): those
 * of json_load, report-unnamed (it names no folder), report-no-data.
 */
int report_sources_find(struct report_sources *sources, const char *report,
                        const char *const *dirs, int ndirs, struct err *err);

void report_sources_release(struct report_sources *sources);

#endif
