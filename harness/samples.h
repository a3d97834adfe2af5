/* The answered messages of one run, in memory: what statistics work on. */
#ifndef HARNESS_SAMPLES_H
#define HARNESS_SAMPLES_H

#include "harness/ledger.h"
#include "harness/loss.h"
#include "harness/loss_time.h"
#include "harness/result.h"
#include "harness/suspect.h"
#include "harness/variation.h"
#include "lib/err.h"

#include <stddef.h>
#include <stdint.h>

/* Of the rows with outcome ok, in the order of the file. */
struct samples {
    size_t n;
    int64_t *received_ns, *rtt_ns;
    uint32_t *conn;
    int64_t *response_ns; /* received - scheduled; NULL in a closed loop */
    size_t cap;
    int64_t nconns; /* one more than the greatest of conn[] */

    int64_t message_size_bytes;
    int64_t *failed_rows; /* their positions (0..) among ok and failed rows */
    size_t nfailed, failed_cap;
    struct loss_series losses;  /* of all rows */
    struct loss_time loss_time; /* of a run over UDP */
    /* The last event, a slot that was missed too; LEDGER_ABSENT: none. */
    int64_t end_ns;
    int64_t sent;        /* rows that have a time of it */
    int64_t missed;      /* due, never sent, and not cut off by the end */
    int64_t patience_ns; /* of lib/outage.h */

    struct variation variation; /* of all rows; without its arrays */
    struct suspect suspect;
    struct ledger ledger; /* counts over all rows, and the hash */
};

/*
 * Read and check the messages.csv of a run.  Every row must carry messages of
 * its size.  Errors: those of ledger_read, no-memory.
 */
int samples_load(struct samples *samples, const char *path,
                 const struct result_run *run, struct err *err);

/* Free the arrays of answered messages; the counts stay, n too. */
void samples_drop_arrays(struct samples *samples);

/* {0} is releasable. */
void samples_release(struct samples *samples);

/*
 * 1 when a gap of the run overlaps the row's time: from when it was due to its
 * reply, or without one to Tmax after it was sent (or due, when it was not).
 * A row without times was never open.
 */
int samples_is_suspect(const struct ledger_row *row,
                       const struct result_run *run);

/* Does this outcome count as a failure of the path or the server? */
int samples_is_failure(enum outcome outcome);

#endif
