/*
 * What the programs of a run left behind becomes its record: read back, held
 * against what they counted, hashed and entered in the manifest.
 */
#ifndef HARNESS_KEEP_H
#define HARNESS_KEEP_H

#include "harness/cast.h"
#include "harness/result.h"
#include "harness/samples.h"
#include "harness/transcript.h"
#include "lib/err.h"

/* One run that has ended, and what its programs said. */
struct keep {
    const struct result *result;
    struct result_run *run;
    const struct cast *cast;
    const struct cast_counts *counts;
    int is_whole; /* the client came to its end and told its counts */
    struct samples *samples; /* what keep_files has read, to be summed up */
};

/*
 * When it is not whole, cut the tables back to their last whole row, and remove
 * those that have not even a header: their writer was killed.
 */
int keep_trim(const struct keep *keep, struct err *err);

/* 1 when there is a messages.csv, or must be. */
int keep_has_record(const struct keep *keep);

/*
 * Take the files of the run, and set run->done.  When it is not whole, they
 * were trimmed before, and nothing is compared.  Errors:
 * ledger-differs (ERR_BUG) when a file is not what was counted, those of
 * samples_load, connections_load, tables_count and reconcile_run.
 */
int keep_files(const struct keep *keep, struct err *err);

/* Write and enter what each party of a scene has shown, and set run->done. */
int keep_transcript(const struct result *result, struct result_run *run,
                    const struct transcript *transcript, struct err *err);

#endif
