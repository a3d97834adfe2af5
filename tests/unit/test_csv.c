#include "lib/buf.h"
#include "lib/csv.h"
#include "tests/unit/check.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct seen {
    struct buf text; /* fields joined by |, rows by ; */
    size_t bytes;
    int64_t stop_at; /* line at which the reader refuses, 0: none */
};

static int on_row(const struct csv_row *row, void *ctx, struct err *err)
{
    struct seen *seen = ctx;

    if (row->line == seen->stop_at)
        return csv_damaged("x.csv", row->line, "no more", err);
    for (int i = 0; i < row->nfields; i++) {
        buf_add(&seen->text, row->fields[i]);
        buf_add(&seen->text, i + 1 < row->nfields ? "|" : ";");
    }
    return 0;
}

static void on_bytes(const void *bytes, size_t n, void *ctx)
{
    (void)bytes;
    ((struct seen *)ctx)->bytes += n;
}

static int read_text(const char *text, size_t n, enum csv_tail tail,
                     struct seen *seen, struct err *err)
{
    struct csv_reader reader = {.path = "x.csv",
                                .header = "a,b",
                                .tail = tail,
                                .on_row = on_row,
                                .on_bytes = on_bytes,
                                .ctx = seen};
    FILE *to = fopen("x.csv", "w");

    fwrite(text, 1, n, to);
    fclose(to);
    return csv_read(&reader, err);
}

/* The rows delivered, then " !" and the message when it was refused. */
static const char *rows_of(const char *text, enum csv_tail tail)
{
    static char copy[1024];
    struct seen seen = {0};
    struct err err = {0};

    if (read_text(text, strlen(text), tail, &seen, &err) < 0)
        buf_addf(&seen.text, " !%s", err.msg);
    else if (seen.bytes != strlen(text))
        buf_add(&seen.text, " bytes are missing");
    snprintf(copy, sizeof copy, "%s", buf_text(&seen.text));
    buf_release(&seen.text);
    return copy;
}

static void test_whole(void)
{
    CHECK_STR(rows_of("a,b\n", CSV_WHOLE), "");
    CHECK_STR(rows_of("a,b\n1,2\n3,\n,\n", CSV_WHOLE), "1|2;3|;|;");
    CHECK_STR(rows_of("a,b\n\"1,1\",\"\"\n", CSV_WHOLE), "1,1|;");
}

static void test_damage(void)
{
    CHECK_STR(rows_of("", CSV_WHOLE),
              " !x.csv:1: not the header that was expected");
    CHECK_STR(rows_of("a,c\n", CSV_WHOLE),
              " !x.csv:1: not the header that was expected");
    CHECK_STR(rows_of("a,b\n1,2\n2,123456", CSV_WHOLE),
              "1|2; !x.csv:3: the last row is cut off");
    CHECK_STR(rows_of("a,b\n1,2\n1\n", CSV_WHOLE),
              "1|2; !x.csv:3: fewer fields than the header has");
    CHECK_STR(rows_of("a,b\n1,2,3\n", CSV_WHOLE),
              " !x.csv:2: more fields than the header has");
    CHECK_STR(rows_of("a,b\n1,2\n\n3,4\n", CSV_WHOLE),
              "1|2; !x.csv:3: a blank line");
    CHECK_STR(rows_of("a,b\n1,\"2\n3,4\n", CSV_WHOLE),
              " !x.csv:2: a quote is still open at the end");
    CHECK_STR(rows_of("a,b\n1,2\"2\n", CSV_WHOLE), " !x.csv:2: a stray quote");
    CHECK_STR(rows_of("a,b\n1,\"2\n2\"\n", CSV_WHOLE),
              " !x.csv:2: a newline inside quotes");
    CHECK_STR(rows_of("a,b\n1,2\n3,4 \n", CSV_WHOLE), "1|2; !x.csv:3: a blank");
    CHECK_STR(rows_of("a,b\n1,2\n3,\t4\n", CSV_WHOLE), "1|2; !x.csv:3: a tab");
    CHECK_STR(rows_of("a,b\n1,2\r\n", CSV_WHOLE),
              " !x.csv:2: a carriage return");
}

static void test_torn(void)
{
    CHECK_STR(rows_of("", CSV_TORN_OK), "");
    CHECK_STR(rows_of("a,", CSV_TORN_OK), "");
    CHECK_STR(rows_of("a,b", CSV_TORN_OK), "");
    CHECK_STR(rows_of("a,b\n1,2\n3,4", CSV_TORN_OK), "1|2;");
    CHECK_STR(rows_of("x", CSV_TORN_OK),
              " !x.csv:1: not the header that was expected");
    CHECK_STR(rows_of("a,b\n1\n3", CSV_TORN_OK),
              " !x.csv:2: fewer fields than the header has");
}

static void test_bytes(void)
{
    struct seen seen = {0};
    struct err err = {0};

    CHECK_INT(read_text("a,b\n1,2\n12\0,3\n", 15, CSV_WHOLE, &seen, &err), -1);
    CHECK_STR(err.msg, "x.csv:3: a NUL byte");
    CHECK_STR(err.id, "results-damaged");
    CHECK_INT(err.code, ERR_RESULTS);
    CHECK_STR(buf_text(&seen.text), "1|2;");
    buf_release(&seen.text);
    seen.stop_at = 3;
    CHECK_INT(read_text("a,b\n1,2\n3,4\n5,6\n", 16, CSV_WHOLE, &seen, &err),
              -1);
    CHECK_STR(err.msg, "x.csv:3: no more");
    CHECK_STR(buf_text(&seen.text), "1|2;");
    buf_release(&seen.text);
}

/* A field of `n` bytes; 0 when it was read, else -1. */
static int read_field(size_t n, struct err *err)
{
    char *text = malloc(n + 16);
    struct seen seen = {.stop_at = 2};
    int status;

    memcpy(text, "a,b\n", 4);
    memset(text + 4, '7', n);
    memcpy(text + 4 + n, ",1\n", 3);
    status = read_text(text, n + 7, CSV_WHOLE, &seen, err);
    free(text);
    return status;
}

static void test_long_fields(void)
{
    struct err err = {0};

    CHECK_INT(read_field(CSV_MAX_FIELD, &err), -1);
    CHECK_STR(err.msg, "x.csv:2: no more");
    CHECK_INT(read_field(CSV_MAX_FIELD + 1, &err), -1);
    CHECK_STR(err.msg, "x.csv:2: a field of more than 4096 bytes");
    CHECK_INT(read_field(1 << 20, &err), -1);
    CHECK_STR(err.msg, "x.csv:2: a field of more than 4096 bytes");
}

static int count_row(const struct csv_row *row, void *ctx, struct err *err)
{
    int64_t *sum = ctx;

    (void)err;
    *sum += row->line + row->numbers[0] + (int64_t)row->lens[1];
    return 0;
}

static int put_numbers(const struct csv_row *row, void *ctx, struct err *err)
{
    (void)err;
    buf_addf(ctx, "%lld/%d %s; ", (long long)row->numbers[0], (int)row->lens[0],
             row->fields[1]);
    return 0;
}

/* What is no number, and what is empty, is for the caller to judge. */
static void test_numbers(void)
{
    struct buf text = {0};
    struct csv_reader reader = {.path = "x.csv",
                                .header = "a,b",
                                .number_columns = 1,
                                .on_row = put_numbers,
                                .ctx = &text};
    struct err err = {0};
    FILE *to = fopen("x.csv", "w");

    fputs("a,b\n12,34\n,x\n-1,y\n\"1,2\",z\n\"123456789\",\n"
          "1234567890123456789,\n",
          to);
    fclose(to);
    CHECK_INT(csv_read(&reader, &err), 0);
    CHECK_STR(buf_text(&text),
              "12/2 34; -1/0 x; -1/2 y; -1/3 z; 123456789/9 ; -1/19 ; ");
    buf_release(&text);
}

/* Rows that straddle the chunks in which the file is read. */
static void test_chunks(void)
{
    int64_t sum = 0, want = 0;
    struct csv_reader reader = {.path = "x.csv",
                                .header = "a,b",
                                .number_columns = 1,
                                .on_row = count_row,
                                .ctx = &sum};
    struct err err = {0};
    FILE *to = fopen("x.csv", "w");

    fputs("a,b\n", to);
    for (int i = 0; i < 200000; i++) {
        fprintf(to, "%d,\"x,\"\n", i);
        want += i + 2 + i + 2;
    }
    fclose(to);
    CHECK_INT(csv_read(&reader, &err), 0);
    CHECK_INT(sum, want);
}

static void test_files(void)
{
    struct csv_reader reader = {
        .path = "none.csv", .header = "a", .on_row = on_row};
    struct err err = {0};

    CHECK_INT(csv_read(&reader, &err), -1);
    CHECK_STR(err.id, "results-open");
    CHECK(symlink("x.csv", "link.csv") == 0);
    reader.path = "link.csv";
    CHECK_INT(csv_read(&reader, &err), -1);
    CHECK_STR(err.id, "results-open");
    CHECK(err.hint[0] != '\0');
    reader.path = "/dev/zero";
    CHECK_INT(csv_read(&reader, &err), -1);
    CHECK_STR(err.msg, "cannot open /dev/zero: not a regular file");
}

int main(void)
{
    char dir[] = "/tmp/test_csv.XXXXXX";

    if (!mkdtemp(dir) || chdir(dir) < 0)
        return 1;
    test_whole();
    test_damage();
    test_torn();
    test_bytes();
    test_long_fields();
    test_numbers();
    test_chunks();
    test_files();
    unlink("x.csv");
    unlink("link.csv");
    rmdir(dir);
    return check_done();
}
