/* `harness verify`: hold a results folder against its manifest, byte by byte.
 */
#ifndef HARNESS_VERIFY_H
#define HARNESS_VERIFY_H

#include "lib/err.h"

#include <stdint.h>
#include <stdio.h>

/* What was verified, summed over folders. */
struct verify_totals {
    int folders, runs;
    int64_t messages;
};

/*
 * Check one folder and print a line per run, and what was lost by whom where
 * that is known.  Errors (ERR_RESULTS): those of result_load, ledger_read,
 * connections_load, tables_count and reconcile_run, results-damaged,
 * reconcile-differs (the manifest has other counts than the files give) and
 * reconcile-missed (dropped on purpose, yet answered).  False loss is no error:
 * networks lose messages too.
 */
int verify_folder(const char *path, int allow_partial,
                  struct verify_totals *totals, FILE *to, struct err *err);

#endif
