/*
 * Does a results folder hold what its manifest says?  Every function returns
 * 0, or -1 with results-damaged (ERR_RESULTS) and the file that differs.
 */
#ifndef HARNESS_AUDIT_H
#define HARNESS_AUDIT_H

#include "harness/ledger.h"
#include "harness/result.h"
#include "lib/err.h"

/*
 * The manifest itself: rows = intended = sum of the outcomes for each run, each
 * listed once, and in a folder that calls itself complete at least one, and
 * none that is not done.
 */
int audit_manifest(const struct result *result, struct err *err);

/* scenario.json and environment.json against their hashes. */
int audit_folder(const struct result *result, struct err *err);

/* What was read of messages.csv against rows, counts, bytes and hash. */
int audit_ledger(const struct result *result, const struct result_run *run,
                 const struct ledger *ledger, struct err *err);

/* Bytes and hash of another file of the run. */
int audit_file(const struct result *result, const struct result_run *run,
               const struct result_file *file, struct err *err);

/* The entry of a file name, or NULL when the manifest does not list it. */
const struct result_file *audit_entry(const struct result_run *run,
                                      const char *name);

#endif
