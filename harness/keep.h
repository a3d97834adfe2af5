/*
 * What the programs of a run left behind becomes its record: read back, held
 * against what they counted, hashed and entered in the manifest.
 */
#ifndef HARNESS_KEEP_H
#define HARNESS_KEEP_H

#include "harness/cast.h"
#include "harness/result.h"
#include "lib/err.h"

/* 1 when the client came so far that there is a messages.csv. */
int keep_has_record(const struct result *result, const struct result_run *run);

/*
 * Take the files of a run that has ended, and set run->done.  is_whole: the
 * client came to its end and told its counts; else files are cut back to their
 * last whole row and nothing is compared.  Errors: ledger-differs (ERR_BUG)
 * when a file is not what was counted, those of ledger_read, connections_load
 * and reconcile_run.
 */
int keep_files(const struct result *result, struct result_run *run,
               const struct cast *cast, const struct cast_counts *counts,
               int is_whole, struct err *err);

#endif
