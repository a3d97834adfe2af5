/*
 * Warnings: what a run's numbers are to be doubted for.  In the manifest each
 * is "ID: TEXT", the id being one of these; older folders have texts alone.
 */
#ifndef HARNESS_WARNINGS_H
#define HARNESS_WARNINGS_H

#include "harness/result.h"

enum warning {
    WARNING_DEGRADED,
    WARNING_OUTAGE,
    WARNING_GAPS,
    WARNING_SUSPENDED,
    WARNING_WALL_CLOCK,
    WARNING_LOCAL_LOSS,
    WARNING_NOT_RECONCILED,
    WARNING_CLOCK_DEAR,
    WARNING_CLOCK_COARSE,
    WARNING_SCHEDULE,
    WARNING_LOAD,
    WARNING_OTHERS,
    WARNING_STEAL,
    WARNING_GOVERNOR,
    WARNING_SHARED_HOST,
    WARNING_BIMODAL,
    WARNING_DELAYED_ACK,
    WARNING_FIRST_MESSAGES,
    WARNING_SHORT_RUN,
    WARNING_ROUTE,
    WARNING_NO_TRACE,
    WARNING_LEFT_BEHIND,
    WARNING_COUNT
};

/* "steal" */
const char *warning_id(enum warning warning);

/* What it means for the numbers and what helps: sentences without markup. */
const char *warning_meaning(enum warning warning);

void warning_add(struct result_run *run, enum warning warning, const char *fmt,
                 ...) __attribute__((format(printf, 3, 4)));

/*
 * Which one a text of the manifest is, and in *text what stands behind its id.
 * WARNING_COUNT when it is none of these; then *text is all of it.
 */
enum warning warning_of(const char *line, const char **text);

#endif
