/*
 * The ledger: one pass over a messages.csv that checks every row against the
 * invariants of the format, counts, and hashes the bytes.  Everything that
 * looks at messages goes through here, so no number is made of a bad row.
 */
#ifndef HARNESS_LEDGER_H
#define HARNESS_LEDGER_H

#include "harness/hash.h"
#include "lib/err.h"
#include "lib/outcome.h"

#include <stdint.h>

/* The header line is RECORD_HEADER of lib/record.h, which writes the file. */

/* Connections are numbered below this. */
#define LEDGER_MAX_CONNECTIONS 100000

/* A time that a row does not have: an empty field of the file. */
#define LEDGER_ABSENT INT64_C(-1)

/* One message.  Times are ns since the run's start. */
struct ledger_row {
    int64_t line; /* of the file, 2.. */
    int64_t conn, seq;
    int64_t scheduled_ns, sent_ns, received_ns, rtt_ns;
    int64_t bytes, bytes_back;
    enum outcome outcome;
    int64_t copies, late_by;
    const char *errno_name; /* "" or ECONNRESET; valid in the callback */
};

typedef int (*ledger_row_fn)(const struct ledger_row *row, void *ctx,
                             struct err *err);

struct ledger_reader {
    const char *path;
    int is_partial;       /* the writer was stopped: see ledger_read */
    int any_order;        /* of the seq of a connection: UDP */
    ledger_row_fn on_row; /* may be NULL; returns -1 with err to stop */
    void *ctx;
};

/* What one file holds. */
struct ledger {
    int64_t rows;
    int64_t outcomes[OUTCOME_COUNT];
    int64_t connections; /* with at least one row */
    int64_t duplicated;  /* rows with copies > 1 */
    int64_t reordered;   /* rows with late_by > 0 */
    int64_t open;        /* partial: seq missing below a connection's highest */
    int64_t ok_bytes;    /* payload of the ok rows, one direction */
    int64_t first_sent_ns;    /* LEDGER_ABSENT when nothing was sent */
    int64_t last_received_ns; /* of the ok rows; LEDGER_ABSENT when none */
    int64_t file_bytes;
    char sha256[HASH_HEX_SIZE]; /* of the whole file */
};

/*
 * Read and check a file.  Errors (ERR_RESULTS): those of csv_read, and
 * results-damaged with FILE:LINE for a row that cannot be: an unknown
 * outcome, rtt_ns other than received_ns - sent_ns > 0, a reply time without
 * a reply, copies of no reply, sent before scheduled, a connection whose seq is
 * not 0, 1, 2, ...
 *
 * Over TCP rows end in the order of sending.  Over UDP (any_order) they need
 * not: then each seq must be there once, with none missing when the file ends.
 * That takes at most LEDGER_WINDOW_BYTES beside 4 MiB, whatever the file holds;
 * a seq so far ahead of a missing one that it does not do is refused.
 *
 * With is_partial a last line without its end is dropped, and a missing seq is
 * a row that was not final yet: counted as open.
 */
#define LEDGER_WINDOW_BYTES (8 << 20)
int ledger_read(const struct ledger_reader *reader, struct ledger *ledger,
                struct err *err);

#endif
