#include "harness/ledger.h"
#include "lib/record.h"
#include "tests/unit/check.h"

#include <stdlib.h>
#include <unistd.h>

static const char file[] = "messages.csv";

/* Ledger of the header and `rows`; 0 or -1 with err. */
static int read_rows(const char *rows, int is_partial, struct ledger *ledger,
                     struct err *err)
{
    struct ledger_reader reader = {.path = file, .is_partial = is_partial};
    FILE *to = fopen(file, "w");

    fprintf(to, "%s\n%s", RECORD_HEADER, rows);
    fclose(to);
    return ledger_read(&reader, ledger, err);
}

/* The message for rows that are refused, "" when they are not. */
static const char *refusal(const char *rows)
{
    static struct err err;
    struct ledger ledger;

    memset(&err, 0, sizeof err);
    if (read_rows(rows, 0, &ledger, &err) < 0 && err.code != ERR_RESULTS)
        return "wrong exit code";
    return err.msg;
}

static void test_counts(void)
{
    struct ledger ledger;
    struct err err = {0};

    CHECK_INT(read_rows("0,0,1000,1000,2500,1500,1000,1000,ok,1,0,\n"
                        "1,0,900,1100,2600,1500,1000,1000,ok,1,0,\n"
                        "0,1,2600,2600,,,1000,0,timeout,0,0,ETIMEDOUT\n"
                        "1,1,2700,2700,9000,6300,1000,1000,late,1,0,\n"
                        "0,2,3000,,,,1000,0,aborted,0,0,\n",
                        0, &ledger, &err),
              0);
    CHECK_STR(err.msg, "");
    CHECK_INT(ledger.rows, 5);
    CHECK_INT(ledger.connections, 2);
    CHECK_INT(ledger.outcomes[OUTCOME_OK], 2);
    CHECK_INT(ledger.outcomes[OUTCOME_TIMEOUT], 1);
    CHECK_INT(ledger.outcomes[OUTCOME_LATE], 1);
    CHECK_INT(ledger.outcomes[OUTCOME_ABORTED], 1);
    CHECK_INT(ledger.ok_bytes, 2000);
    CHECK_INT(ledger.first_sent_ns, 1000);
    CHECK_INT(ledger.last_received_ns, 2600);
}

/* printf '%s\n' HEADER | sha256sum */
static void test_empty(void)
{
    struct ledger ledger;
    struct err err = {0};

    CHECK_INT(read_rows("", 0, &ledger, &err), 0);
    CHECK_INT(ledger.rows, 0);
    CHECK_INT(ledger.first_sent_ns, LEDGER_ABSENT);
    CHECK_INT(ledger.last_received_ns, LEDGER_ABSENT);
    CHECK_INT(ledger.file_bytes, (int64_t)strlen(RECORD_HEADER) + 1);
    CHECK_STR(
        ledger.sha256,
        "8c0bfabe23392049a017b80992c63bdda9dce0fe40f723bbf68d30e04242a411");
}

static void test_bad_rows(void)
{
    CHECK_STR(refusal("0,0,1,1,2,1,9,9,ok,1,0,\n"), "");
    CHECK_STR(refusal("0,0,1,1,2,2,9,9,ok,1,0,\n"),
              "messages.csv:2: rtt_ns is not received_ns - sent_ns");
    CHECK_STR(refusal("0,0,5,5,5,0,9,9,ok,1,0,\n"),
              "messages.csv:2: rtt_ns is 0");
    CHECK_STR(refusal("0,0,1,1,,,9,9,ok,1,0,\n"),
              "messages.csv:2: no reply time, but the outcome says that there "
              "is a reply");
    CHECK_STR(refusal("0,0,1,1,2,1,9,9,timeout,0,0,\n"),
              "messages.csv:2: a reply time, but the outcome says that there "
              "is no reply");
    CHECK_STR(refusal("0,0,1,1,2,,9,9,ok,1,0,\n"),
              "messages.csv:2: received_ns and rtt_ns do not go together");
    CHECK_STR(refusal("0,0,1,,2,1,9,9,ok,1,0,\n"),
              "messages.csv:2: a reply to a message that was not sent");
    CHECK_STR(refusal("0,0,3,2,4,2,9,9,ok,1,0,\n"),
              "messages.csv:2: sent_ns is before scheduled_ns");
    CHECK_STR(refusal("0,0,,2,4,2,9,9,ok,1,0,\n"),
              "messages.csv:2: sent_ns without scheduled_ns");
    CHECK_STR(refusal("0,0,1,1,2,1,9,8,ok,1,0,\n"),
              "messages.csv:2: ok, but bytes_back is not bytes");
    CHECK_STR(refusal("0,0,1,1,2,1,9,9,ok,0,0,\n"),
              "messages.csv:2: ok, but no copy came back");
    CHECK_STR(refusal("0,0,1,1,,,9,9,lost,1,0,\n"),
              "messages.csv:2: copies of a reply that did not come");
    CHECK_STR(refusal("0,0,1,1,,,9,9,corrupt,0,1,\n"),
              "messages.csv:2: late_by of a reply that did not come");
    CHECK_STR(refusal("0,0,1,1,2,1,9,9,okay,1,0,\n"),
              "messages.csv:2: unknown outcome");
    CHECK_STR(refusal("0,0,1,1,,,9,0,reset,0,0,econn\n"),
              "messages.csv:2: errno is no name of an error");
}

static void test_bad_numbers(void)
{
    CHECK_STR(refusal(",0,1,1,2,1,9,9,ok,1,0,\n"),
              "messages.csv:2: conn is no number");
    CHECK_STR(refusal("0,-1,1,1,2,1,9,9,ok,1,0,\n"),
              "messages.csv:2: seq is no number");
    CHECK_STR(refusal("0,0,1,1,2,1.0,9,9,ok,1,0,\n"),
              "messages.csv:2: rtt_ns is no number");
    CHECK_STR(refusal("0,0,1,1,2,nan,9,9,ok,1,0,\n"),
              "messages.csv:2: rtt_ns is no number");
    CHECK_STR(refusal("0,0,1,1,-2,1,9,9,ok,1,0,\n"),
              "messages.csv:2: received_ns is no number");
    CHECK_STR(refusal("0,0,1,1,2,1,9999999999999999999,9,ok,1,0,\n"),
              "messages.csv:2: bytes is no number");
    CHECK_STR(refusal("100000,0,1,1,2,1,9,9,ok,1,0,\n"),
              "messages.csv:2: conn is not below 100000");
}

static void test_order(void)
{
    CHECK_STR(refusal("0,0,1,1,2,1,9,9,ok,1,0,\n0,2,3,3,4,1,9,9,ok,1,0,\n"),
              "messages.csv:3: connection 0: seq is 2, 1 is due");
    CHECK_STR(refusal("0,0,1,1,2,1,9,9,ok,1,0,\n0,0,3,3,4,1,9,9,ok,1,0,\n"),
              "messages.csv:3: connection 0: seq is 0, 1 is due");
    CHECK_STR(refusal("7,1,1,1,2,1,9,9,ok,1,0,\n"),
              "messages.csv:2: connection 7: seq is 1, 0 is due");
}

/* As read_rows, but of rows that may end in any order. */
static int read_any(const char *rows, int is_partial, struct ledger *ledger,
                    struct err *err)
{
    struct ledger_reader reader = {
        .path = file, .is_partial = is_partial, .any_order = 1};
    FILE *to = fopen(file, "w");

    memset(err, 0, sizeof *err);
    fprintf(to, "%s\n%s", RECORD_HEADER, rows);
    fclose(to);
    return ledger_read(&reader, ledger, err);
}

static void test_any_order(void)
{
    static const char rows[] = "1,1,1,1,2,1,9,9,ok,2,0,\n"
                               "0,0,3,3,,,9,0,lost,0,0,\n"
                               "1,2,3,3,4,1,9,9,ok,1,0,\n"
                               "1,0,3,3,9,6,9,9,late,3,2,\n";
    struct ledger ledger;
    struct err err;

    CHECK_INT(read_any(rows, 0, &ledger, &err), 0);
    CHECK_STR(err.msg, "");
    CHECK_INT(ledger.rows, 4);
    CHECK_INT(ledger.connections, 2);
    CHECK_INT(ledger.duplicated, 2);
    CHECK_INT(ledger.reordered, 1);
    CHECK_INT(ledger.open, 0);
    CHECK_STR(refusal(rows),
              "messages.csv:2: connection 1: seq is 1, 0 is due");
}

static void test_any_order_refused(void)
{
    struct ledger ledger;
    struct err err;

    CHECK_INT(read_any("0,1,1,1,2,1,9,9,ok,1,0,\n0,1,1,1,2,1,9,9,ok,1,0,\n", 0,
                       &ledger, &err),
              -1);
    CHECK_STR(err.msg, "messages.csv:3: connection 0: seq 1 is there twice");
    CHECK_INT(read_any("0,0,1,1,2,1,9,9,ok,1,0,\n7,0,1,1,2,1,9,9,ok,1,0,\n"
                       "7,3,1,1,2,1,9,9,ok,1,0,\n",
                       0, &ledger, &err),
              -1);
    CHECK_STR(err.msg, "messages.csv:4: the file ends, but connection 7 has "
                       "no seq 1");
    CHECK_INT(read_any("0,99999999999,1,1,2,1,9,9,ok,1,0,\n", 0, &ledger, &err),
              -1);
    CHECK_STR(err.msg, "messages.csv:2: connection 0: seq is 99999999999, 0 "
                       "did not come yet");
}

/* Killed with messages in flight: what is final is there. */
static void test_any_order_partial(void)
{
    struct ledger ledger;
    struct err err;

    CHECK_INT(read_any("0,0,1,1,2,1,9,9,ok,1,0,\n0,4,1,1,2,1,9,9,ok,1,0,\n"
                       "0,2,1,1,2,1,9,9,ok,1,0,\n0,1,1,1,2,1,9,9,o",
                       1, &ledger, &err),
              0);
    CHECK_INT(ledger.rows, 3);
    CHECK_INT(ledger.open, 2);
}

static void test_partial(void)
{
    static const char torn[] = "0,0,1,1,2,1,9,9,ok,1,0,\n0,1,3,3,4,1,9,9,o";
    struct ledger ledger;
    struct err err = {0};

    CHECK_INT(read_rows(torn, 0, &ledger, &err), -1);
    CHECK_STR(err.id, "results-damaged");
    CHECK_STR(err.msg, "messages.csv:3: the last row is cut off");
    CHECK_INT(read_rows(torn, 1, &ledger, &err), 0);
    CHECK_INT(ledger.rows, 1);
    CHECK_INT(ledger.file_bytes,
              (int64_t)(strlen(RECORD_HEADER) + 1 + strlen(torn)));
}

static int stop_at_two(const struct ledger_row *row, void *ctx, struct err *err)
{
    *(int64_t *)ctx += row->rtt_ns;
    return row->seq == 1 ? err_set(err, ERR_BUG, "stop", "enough") : 0;
}

static void test_callback(void)
{
    int64_t sum = 0;
    struct ledger_reader reader = {
        .path = file, .on_row = stop_at_two, .ctx = &sum};
    struct ledger ledger;
    struct err err = {0};

    CHECK_INT(read_rows("0,0,1,1,4,3,9,9,ok,1,0,\n0,1,5,5,9,4,9,9,ok,1,0,\n"
                        "0,2,10,10,15,5,9,9,ok,1,0,\n",
                        0, &ledger, &err),
              0);
    CHECK_INT(ledger_read(&reader, &ledger, &err), -1);
    CHECK_STR(err.id, "stop");
    CHECK_INT(sum, 7);
}

int main(void)
{
    char dir[] = "/tmp/test_ledger.XXXXXX";

    if (!mkdtemp(dir) || chdir(dir) < 0)
        return 1;
    test_counts();
    test_empty();
    test_bad_rows();
    test_bad_numbers();
    test_order();
    test_any_order();
    test_any_order_refused();
    test_any_order_partial();
    test_partial();
    test_callback();
    unlink(file);
    rmdir(dir);
    return check_done();
}
