/* Where a delivered report is not what its data give: counted and shown. */
#ifndef HARNESS_REPORT_DRIFT_H
#define HARNESS_REPORT_DRIFT_H

#include "harness/claims.h"
#include "harness/folder.h"
#include "lib/err.h"

#include <stdio.h>

/* Begins as {.to = ...}: where the first differences are printed. */
struct report_drift {
    FILE *to;
    char file[FOLDER_PATH]; /* the one at hand; set by the caller */
    int n;
    int looks;            /* so many of them may come of other programs alone */
    int is_other_version; /* another echolab made the report */
    char first[CLAIMS_KEY + 100]; /* its file and key */
};

/* A claims_differ_fn: what the report has, and what it should have. */
void report_drift_add(const char *key, const char *has, const char *should,
                      void *drift);

/* Add when two files have not the same SHA-256.  Errors: those of hash_file. */
int report_drift_files(struct report_drift *drift, const char *has,
                       const char *should, struct err *err);

/* Without a difference 0, else report-differs (ERR_RESULTS). */
int report_drift_judge(const struct report_drift *drift, const char *report,
                       struct err *err);

#endif
