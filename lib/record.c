#include "lib/record.h"

#include "lib/chunks.h"
#include "lib/num.h"

#include <stdlib.h>
#include <string.h>

_Static_assert(CHUNK_SPARE >= RECORD_ROW_MAX, "a row fits behind a chunk");

/* One thread's way to the file. */
struct record {
    struct chunks *chunks;
    struct chunk *chunk;
    int is_owner; /* closes the file */
};

char *record_put_text(char *to, const char *text)
{
    size_t n = strlen(text);

    memcpy(to, text, n);
    to[n] = ',';
    return to + n + 1;
}

char *record_put_int(char *to, int64_t value)
{
    if (value != RECORD_NONE)
        to = num_put_int(to, value);
    *to++ = ',';
    return to;
}

static int64_t rtt_of(const struct record_row *row)
{
    return row->received_ns == RECORD_NONE ? RECORD_NONE
                                           : row->received_ns - row->sent_ns;
}

/* What ends nearly every row of a good run. */
static int is_plain(const struct record_row *row)
{
    return row->outcome == OUTCOME_OK && row->copies == 1 && !row->late_by &&
           !row->sys_errno;
}

static char *put_fate(char *to, const struct record_row *row)
{
    static const char plain[] = "ok,1,0,\n";

    if (is_plain(row)) {
        memcpy(to, plain, sizeof plain - 1);
        return to + sizeof plain - 1;
    }
    to = record_put_text(to, outcome_name(row->outcome));
    to = record_put_int(to, row->copies);
    to = record_put_int(to, row->late_by);
    to = record_put_text(to, row->sys_errno ? err_name(row->sys_errno) : "");
    to[-1] = '\n';
    return to;
}

char *record_format(char *to, const struct record_row *row)
{
    to = record_put_int(to, row->conn);
    to = record_put_int(to, (int64_t)row->seq);
    to = record_put_int(to, row->scheduled_ns);
    to = record_put_int(to, row->sent_ns);
    to = record_put_int(to, row->received_ns);
    to = record_put_int(to, rtt_of(row));
    to = record_put_int(to, row->bytes);
    to = record_put_int(to, row->bytes_back);
    return put_fate(to, row);
}

int record_flush(struct record *record, struct err *err)
{
    return chunks_put(record->chunks, &record->chunk, err);
}

static int added(struct record *record, size_t bytes, struct err *err)
{
    struct chunk *chunk = record->chunk;

    chunk->used += bytes;
    chunk->lines++;
    return chunk->used < CHUNK_BYTES ? 0 : record_flush(record, err);
}

int record_add(struct record *record, const struct record_row *row,
               struct err *err)
{
    char *at = record->chunk->bytes + record->chunk->used;

    if (chunks_failed(record->chunks))
        return 0; /* told once */
    return added(record, (size_t)(record_format(at, row) - at), err);
}

int record_add_line(struct record *record, const char *line, struct err *err)
{
    size_t n = strlen(line);

    if (chunks_failed(record->chunks))
        return 0;
    if (n > RECORD_ROW_MAX)
        return err_set(err, ERR_BUG, "record-line", "row of %zu bytes: %s", n,
                       chunks_path(record->chunks));
    memcpy(record->chunk->bytes + record->chunk->used, line, n);
    return added(record, n, err);
}

/* Takes the chunks over; on failure the caller still has them. */
static struct record *record_new(struct chunks *chunks, int is_owner,
                                 struct err *err)
{
    struct record *record = calloc(1, sizeof *record);

    if (record)
        record->chunk = chunks_take(chunks);
    if (!record || !record->chunk) {
        err_sys(err, ERR_RESOURCE, "memory", "cannot record: %s",
                chunks_path(chunks));
        free(record);
        return NULL;
    }
    record->chunks = chunks;
    record->is_owner = is_owner;
    return record;
}

/* The header goes out at once, so that no file of ours is without. */
static int write_header(struct record *record, const char *header,
                        struct err *err)
{
    size_t n = strlen(header);

    memcpy(record->chunk->bytes, header, n);
    record->chunk->bytes[n] = '\n';
    record->chunk->used = n + 1;
    return record_flush(record, err);
}

struct record *record_open(const char *path, const char *header,
                           struct err *err)
{
    struct err later = {0};
    struct chunks *chunks = chunks_open(path, err);
    struct record *record;

    if (!chunks)
        return NULL;
    record = record_new(chunks, 1, err);
    if (!record) {
        (void)chunks_close(chunks, &later);
        return NULL;
    }
    if (write_header(record, header, err) == 0)
        return record;
    (void)record_close(record, &later);
    return NULL;
}

struct record *record_join(struct record *record, struct err *err)
{
    return record_new(record->chunks, 0, err);
}

int record_write_behind(struct record *record, int chunks, struct err *err)
{
    return chunks_write_behind(record->chunks, chunks, err);
}

int64_t record_rows(const struct record *record)
{
    return chunks_lines(record->chunks);
}

int record_close(struct record *record, struct err *err)
{
    struct err later = {0};
    int failed;

    if (!record)
        return 0;
    failed = record_flush(record, err) < 0;
    chunks_give_back(record->chunks, record->chunk);
    if (record->is_owner &&
        chunks_close(record->chunks, failed ? &later : err) < 0)
        failed = 1;
    free(record);
    return failed ? -1 : 0;
}
