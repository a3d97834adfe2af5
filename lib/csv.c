#include "lib/csv.h"

#include "lib/num.h"

#include <csv.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHUNK_BYTES (1 << 17)

struct reading {
    const struct csv_reader *reader;
    struct err *err;
    struct csv_parser parser;
    int columns;
    int64_t line;   /* of the row being read */
    int nfields;    /* of it, so far */
    int failed;     /* err is set */
    int has_quotes; /* seen anywhere: fields may hold newlines */
    char *cells;    /* columns x (CSV_MAX_FIELD + 1) */
    const char *fields[CSV_MAX_COLUMNS];
    size_t lens[CSV_MAX_COLUMNS];
    int64_t numbers[CSV_MAX_COLUMNS];
};

int csv_damaged(const char *path, int64_t line, const char *what,
                struct err *err)
{
    err_set(err, ERR_RESULTS, "results-damaged", "%s:%lld: %s", path,
            (long long)line, what);
    return err_hint(err, "the file is not as it was written: restore it, or "
                         "measure again");
}

static void damaged(struct reading *r, const char *what)
{
    if (!r->failed)
        csv_damaged(r->reader->path, r->line, what, r->err);
    r->failed = 1;
}

static void keep(struct reading *r, const char *bytes, size_t len)
{
    int at = r->nfields++;
    char *cell = r->cells + (size_t)at * (CSV_MAX_FIELD + 1);

    r->lens[at] = len;
    if (r->reader->number_columns >> at & 1) {
        r->numbers[at] = num_of_digits(bytes, len);
        return;
    }
    memcpy(cell, bytes, len);
    cell[len] = '\0';
}

static void on_field(void *bytes, size_t len, void *ctx)
{
    struct reading *r = ctx;

    if (r->failed)
        return;
    if (r->nfields == r->columns) {
        damaged(r, "more fields than the header has");
        return;
    }
    if (len > CSV_MAX_FIELD) {
        damaged(r, "a field of more than 4096 bytes");
        return;
    }
    if (r->has_quotes && memchr(bytes, '\n', len)) {
        damaged(r, "a newline inside quotes");
        return;
    }
    keep(r, bytes, len);
}

static void on_row(int end, void *ctx)
{
    struct reading *r = ctx;
    struct csv_row row = {.line = r->line,
                          .nfields = r->nfields,
                          .fields = r->fields,
                          .lens = r->lens,
                          .numbers = r->numbers};

    if (r->failed)
        return;
    if (end == -1)
        damaged(r, "the row is cut off");
    else if (r->nfields == 0)
        damaged(r, "a blank line");
    else if (r->nfields < r->columns)
        damaged(r, "fewer fields than the header has");
    else if (r->reader->on_row(&row, r->reader->ctx, r->err) < 0)
        r->failed = 1;
    r->nfields = 0;
    r->line++;
}

static void feed(struct reading *r, const char *bytes, size_t n)
{
    size_t done;

    if (memchr(bytes, '"', n))
        r->has_quotes = 1;
    done = csv_parse(&r->parser, bytes, n, on_field, on_row, r);
    if (done != n)
        damaged(r, csv_error(&r->parser) == CSV_EPARSE ? "a stray quote"
                                                       : "out of memory");
    else if (csv_get_buffer_size(&r->parser) > CSV_MAX_FIELD + CHUNK_BYTES)
        damaged(r, "a field of more than 4096 bytes");
}

/*
 * The first byte that none of our files has: libcsv would strip blanks from
 * around a field and take a carriage return for the end of a row.
 */
static const char *find_stray(const char *bytes, size_t n, const char **what)
{
    static const struct {
        int byte;
        const char *what;
    } strays[] = {{'\0', "a NUL byte"},
                  {'\r', "a carriage return"},
                  {' ', "a blank"},
                  {'\t', "a tab"}};
    const char *first = NULL;

    for (size_t i = 0; i < sizeof strays / sizeof *strays; i++) {
        const char *found = memchr(bytes, strays[i].byte, n);

        if (!found)
            continue;
        first = found;
        n = (size_t)(found - bytes);
        *what = strays[i].what;
    }
    return first;
}

/* Rows before a stray byte still count; what follows it does not. */
static void feed_checked(struct reading *r, const char *bytes, size_t n)
{
    const char *what = NULL;
    const char *stray = find_stray(bytes, n, &what);

    feed(r, bytes, stray ? (size_t)(stray - bytes) : n);
    if (stray)
        damaged(r, what);
}

/*
 * The bytes after the header line, or NULL.  A torn file may end within its
 * header: then it has no rows.
 */
static const char *skip_header(struct reading *r, const char *bytes, size_t n)
{
    const char *header = r->reader->header;
    size_t len = strlen(header);

    if (n > len && memcmp(bytes, header, len) == 0 && bytes[len] == '\n')
        return bytes + len + 1;
    if (r->reader->tail == CSV_TORN_OK && n <= len &&
        memcmp(bytes, header, n) == 0)
        return bytes + n;
    r->line = 1;
    damaged(r, "not the header that was expected");
    return NULL;
}

/* Fills the chunk unless the file ends; -1 with errno. */
static ssize_t read_chunk(int fd, char *chunk)
{
    size_t used = 0;

    while (used < CHUNK_BYTES) {
        ssize_t n = read(fd, chunk + used, CHUNK_BYTES - used);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        if (n == 0)
            break;
        used += (size_t)n;
    }
    return (ssize_t)used;
}

/* The file has ended, with `last` as its last byte. */
static void finish(struct reading *r, char last)
{
    if (r->failed || r->reader->tail == CSV_TORN_OK)
        return;
    if (last != '\n')
        damaged(r, "the last row is cut off");
    else if (csv_fini(&r->parser, on_field, on_row, r) != 0)
        damaged(r, "a quote is still open at the end");
}

static void read_rows(struct reading *r, int fd, char *chunk)
{
    const char *from = NULL;
    char last = '\n';
    ssize_t n = 0;

    while (!r->failed && (n = read_chunk(fd, chunk)) > 0) {
        last = chunk[n - 1];
        if (r->reader->on_bytes)
            r->reader->on_bytes(chunk, (size_t)n, r->reader->ctx);
        from = from ? chunk : skip_header(r, chunk, (size_t)n);
        if (from)
            feed_checked(r, from, (size_t)(chunk + n - from));
    }
    if (!r->failed && n < 0) {
        err_sys(r->err, ERR_RESULTS, "results-read", "cannot read %s",
                r->reader->path);
        r->failed = 1;
    }
    if (!r->failed && !from)
        skip_header(r, chunk, 0);
    finish(r, last);
}

static int open_file(const char *path, struct err *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    int errnum = fd < 0 ? errno : 0;
    struct stat st;

    if (fd < 0)
        err_sys(err, ERR_RESULTS, "results-open", "cannot open %s", path);
    else if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
        return fd;
    else
        err_set(err, ERR_RESULTS, "results-open",
                "cannot open %s: not a regular file", path);
    if (fd >= 0)
        close(fd);
    if (errnum == EACCES)
        return err_hint(err, "you may not read it: ask whose folder it is, or "
                             "chmod u+r");
    return err_hint(err, "a results folder holds plain files only, no links: "
                         "restore the file, or measure again");
}

static int count_columns(const char *header)
{
    int columns = 1;

    for (; *header; header++)
        columns += *header == ',';
    return columns;
}

static int read_with(struct reading *r, int fd, char *chunk)
{
    unsigned char options = CSV_STRICT | CSV_STRICT_FINI | CSV_APPEND_NULL |
                            CSV_REPALL_NL;

    r->cells = malloc((size_t)r->columns * (CSV_MAX_FIELD + 1));
    if (!chunk || !r->cells || csv_init(&r->parser, options) != 0) {
        free(r->cells);
        return err_set(r->err, ERR_RESOURCE, "no-memory", "out of memory");
    }
    for (int i = 0; i < r->columns; i++)
        r->fields[i] = r->cells + (size_t)i * (CSV_MAX_FIELD + 1);
    read_rows(r, fd, chunk);
    csv_free(&r->parser);
    free(r->cells);
    return r->failed ? -1 : 0;
}

int csv_read(const struct csv_reader *reader, struct err *err)
{
    struct reading r = {.reader = reader,
                        .err = err,
                        .line = 2,
                        .columns = count_columns(reader->header)};
    int fd, status;
    char *chunk;

    if (r.columns > CSV_MAX_COLUMNS)
        return err_set(err, ERR_BUG, "bug", "%d columns are too many for csv",
                       r.columns);
    fd = open_file(reader->path, err);
    if (fd < 0)
        return -1;
    chunk = malloc(CHUNK_BYTES);
    status = read_with(&r, fd, chunk);
    free(chunk);
    close(fd);
    return status;
}
