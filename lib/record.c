#include "lib/record.h"

#include "lib/num.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CHUNK_BYTES = 64 << 10 };

struct record {
    int fd;
    int failed;
    char path[4096];
    int64_t file_bytes; /* written and whole */
    int64_t rows;       /* data rows in the file */
    int64_t buffered_rows;
    size_t used;
    char chunk[CHUNK_BYTES + RECORD_ROW_MAX];
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
    to = record_put_text(to, outcome_name(row->outcome));
    to = record_put_int(to, row->copies);
    to = record_put_int(to, row->late_by);
    to = record_put_text(to, row->sys_errno ? err_name(row->sys_errno) : "");
    to[-1] = '\n';
    return to;
}

/* The end of the last whole row among the first n bytes. */
static size_t whole_rows(const char *bytes, size_t n)
{
    while (n > 0 && bytes[n - 1] != '\n')
        n--;
    return n;
}

static int64_t count_rows(const char *bytes, size_t n)
{
    int64_t rows = 0;

    for (size_t i = 0; i < n; i++)
        rows += bytes[i] == '\n';
    return rows;
}

/*
 * `written` bytes of the chunk are in the file and the rest never will be:
 * keep whole rows only.
 */
static int cut_back(struct record *record, size_t written, struct err *err)
{
    int cause = errno;
    size_t whole = whole_rows(record->chunk, written);
    int no_space = cause == ENOSPC || cause == EDQUOT || cause == EFBIG;

    record->rows += count_rows(record->chunk, whole);
    record->file_bytes += (int64_t)whole;
    record->failed = 1;
    record->used = 0;
    record->buffered_rows = 0;
    (void)!ftruncate(record->fd, (off_t)record->file_bytes);
    errno = cause;
    err_sys(err, ERR_RESULTS, no_space ? "results-no-space" : "results-write",
            "cannot record: %s", record->path);
    return err_hint(err, "%s",
                    no_space ? "free space there, or choose another place "
                               "with --out DIR"
                             : "check the disk, or choose another place with "
                               "--out DIR");
}

int record_flush(struct record *record, struct err *err)
{
    size_t written = 0;

    while (written < record->used) {
        ssize_t n = write(record->fd, record->chunk + written,
                          record->used - written);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return cut_back(record, written, err);
        written += (size_t)n;
    }
    record->file_bytes += (int64_t)record->used;
    record->rows += record->buffered_rows;
    record->buffered_rows = 0;
    record->used = 0;
    return 0;
}

static int added(struct record *record, size_t bytes, struct err *err)
{
    record->used += bytes;
    record->buffered_rows++;
    return record->used < CHUNK_BYTES ? 0 : record_flush(record, err);
}

int record_add(struct record *record, const struct record_row *row,
               struct err *err)
{
    char *at = record->chunk + record->used;

    if (record->failed)
        return 0; /* told once */
    return added(record, (size_t)(record_format(at, row) - at), err);
}

int record_add_line(struct record *record, const char *line, struct err *err)
{
    size_t n = strlen(line);

    if (record->failed)
        return 0;
    if (n > RECORD_ROW_MAX)
        return err_set(err, ERR_BUG, "record-line", "row of %zu bytes: %s", n,
                       record->path);
    memcpy(record->chunk + record->used, line, n);
    return added(record, n, err);
}

static int open_err(const char *path, struct err *err)
{
    if (errno == EEXIST) {
        err_sys(err, ERR_RESULTS, "results-exist", "cannot record: %s", path);
        return err_hint(err, "a record is never overwritten; choose another "
                             "folder");
    }
    err_sys(err, ERR_RESULTS, "results-write", "cannot record: %s", path);
    return err_hint(err, "the folder must exist and be writable");
}

struct record *record_open(const char *path, const char *header,
                           struct err *err)
{
    struct record *record = calloc(1, sizeof *record);

    if (!record) {
        err_sys(err, ERR_RESOURCE, "memory", "cannot record: %s", path);
        return NULL;
    }
    snprintf(record->path, sizeof record->path, "%s", path);
    record->fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (record->fd < 0) {
        open_err(path, err);
        free(record);
        return NULL;
    }
    record->rows = -1; /* the header is no data row */
    record->used = strlen(header);
    memcpy(record->chunk, header, record->used);
    record->chunk[record->used++] = '\n';
    record->buffered_rows = 1;
    if (record_flush(record, err) == 0)
        return record;
    close(record->fd);
    free(record);
    return NULL;
}

int64_t record_rows(const struct record *record)
{
    return record->rows < 0 ? 0 : record->rows;
}

int record_close(struct record *record, struct err *err)
{
    int failed = 0;

    if (!record)
        return 0;
    if (!record->failed) {
        failed = record_flush(record, err) < 0;
        if (!failed && fdatasync(record->fd) < 0 && errno != EINVAL)
            failed = 1, err_sys(err, ERR_RESULTS, "results-write",
                                "cannot save: %s", record->path);
    }
    if (close(record->fd) < 0 && !failed && !record->failed)
        failed = 1, err_sys(err, ERR_RESULTS, "results-write",
                            "cannot close: %s", record->path);
    free(record);
    return failed ? -1 : 0;
}
