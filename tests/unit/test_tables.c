#include "harness/tables.h"
#include "lib/record.h"
#include "tests/unit/check.h"

#include <stdlib.h>
#include <unistd.h>

/* Rows of a table with this header and text; -1 with *err. */
static int64_t rows_of(const char *name, const char *header, const char *text,
                       int is_partial, struct err *err)
{
    FILE *to = fopen(name, "w");
    int64_t rows = -1;

    memset(err, 0, sizeof *err);
    fprintf(to, "%s\n%s", header, text);
    fclose(to);
    (void)tables_count(name, name, is_partial, &rows, err);
    unlink(name);
    return rows;
}

static const char *refusal(const char *text)
{
    static struct err err;

    (void)rows_of("unmatched.csv", RECORD_UNMATCHED_HEADER, text, 0, &err);
    return err.msg;
}

static void test_counts(void)
{
    struct err err;

    CHECK_INT(
        rows_of("served.csv", RECORD_SERVED_HEADER, "0,1\n0,2\n", 0, &err), 2);
    CHECK_INT(rows_of("injected.csv", RECORD_INJECTED_HEADER, "", 0, &err), 0);
    CHECK_INT(rows_of("served.csv", RECORD_SERVED_HEADER, "0,1\n0,2", 0, &err),
              -1);
    CHECK_STR(err.msg, "served.csv:3: the last row is cut off");
    CHECK_INT(rows_of("served.csv", RECORD_SERVED_HEADER, "0,1\n0,2", 1, &err),
              1);
    CHECK_INT(rows_of("served.csv", RECORD_INJECTED_HEADER, "", 0, &err), -1);
    CHECK_INT(err.code, ERR_RESULTS);
    CHECK_INT(rows_of("other.csv", RECORD_SERVED_HEADER, "", 0, &err), -1);
    CHECK_INT(err.code, ERR_BUG);
    CHECK(tables_has("unmatched.csv") && !tables_has("messages.csv"));
}

static void test_unmatched(void)
{
    CHECK_STR(refusal("0,,5,malformed\n7,281474976710655,9,unknown\n"
                      "0,4,9,wrong\n"
                      "0,3,0,stale\n"),
              "");
    CHECK_STR(refusal("x,,5,malformed\n"),
              "unmatched.csv:2: conn is no number");
    CHECK_STR(refusal("0,-1,5,stale\n"), "unmatched.csv:2: seq is no number");
    CHECK_STR(refusal("0,1,,stale\n"),
              "unmatched.csv:2: received_ns is no number");
    CHECK_STR(refusal("0,1,5,\n"), "unmatched.csv:2: unknown reason");
}

int main(void)
{
    char dir[] = "/tmp/test_tables.XXXXXX";

    if (!mkdtemp(dir) || chdir(dir) < 0)
        return 1;
    test_counts();
    test_unmatched();
    rmdir(dir);
    return check_done();
}
