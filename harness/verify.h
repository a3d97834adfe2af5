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
 * Check one folder and print a line per run.  Errors (ERR_RESULTS): those of
 * result_load, ledger_read and connections_load, results-damaged.
 */
int verify_folder(const char *path, int allow_partial,
                  struct verify_totals *totals, FILE *to, struct err *err);

#endif
