/*
 * Strict, streaming CSV reading.  The only user of libcsv, which alone would
 * accept ragged rows, blank lines, a cut last row, an open quote and NUL bytes
 * without a word.
 */
#ifndef LIB_CSV_H
#define LIB_CSV_H

#include "lib/err.h"

#include <stddef.h>
#include <stdint.h>

#define CSV_MAX_FIELD 4096
#define CSV_MAX_COLUMNS 64

/* One row: `fields[i]` is NUL-ended, `lens[i]` its length. */
struct csv_row {
    int64_t line; /* 1 is the header, so data begin at 2 */
    int nfields;  /* always that of the header */
    const char *const *fields;
    const size_t *lens;
    const int64_t *numbers; /* of number_columns, which have no text then */
};

/* Called for each data row; return -1 with err set to stop the reading. */
typedef int (*csv_row_fn)(const struct csv_row *row, void *ctx,
                          struct err *err);

enum csv_tail {
    CSV_WHOLE,   /* a last line without newline is damage */
    CSV_TORN_OK, /* a last line without newline is dropped */
};

/* Sees every byte read, in order: for hashing in the same pass. */
typedef void (*csv_bytes_fn)(const void *bytes, size_t n, void *ctx);

struct csv_reader {
    const char *path;
    const char *header; /* the exact first line, without newline */
    /*
     * Bit i: column i holds whole numbers.  They are read at once, as by
     * num_of_digits: -1 for what is none, and for an empty field.
     */
    uint64_t number_columns;
    enum csv_tail tail;
    csv_row_fn on_row;
    csv_bytes_fn on_bytes; /* may be NULL */
    void *ctx;
};

/*
 * Read a whole file (a regular file, not a link).  Rows end in a newline
 * alone; no field holds a blank, tab, newline or NUL.  Errors, all
 * ERR_RESULTS: results-open, results-read, results-damaged with
 * "FILE:LINE: what" (ragged row, blank line, NUL, quote, over-long field,
 * wrong header, cut last row, a blank or tab).  Rows before the damage have
 * been delivered by then.
 */
int csv_read(const struct csv_reader *reader, struct err *err);

/* What a reader of rows says of a row that cannot be right.  Returns -1. */
int csv_damaged(const char *path, int64_t line, const char *what,
                struct err *err);

#endif
