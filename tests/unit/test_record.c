#define _GNU_SOURCE
#include "lib/record.h"
#include "tests/unit/check.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static char content[1 << 20];

/* The file's text; "" when there is none. */
static const char *slurp(const char *path)
{
    FILE *file = fopen(path, "r");
    size_t n = file ? fread(content, 1, sizeof content - 1, file) : 0;

    content[n] = '\0';
    if (file)
        fclose(file);
    return content;
}

static const char *formatted(const struct record_row *row)
{
    static char text[RECORD_ROW_MAX + 1];

    *record_format(text, row) = '\0';
    return text;
}

static const struct record_row ok_row = {.conn = 1,
                                         .seq = 2,
                                         .scheduled_ns = 1000,
                                         .sent_ns = 1500,
                                         .received_ns = 24000,
                                         .bytes = 1000,
                                         .bytes_back = 1000,
                                         .outcome = OUTCOME_OK,
                                         .copies = 1};

static void a_row_to_the_byte(void)
{
    CHECK_STR(formatted(&ok_row),
              "1,2,1000,1500,24000,22500,1000,1000,ok,1,0,\n");
    CHECK_STR(RECORD_HEADER,
              "conn,seq,scheduled_ns,sent_ns,received_ns,rtt_ns,bytes,"
              "bytes_back,outcome,copies,late_by,errno");
}

/* An absent time is an empty field, never 0 or -1. */
static void a_row_without_a_reply(void)
{
    struct record_row row = ok_row;

    row.received_ns = RECORD_NONE;
    row.bytes_back = 7;
    row.outcome = OUTCOME_RESET;
    row.copies = 0;
    row.sys_errno = ECONNRESET;
    CHECK_STR(formatted(&row), "1,2,1000,1500,,,1000,7,reset,0,0,ECONNRESET\n");
    row.scheduled_ns = row.sent_ns = RECORD_NONE;
    row.outcome = OUTCOME_ABORTED;
    row.sys_errno = 0;
    CHECK_STR(formatted(&row), "1,2,,,,,1000,7,aborted,0,0,\n");
}

static void the_longest_row_fits(void)
{
    struct record_row row = {.conn = UINT32_MAX,
                             .seq = INT64_MAX,
                             .scheduled_ns = INT64_MIN + 1,
                             .sent_ns = -1,
                             .received_ns = INT64_MAX - 1,
                             .bytes = INT64_MIN + 1,
                             .bytes_back = INT64_MIN + 1,
                             .outcome = OUTCOME_UNREACHABLE,
                             .copies = -2147483647,
                             .late_by = -2147483647,
                             .sys_errno = ENOTRECOVERABLE};

    CHECK(strlen(formatted(&row)) <= RECORD_ROW_MAX);
    CHECK(strstr(formatted(&row), ",ENOTRECOVERABLE\n") != NULL);
}

static void every_outcome_has_its_word(void)
{
    static const char *const words[OUTCOME_COUNT] = {
        "ok",          "corrupt",    "late",        "lost",
        "timeout",     "refused",    "reset",       "eof",
        "unreachable", "send_error", "local_limit", "aborted"};

    for (int i = 0; i < OUTCOME_COUNT; i++) {
        enum outcome back = OUTCOME_COUNT;

        CHECK_STR(outcome_name((enum outcome)i), words[i]);
        CHECK_INT(outcome_parse(words[i], &back), 0);
        CHECK_INT(back, i);
    }
}

static void words_that_are_no_outcome(void)
{
    enum outcome back = OUTCOME_COUNT;

    CHECK_INT(outcome_parse("OK", &back), -1);
    CHECK_INT(outcome_parse("", &back), -1);
    CHECK_INT(outcome_parse("ok ", &back), -1);
    CHECK_INT(back, OUTCOME_COUNT);
}

static void the_outcome_of_an_errno(void)
{
    CHECK_INT(outcome_of_errno(ECONNREFUSED), OUTCOME_REFUSED);
    CHECK_INT(outcome_of_errno(ECONNRESET), OUTCOME_RESET);
    CHECK_INT(outcome_of_errno(EPIPE), OUTCOME_RESET);
    CHECK_INT(outcome_of_errno(EHOSTUNREACH), OUTCOME_UNREACHABLE);
    CHECK_INT(outcome_of_errno(ENETUNREACH), OUTCOME_UNREACHABLE);
    CHECK_INT(outcome_of_errno(ETIMEDOUT), OUTCOME_TIMEOUT);
    CHECK_INT(outcome_of_errno(EMFILE), OUTCOME_LOCAL_LIMIT);
    CHECK_INT(outcome_of_errno(EADDRNOTAVAIL), OUTCOME_LOCAL_LIMIT);
    CHECK_INT(outcome_of_errno(EIO), OUTCOME_SEND_ERROR);
}

static void a_whole_file(void)
{
    struct err err = {0};
    struct record *record = record_open("whole.csv", "a,b", &err);

    CHECK(record != NULL);
    CHECK_STR(slurp("whole.csv"), "a,b\n");
    CHECK_INT(record_rows(record), 0);
    CHECK_INT(record_add_line(record, "1,2\n", &err), 0);
    CHECK_INT(record_add(record, &ok_row, &err), 0);
    CHECK_STR(slurp("whole.csv"), "a,b\n");
    CHECK_INT(record_rows(record), 0);
    CHECK_INT(record_flush(record, &err), 0);
    CHECK_INT(record_rows(record), 2);
    CHECK_INT(record_add_line(record, "3,4\n", &err), 0);
    CHECK_INT(record_close(record, &err), 0);
    CHECK_STR(slurp("whole.csv"),
              "a,b\n1,2\n1,2,1000,1500,24000,22500,1000,1000,ok,1,0,\n3,4\n");
    CHECK_INT(record_close(NULL, &err), 0);
    CHECK_INT(err.code, ERR_NONE);
}

/* Rows go out when 64 KiB are full, and never in halves. */
static void rows_go_out_in_chunks(void)
{
    struct err err = {0};
    struct record *record = record_open("chunks.csv", "a", &err);
    int early = 0;

    for (int i = 0; i < 6000; i++) {
        size_t before = strlen(slurp("chunks.csv"));

        (void)record_add_line(record, "123456789\n", &err);
        early += strlen(slurp("chunks.csv")) > before;
    }
    CHECK_INT(early, 0); /* 60 000 bytes */
    for (int i = 0; i < 1000; i++)
        (void)record_add_line(record, "123456789\n", &err);
    CHECK_INT(record_rows(record), 6554); /* 65 540 bytes in all */
    CHECK_INT(strlen(slurp("chunks.csv")), 2 + 65540);
    CHECK_INT(record_close(record, &err), 0);
    CHECK_INT(strlen(slurp("chunks.csv")), 2 + 70000);
}

static void a_line_too_long_is_a_bug(void)
{
    char line[RECORD_ROW_MAX + 2];
    struct err err = {0};
    struct record *record = record_open("long.csv", "a", &err);

    memset(line, 'x', sizeof line);
    line[RECORD_ROW_MAX + 1] = '\0';
    CHECK_INT(record_add_line(record, line, &err), -1);
    CHECK_INT(err.code, ERR_BUG);
    line[RECORD_ROW_MAX] = '\0';
    CHECK_INT(record_add_line(record, line, &err), 0);
    record_close(record, &err);
}

static void nothing_is_overwritten(void)
{
    struct err err = {0};

    CHECK(record_open("whole.csv", "x", &err) == NULL);
    CHECK_INT(err.code, ERR_RESULTS);
    CHECK_STR(err.id, "results-exist");
    CHECK(strstr(err.msg, "whole.csv") && strstr(err.msg, "(EEXIST)"));
    CHECK(err.hint[0] != '\0');
    CHECK(strncmp(slurp("whole.csv"), "a,b\n1,2\n", 8) == 0);
    CHECK_INT(symlink("nowhere", "link.csv"), 0);
    CHECK(record_open("link.csv", "x", &err) == NULL);
    CHECK_STR(err.id, "results-exist");
    CHECK(record_open("no/such/folder.csv", "x", &err) == NULL);
    CHECK_STR(err.id, "results-write");
}

/* Our own stdout may be a file too: nothing is checked under a limit. */
static void limit_file_size(rlim_t bytes)
{
    struct rlimit limit;

    getrlimit(RLIMIT_FSIZE, &limit);
    limit.rlim_cur = bytes;
    setrlimit(RLIMIT_FSIZE, &limit);
}

static int add_until_it_fails(struct record *record, struct err *err)
{
    int added = 0;

    while (added < 100000 && record_add_line(record, "123456789\n", err) == 0)
        added++;
    return added;
}

/*
 * A limit in the middle of a row, so that the kernel writes half a row before
 * it says EFBIG: the file ends with a whole one, and what follows is dropped.
 */
static void a_full_disk_leaves_whole_rows(void)
{
    struct err err = {0}, later = {0};
    struct record *record = record_open("full.csv", "a", &err);
    int added;

    limit_file_size(100005);
    added = add_until_it_fails(record, &err);
    limit_file_size(RLIM_INFINITY);
    CHECK(added > 10000);
    CHECK_INT(err.code, ERR_RESULTS);
    CHECK_STR(err.id, "results-no-space");
    CHECK(strstr(err.msg, "full.csv") && strstr(err.msg, "(EFBIG)"));
    CHECK(strstr(err.hint, "--out"));
    CHECK_INT(record_rows(record), 10000);
    CHECK_INT(record_add(record, &ok_row, &later), 0);
    CHECK_INT(record_add_line(record, "x\n", &later), 0);
    CHECK_INT(record_flush(record, &later), 0);
    CHECK_INT(record_rows(record), 10000);
    CHECK_INT(record_close(record, &later), 0);
    CHECK_INT(later.code, ERR_NONE); /* told once */
    CHECK_INT(strlen(slurp("full.csv")), 2 + 100000);
    CHECK_STR(content + 100002 - 10, "123456789\n");
}

/* The same when a thread writes: it is told at a later row, or at the end. */
static void a_full_disk_behind(void)
{
    struct err err = {0}, later = {0};
    struct record *record = record_open("behind_full.csv", "a", &err);
    int added;

    CHECK_INT(record_write_behind(record, 2, &err), 0);
    limit_file_size(100005);
    added = add_until_it_fails(record, &err);
    limit_file_size(RLIM_INFINITY);
    CHECK(added > 10000 && added < 100000);
    CHECK_STR(err.id, "results-no-space");
    CHECK(strstr(err.msg, "behind_full.csv") && strstr(err.msg, "(EFBIG)"));
    CHECK_INT(record_rows(record), 10000);
    CHECK_INT(record_add(record, &ok_row, &later), 0);
    CHECK_INT(record_close(record, &later), 0);
    CHECK_INT(later.code, ERR_NONE);
    CHECK_INT(strlen(slurp("behind_full.csv")), 2 + 100000);
}

static void written_behind(void)
{
    struct err err = {0};
    struct record *record = record_open("behind.csv", "a", &err);

    CHECK_INT(record_write_behind(record, 2, &err), 0);
    for (int i = 0; i < 50000; i++)
        (void)record_add_line(record, "123456789\n", &err);
    CHECK_INT(record_close(record, &err), 0);
    CHECK_INT(err.code, ERR_NONE);
    CHECK_INT(strlen(slurp("behind.csv")), 2 + 500000);
}

struct writer {
    struct record *record;
    const char *line;
    int failed;
};

static void *add_lines(void *ctx)
{
    struct writer *writer = ctx;
    struct err err = {0};

    for (int i = 0; i < 20000; i++)
        writer->failed |= record_add_line(writer->record, writer->line, &err);
    return NULL;
}

/* The lines of two threads are whole, and all there. */
static void two_threads(int is_behind, const char *name)
{
    struct err err = {0};
    struct record *first = record_open(name, "a", &err);
    struct writer writers[2] = {{.line = "first\n"}, {.line = "2nd\n"}};
    int lines[2] = {0}, others = 0;
    pthread_t threads[2];

    if (is_behind)
        CHECK_INT(record_write_behind(first, 3, &err), 0);
    writers[0].record = first;
    writers[1].record = record_join(first, &err);
    for (int i = 0; i < 2; i++)
        pthread_create(&threads[i], NULL, add_lines, &writers[i]);
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    CHECK_INT(writers[0].failed + writers[1].failed, 0);
    CHECK_INT(record_close(writers[1].record, &err), 0);
    CHECK_INT(record_close(first, &err), 0);
    (void)slurp(name);
    for (char *line = strtok(content, "\n"); line; line = strtok(NULL, "\n")) {
        lines[0] += strcmp(line, "first") == 0;
        lines[1] += strcmp(line, "2nd") == 0;
        others++;
    }
    CHECK_INT(lines[0], 20000);
    CHECK_INT(lines[1], 20000);
    CHECK_INT(others, 40001);
}

static void several_threads_one_file(void)
{
    two_threads(0, "two.csv");
    two_threads(1, "two_behind.csv");
}

/* What is buffered at the end fails at the end. */
static void a_full_disk_at_the_end(void)
{
    struct err err = {0};
    struct record *record = record_open("end.csv", "a", &err);
    int closed;

    for (int i = 0; i < 5; i++)
        CHECK_INT(record_add_line(record, "123456789\n", &err), 0);
    limit_file_size(25);
    closed = record_close(record, &err);
    limit_file_size(RLIM_INFINITY);
    CHECK_INT(closed, -1);
    CHECK_STR(err.id, "results-no-space");
    CHECK_STR(slurp("end.csv"), "a\n123456789\n123456789\n");
}

static void a_full_disk_at_the_header(void)
{
    struct err err = {0};
    struct record *record;

    limit_file_size(3);
    record = record_open("header.csv", "conn,seq", &err);
    limit_file_size(RLIM_INFINITY);
    CHECK(record == NULL);
    CHECK_STR(err.id, "results-no-space");
    CHECK_STR(slurp("header.csv"), "");
}

static void a_device_that_cannot_be_cut(void)
{
    struct err err = {0};

    CHECK(record_open("/dev/full", "a", &err) == NULL);
    CHECK_INT(err.code, ERR_RESULTS);
}

int main(void)
{
    char dir[] = "/tmp/test_record.XXXXXX";

    (void)signal(SIGXFSZ, SIG_IGN);
    if (!mkdtemp(dir) || chdir(dir) < 0)
        return 1;
    a_row_to_the_byte();
    a_row_without_a_reply();
    the_longest_row_fits();
    every_outcome_has_its_word();
    words_that_are_no_outcome();
    the_outcome_of_an_errno();
    a_whole_file();
    rows_go_out_in_chunks();
    a_line_too_long_is_a_bug();
    nothing_is_overwritten();
    a_full_disk_leaves_whole_rows();
    a_full_disk_behind();
    written_behind();
    several_threads_one_file();
    a_full_disk_at_the_end();
    a_full_disk_at_the_header();
    a_device_that_cannot_be_cut();
    for (const char *name =
             "whole.csv\0chunks.csv\0long.csv\0link.csv\0full.csv\0end.csv\0"
             "header.csv\0behind_full.csv\0behind.csv\0two.csv\0"
             "two_behind.csv\0";
         *name; name += strlen(name) + 1)
        (void)unlink(name);
    (void)rmdir(dir);
    return check_done();
}
