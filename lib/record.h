/*
 * The record: messages.csv, one row per message intended, written in whole
 * rows.  What is on disk is always readable; after a failed write the file
 * is cut back to its last whole row.
 */
#ifndef LIB_RECORD_H
#define LIB_RECORD_H

#include "lib/err.h"
#include "lib/outcome.h"

#include <stddef.h>
#include <stdint.h>

#define RECORD_HEADER                                                    \
    "conn,seq,scheduled_ns,sent_ns,received_ns,rtt_ns,bytes,bytes_back," \
    "outcome,copies,late_by,errno"
#define RECORD_CONNECTIONS_HEADER                                 \
    "conn,connect_start_ns,connect_end_ns,outcome,first_byte_ns," \
    "last_byte_ns,retransmits,rtt_us,min_rtt_us,rcv_rtt_us,mss,errno"
#define RECORD_UNMATCHED_HEADER "conn,seq,received_ns,reason"

/* What servers and relays write of the messages that they saw. */
#define RECORD_INJECTED_HEADER "conn,seq,direction,action"
#define RECORD_SERVED_HEADER "conn,seq"

/* An absent time: an empty field in the file. */
#define RECORD_NONE INT64_MIN

/* Times are ns of CLOCK_MONOTONIC since the run's start. */
struct record_row {
    uint32_t conn;
    uint64_t seq;
    int64_t scheduled_ns, sent_ns, received_ns;
    int64_t bytes, bytes_back;
    enum outcome outcome;
    int copies, late_by;
    int sys_errno; /* 0: none */
};

#define RECORD_ROW_MAX 256

/*
 * Write a field and a comma at `to`, which has room.  RECORD_NONE is an empty
 * field.  Both return the end.
 */
char *record_put_int(char *to, int64_t value);
char *record_put_text(char *to, const char *text);

/* Write one row and its newline at `to` (RECORD_ROW_MAX bytes).  The end. */
char *record_format(char *to, const struct record_row *row);

struct record;

/*
 * Create the file (it must not exist) and write the header.  Errors:
 * results-exist, results-write.
 */
struct record *record_open(const char *path, const char *header,
                           struct err *err);

/*
 * Add a row.  Rows reach the file in chunks of 64 KiB, or when record_flush
 * is called.  Errors: results-no-space, results-write; the record then takes
 * no more rows and the file ends with a whole one.
 */
int record_add(struct record *record, const struct record_row *row,
               struct err *err);

/* Add a line that the caller made, newline included. */
int record_add_line(struct record *record, const char *line, struct err *err);

int record_flush(struct record *record, struct err *err);

/*
 * Another way into the same file, for another thread: each has its own.  To be
 * closed before the one that was opened.  NULL when out of memory.
 */
struct record *record_join(struct record *record, struct err *err);

/*
 * From now on a thread of its own writes, with so many chunks of 64 KiB between
 * it and us; an error of it is told at a later call.
 */
int record_write_behind(struct record *record, int chunks, struct err *err);

/* Data rows that are in the file as far as write(2) said. */
int64_t record_rows(const struct record *record);

/* Flush, fdatasync, close, free.  NULL is allowed. */
int record_close(struct record *record, struct err *err);

#endif
