#include "harness/reconcile.h"
#include "lib/record.h"
#include "tests/unit/check.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static void write_file(const char *name, const char *header, const char *rows)
{
    char path[64];
    FILE *to;

    snprintf(path, sizeof path, "r/udp/1/%s", name);
    (void)unlink(path);
    if (!rows)
        return;
    to = fopen(path, "w");
    if (!to || fprintf(to, "%s\n%s", header, rows) < 0 || fclose(to) != 0)
        exit(1);
}

/* NULL for a file that is not there. */
static void write_run(const char *messages, const char *served,
                      const char *injected)
{
    write_file("messages.csv", RECORD_HEADER, messages);
    write_file("served.csv", RECORD_SERVED_HEADER, served);
    write_file("injected.csv", RECORD_INJECTED_HEADER, injected);
    write_file("unmatched.csv", RECORD_UNMATCHED_HEADER, NULL);
}

static int reconcile(const char *by, struct result_reconciled *out,
                     struct err *err)
{
    struct result result = {.path = "r"};
    struct result_run run = {.dir = "udp/1", .transport = "udp"};
    int status;

    memset(err, 0, sizeof *err);
    run.loss.has = by[0] != '\0';
    snprintf(run.loss.by, sizeof run.loss.by, "%s", by);
    status = reconcile_run(&result, &run, err);
    *out = run.reconciled;
    return status;
}

/* The message for files that are refused, "" when they are not. */
static const char *refusal(const char *served, const char *injected)
{
    static struct err err;
    struct result_reconciled counts;

    write_run("0,0,1,1,2,1,99,99,ok,1,0,\n0,1,3,3,,,99,0,lost,0,0,\n", served,
              injected);
    if (reconcile("server", &counts, &err) < 0 &&
        (err.code != ERR_RESULTS || counts.has))
        return "wrong error";
    return err.msg;
}

#define OK(conn, seq) #conn "," #seq ",1,1,2,1,99,99,ok,1,0,\n"
#define TWICE(conn, seq) #conn "," #seq ",1,1,2,1,99,99,ok,2,0,\n"
#define LOST(conn, seq) #conn "," #seq ",1,1,,,99,0,lost,0,0,\n"
#define ROW(conn, seq, outcome) #conn "," #seq ",1,1,,,99,0," #outcome ",0,0,\n"

/*
 *  conn,seq  row    server                        verdict
 *  0,0       ok     served
 *  0,1       lost   dropped forward               true, forward
 *  0,2       lost   served, dropped reverse       true, reverse
 *  0,3       lost   nothing                       false, forward
 *  0,4       lost   served                        false, reverse
 *  1,0       twice  served, doubled
 *  1,1       ok     served, held back
 *  1,2       late   served, dropped reverse       missed
 *  1,3       abort. dropped forward               neither
 */
static const char messages[] = OK(0, 0) LOST(0, 1) LOST(0, 2) LOST(0, 3)
    LOST(0, 4) TWICE(1, 0)
        OK(1, 1) "1,2,1,1,9,8,99,99,late,1,0,\n" ROW(1, 3, aborted);
static const char served[] = "0,0\n0,2\n1,0\n0,4\n1,1\n1,2\n";
static const char injected[] = "0,1,forward,drop\n0,2,reverse,drop\n"
                               "1,0,reverse,duplicate\n1,1,reverse,reorder\n"
                               "1,2,reverse,drop\n1,3,forward,drop\n";

/*
 * Answers that came too late for their rows: 0,4 was lost for that; 0,2 was
 * dropped (a copy of it was not); 0,0 was answered before.  Others are not of
 * this run, or of no row.
 */
static void test_overdue(void)
{
    struct result_reconciled c;
    struct err err;

    write_run(messages, served, injected);
    write_file("unmatched.csv", RECORD_UNMATCHED_HEADER,
               "0,4,9,overdue\n0,2,9,overdue\n0,0,9,overdue\n0,3,9,stale\n"
               "1,99,9,unknown\n0,,9,malformed\n");
    CHECK_INT(reconcile("server", &c, &err), 0);
    CHECK_STR(err.msg, "");
    CHECK_INT(c.overdue, 1);
    CHECK_INT(c.false_loss, 2);
    CHECK_INT(c.lost_reverse, 2);
    write_file("unmatched.csv", RECORD_UNMATCHED_HEADER, "0,5,9,overdue\n");
    CHECK_INT(reconcile("server", &c, &err), -1);
    CHECK_STR(err.msg,
              "r/udp/1/unmatched.csv:2: no such message in messages.csv");
    /* It cannot be answered when nobody got it. */
    write_file("unmatched.csv", RECORD_UNMATCHED_HEADER, "0,3,9,overdue\n");
    CHECK_INT(reconcile("server", &c, &err), -1);
}

static void test_table(void)
{
    struct result_reconciled c;
    struct err err;

    write_run(messages, served, injected);
    CHECK_INT(reconcile("server", &c, &err), 0);
    CHECK_STR(err.msg, "");
    CHECK_INT(c.has, 1);
    CHECK_INT(c.injected_forward, 2);
    CHECK_INT(c.injected_reverse, 2);
    CHECK_INT(c.injected_lost, 4);
    CHECK_INT(c.measured_lost, 4);
    CHECK_INT(c.true_loss, 2);
    CHECK_INT(c.false_loss, 2);
    CHECK_INT(c.missed, 1);
    CHECK_INT(c.lost_forward, 2);
    CHECK_INT(c.lost_reverse, 2);
    CHECK_INT(c.server_received, 6);
    CHECK_INT(c.server_answered, 4);
    CHECK_INT(c.overdue, 0);
    /* A relay's drops leave the server's answers as they are. */
    CHECK_INT(reconcile("relay", &c, &err), 0);
    CHECK_INT(c.server_answered, 6);
    CHECK_INT(c.true_loss, 2);
}

/* A datagram that the network doubles is decided on twice, and alike. */
static void test_copies(void)
{
    struct result_reconciled c;
    struct err err;

    write_run(OK(0, 0) LOST(0, 1) LOST(0, 2), "0,0\n0,0\n0,2\n0,2\n",
              "0,1,forward,drop\n0,1,forward,drop\n0,2,reverse,drop\n"
              "0,2,reverse,drop\n");
    CHECK_INT(reconcile("server", &c, &err), 0);
    CHECK_INT(c.injected_lost, 2);
    CHECK_INT(c.injected_forward, 1);
    CHECK_INT(c.true_loss, 2);
    CHECK_INT(c.server_received, 2);
    CHECK_INT(c.server_answered, 1);
}

/* Rows of several connections that became final in any order. */
static void test_any_order(void)
{
    struct result_reconciled c;
    struct err err;

    write_run(LOST(2, 1) OK(0, 2) OK(2, 0) LOST(0, 0) OK(0, 1),
              "2,0\n0,2\n0,1\n", "2,1,forward,drop\n0,0,forward,drop\n");
    CHECK_INT(reconcile("server", &c, &err), 0);
    CHECK_INT(c.true_loss, 2);
    CHECK_INT(c.false_loss + c.missed, 0);
    CHECK_INT(c.lost_forward, 2);
}

static void test_nothing_to_hold_against(void)
{
    struct result result = {.path = "r"};
    struct result_run tcp = {.dir = "udp/1", .transport = "tcp"};
    struct result_reconciled c;
    struct err err = {0};

    write_run(OK(0, 0), NULL, NULL);
    CHECK_INT(reconcile("", &c, &err), 0);
    CHECK_INT(c.has, 0);
    CHECK_INT(reconcile("server", &c, &err), -1);
    CHECK_STR(err.id, "results-open");
    write_run(OK(0, 0), "0,0\n", NULL);
    CHECK_INT(reconcile_run(&result, &tcp, &err), 0);
    CHECK_INT(tcp.reconciled.has, 0);
    CHECK_INT(reconcile("", &c, &err), 0);
    CHECK_INT(c.has, 1);
    CHECK_INT(c.server_answered, 1);
    CHECK_INT(reconcile("server", &c, &err), -1);
    CHECK_STR(err.id, "results-open");
}

static void test_refused_rows(void)
{
    CHECK_STR(refusal("0,0\n", "0,1,forward,drop\n"), "");
    CHECK_STR(refusal("0,0\n", "0,1,back,drop\n"),
              "r/udp/1/injected.csv:2: unknown direction");
    CHECK_STR(refusal("0,0\n", "0,1,forward,drop\n0,0,reverse,pass\n"),
              "r/udp/1/injected.csv:3: unknown action");
    CHECK_STR(refusal("0,0\n", "0,2,forward,drop\n"),
              "r/udp/1/injected.csv:2: no such message in messages.csv");
    CHECK_STR(refusal("1,0\n", ""),
              "r/udp/1/served.csv:2: no such message in messages.csv");
    CHECK_STR(refusal("100000,0\n", ""),
              "r/udp/1/served.csv:2: no such message in messages.csv");
    CHECK_STR(refusal("0,-1\n", ""), "r/udp/1/served.csv:2: seq is no number");
    CHECK_STR(refusal("x,0\n", ""), "r/udp/1/served.csv:2: conn is no number");
    CHECK_STR(refusal("0,0\n0,1", ""),
              "r/udp/1/served.csv:3: the last row is cut off");
    CHECK_STR(refusal("0,0,1\n", ""),
              "r/udp/1/served.csv:2: more fields than the header has");
}

/* Each file is whole, but they contradict each other. */
static void test_contradictions(void)
{
    CHECK_STR(refusal("0,0\n", "0,0,reverse,duplicate\n0,0,reverse,drop\n"),
              "r/udp/1/injected.csv:3: another decision about this message "
              "than before");
    CHECK_STR(refusal("0,0\n0,1\n", "0,1,forward,drop\n"),
              "r/udp/1/injected.csv:2: dropped on its way to the server, but "
              "served.csv has it");
    CHECK_STR(refusal("0,0\n", "0,1,reverse,drop\n"),
              "r/udp/1/injected.csv:2: a decision about an answer, but "
              "served.csv has no question");
    CHECK_STR(refusal("0,1\n", ""),
              "udp/1/messages.csv: connection 0: seq 0 was answered, but "
              "served.csv does not have it");
}

/* A million messages on 1000 connections, every tenth dropped. */
static void test_million(void)
{
    FILE *rows = fopen("r/udp/1/messages.csv", "w");
    FILE *seen = fopen("r/udp/1/served.csv", "w");
    FILE *drops = fopen("r/udp/1/injected.csv", "w");
    struct result_reconciled c;
    struct err err;
    clock_t begin;

    fprintf(rows, "%s\n", RECORD_HEADER);
    fprintf(seen, "%s\n", RECORD_SERVED_HEADER);
    fprintf(drops, "%s\n", RECORD_INJECTED_HEADER);
    for (int i = 0; i < 1000000; i++) {
        int conn = i % 1000, seq = i / 1000, lost = i % 10 == 3;

        fprintf(rows,
                lost ? "%d,%d,1,1,,,99,0,lost,0,0,\n"
                     : "%d,%d,1,1,9,8,99,99,ok,1,0,\n",
                conn, seq);
        fprintf(lost ? drops : seen, lost ? "%d,%d,forward,drop\n" : "%d,%d\n",
                conn, seq);
    }
    if (fclose(rows) + fclose(seen) + fclose(drops) != 0)
        exit(1);
    begin = clock();
    CHECK_INT(reconcile("server", &c, &err), 0);
    printf("# a million messages: %.2f s of CPU\n",
           (double)(clock() - begin) / CLOCKS_PER_SEC);
    CHECK_INT(c.true_loss, 100000);
    CHECK_INT(c.false_loss + c.missed, 0);
    CHECK_INT(c.server_answered, 900000);
}

int main(void)
{
    char dir[] = "/tmp/test_reconcile.XXXXXX";

    if (!mkdtemp(dir) || chdir(dir) < 0 || mkdir("r", 0700) < 0 ||
        mkdir("r/udp", 0700) < 0 || mkdir("r/udp/1", 0700) < 0)
        return 1;
    test_table();
    test_overdue();
    test_copies();
    test_any_order();
    test_nothing_to_hold_against();
    test_refused_rows();
    test_contradictions();
    test_million();
    write_run(NULL, NULL, NULL);
    rmdir("r/udp/1");
    rmdir("r/udp");
    rmdir("r");
    rmdir(dir);
    return check_done();
}
