#include "harness/summary.h"
#include "lib/json.h"
#include "lib/record.h"
#include "tests/unit/check.h"

#include <stdlib.h>
#include <unistd.h>

static const struct result_run run = {
    .done = 1, .message_size_bytes = 125, .dir = "x/1", .site = "local"};

static int write_file(const char *path, const char *header, const char *rows)
{
    FILE *to = fopen(path, "w");

    return to && fprintf(to, "%s\n%s", header, rows) > 0 && fclose(to) == 0;
}

static int compute(const struct result_run *of, struct summary *out,
                   struct err *err)
{
    struct samples samples;
    int status;

    if (samples_load(&samples, "messages.csv", of, err) < 0)
        return -1;
    status = summary_compute(&samples, "messages.csv", of, out, err);
    samples_release(&samples);
    return status;
}

/* Summary of these rows; 0 or -1 with err. */
static int sum_up(const char *rows, struct summary *out, struct err *err)
{
    memset(err, 0, sizeof *err);
    if (!write_file("messages.csv", RECORD_HEADER, rows))
        return -1;
    return compute(&run, out, err);
}

/*
 * Two answers, 2 x 1000 bits between 100 (first send) and 1100 ns: 2 bits a
 * ns.  RTTs 300 and 500: mean 400, median (nearest rank) 300, MAD 0.
 */
static void test_small(void)
{
    struct summary s = {0};
    struct err err = {0};

    CHECK_INT(sum_up("0,0,100,100,400,300,125,125,ok,1,0,\n"
                     "0,1,600,600,1100,500,125,125,ok,1,0,\n"
                     "0,2,1200,1200,,,125,7,reset,0,0,ECONNRESET\n"
                     "0,3,,,,,125,0,aborted,0,0,\n"
                     "0,4,,,,,125,0,local_limit,0,0,EMFILE\n",
                     &s, &err),
              0);
    CHECK_STR(err.msg, "");
    CHECK_INT(s.rows, 5);
    CHECK_INT(s.ok, 2);
    CHECK_INT(s.failed, 1);
    CHECK_INT(s.unsent, 1);
    CHECK_NEAR(s.failed_share.value, 1.0 / 3, 1e-12);
    CHECK_NEAR(summary_answered(&s), 2.0 / 3, 1e-12);
    CHECK_NEAR(s.duration_s, 1e-6, 1e-18);
    CHECK_NEAR(s.rate.bit_per_s, 2e9, 1);
    CHECK(s.rate.is_known && !s.rate.has_interval);
    CHECK_INT(s.min_ns, 300);
    CHECK_INT(s.max_ns, 500);
    CHECK_INT(s.rtt[SUMMARY_P50].value, 300);
    CHECK(!s.rtt[SUMMARY_P50].is_known);
    CHECK_INT(s.mad_ns, 0);
    CHECK_NEAR(s.mean_ns, 400, 1e-9);
    CHECK_INT(s.connect.rows, 0);
}

/* 200 messages, the first 25 slow: the summary says so, in all its forms. */
static void test_warmup(void)
{
    struct summary s = {0};
    struct err err = {0};
    char rows[16384], *json;
    size_t used = 0;

    for (int i = 0; i < 200; i++) {
        int rtt = i < 25 ? 900 : 100;

        used += (size_t)snprintf(rows + used, sizeof rows - used,
                                 "0,%d,%d,%d,%d,%d,125,125,ok,1,0,\n", i,
                                 i * 1000, i * 1000, i * 1000 + rtt, rtt);
    }
    CHECK_INT(sum_up(rows, &s, &err), 0);
    CHECK_INT(s.steady.cut, 25);
    CHECK_INT(s.steady.until_ns, 24900);
    CHECK_INT(s.steady.p50_ns, 100);
    CHECK_INT(s.max_ns, 900); /* nothing was left out */
    CHECK_NEAR(s.ipdv_ns, 800.0 / 199, 1e-9);
    CHECK(!s.open_loop.is_open);
    json = summary_json(&s);
    CHECK(json && strstr(json, "\"until_ns\":\t24900"));
    CHECK(json && strstr(json, "\"p50_after_ns\":\t100"));
    CHECK(json && strstr(json, "\"found\":\tfalse"));
    free(json);
}

/*
 * 1000 messages due every us, of 100 ns each; a stall: 20 that were due from
 * 500 us on all leave at 520 us, 20 .. 1 us late.  Nearest rank: the p99 is
 * the 990th, 10 us late.  Round trips show nothing of it.
 */
static void test_open_loop(void)
{
    struct summary s = {0};
    struct err err = {0};
    char *rows = calloc(1000, 64), *json;
    size_t used = 0;

    for (int i = 0; i < 1000; i++) {
        int due = i * 1000, sent = i >= 500 && i < 520 ? 520000 : due;

        used += (size_t)snprintf(rows + used, 64000 - used,
                                 "0,%d,%d,%d,%d,100,125,125,ok,1,0,\n", i, due,
                                 sent, sent + 100);
    }
    CHECK_INT(sum_up(rows, &s, &err), 0);
    CHECK_STR(err.msg, "");
    CHECK(s.open_loop.is_open);
    CHECK_INT(s.open_loop.late_p99_ns, 10000);
    CHECK_INT(s.open_loop.late_max_ns, 20000);
    CHECK_INT(s.open_loop.response[OPEN_LOOP_P50].value, 100);
    CHECK_INT(s.open_loop.response[OPEN_LOOP_P99].value, 10100);
    CHECK_INT(s.open_loop.response_max_ns, 20100);
    CHECK_INT(s.max_ns, 100);
    json = summary_json(&s);
    CHECK(json && strstr(json, "\"schedule_error\""));
    free(json);
    free(rows);
}

/*
 * 8000 messages answered in 1 .. 8000 ns, 2000 that were due and never sent:
 * half of all is 5000 of the answered, and nine tenths there is not.  What was
 * cut off by the end is in neither.
 */
static void test_missed(void)
{
    enum { N = 8000, MISSED = 2000 };
    struct summary s = {0};
    struct err err = {0};
    char *rows = calloc(N + MISSED + 1, 64), *json;
    size_t used = 0;

    for (int i = 0; i < N; i++) {
        int at = i * 10000, rtt = 1 + (int)(i * 7919LL % N);

        used += (size_t)sprintf(rows + used,
                                "0,%d,%d,%d,%d,%d,125,125,ok,1,0,\n", i, at, at,
                                at + rtt, rtt);
    }
    for (int i = N; i < N + MISSED; i++)
        used += (size_t)sprintf(rows + used, "0,%d,%d,,,,125,0,%s,0,0,\n", i,
                                i * 10000, i % 2 ? "local_limit" : "refused");
    sprintf(rows + used, "0,%d,%d,,,,125,0,aborted,0,0,\n", N + MISSED,
            (N + MISSED) * 10000);
    CHECK_INT(sum_up(rows, &s, &err), 0);
    CHECK_STR(err.msg, "");
    CHECK_INT(s.unsent, MISSED / 2);
    CHECK_INT(s.failed, MISSED / 2);
    CHECK_INT(s.loss.counted, N);
    CHECK(s.open_loop.is_open);
    CHECK_INT(s.open_loop.missed, MISSED);
    CHECK_NEAR(s.open_loop.missed_share, 0.2, 1e-12);
    CHECK_INT(s.rtt[SUMMARY_P50].value, 4000);
    CHECK_INT(s.open_loop.response[OPEN_LOOP_P50].value, 5000);
    CHECK(s.open_loop.response[OPEN_LOOP_P50].is_known);
    for (int i = OPEN_LOOP_P90; i < OPEN_LOOP_QUANTILES; i++)
        CHECK(!s.open_loop.response[i].is_known);
    json = summary_json(&s);
    CHECK(json && strstr(json, "\"never_sent\":\t2000"));
    free(json);
    free(rows);
}

/*
 * An answer every ms for 4 s, none from 1 s to 2.5 s, and from 4 s on messages
 * that are lost until 6 s: the last 2 s count as time.
 */
static void test_silence(void)
{
    enum { N = 4000, MS = 1000000 };
    struct summary s = {0};
    struct err err = {0};
    char *rows = calloc((size_t)2 * N, 64), *json;
    size_t used = 0;
    int seq = 0, ok = 0;

    for (int64_t ms = 1; ms <= 6000; ms++) {
        long long at = (long long)ms * MS;

        if (ms > 1000 && ms <= 2500)
            continue;
        if (ms < N)
            used += (size_t)sprintf(
                rows + used, "0,%d,%lld,%lld,%lld,1000,125,125,ok,1,0,\n", seq,
                at, at, at + 1000);
        else
            used += (size_t)sprintf(
                rows + used, "0,%d,%lld,%lld,,,125,0,lost,0,0,\n", seq, at, at);
        ok += ms < N;
        seq++;
    }
    CHECK_INT(sum_up(rows, &s, &err), 0);
    CHECK_STR(err.msg, "");
    CHECK_INT(s.silence.from_ns, 3999 * (int64_t)MS + 1000);
    CHECK_INT(s.silence.longest_ns, 2001 * (int64_t)MS - 1000);
    CHECK(s.silence.is_outage && s.silence.lasts);
    CHECK_NEAR(s.duration_s, 5.999, 1e-9);
    CHECK_NEAR(s.rate.bit_per_s, 1000 * ok / 5.999, 1e-3);
    json = summary_json(&s);
    CHECK(json && strstr(json, "\"longest_silence\""));
    free(json);
    /* Only as far as the answers go: an outage, but the end is theirs. */
    *strstr(rows, "lost") = '\0';
    *(strrchr(rows, '\n') + 1) = '\0';
    CHECK_INT(sum_up(rows, &s, &err), 0);
    CHECK_INT(s.silence.from_ns, 1000 * (int64_t)MS + 1000);
    CHECK_INT(s.silence.longest_ns, 1501 * (int64_t)MS);
    CHECK(s.silence.is_outage && !s.silence.lasts);
    CHECK_NEAR(s.duration_s, 3.998001, 1e-9);
    free(rows);
}

/* Missed slots, whatever they ended with, were never sent. */
static void test_what_was_sent_has_a_time_of_it(void)
{
    static const char rows[] = "0,0,1,1,9,8,125,125,ok,1,0,\n"
                               "0,1,2,2,,,125,0,timeout,0,0,\n"
                               "0,2,3,,,,125,0,refused,0,0,ECONNREFUSED\n"
                               "0,3,4,,,,125,0,timeout,0,0,\n"
                               "0,4,,,,,125,0,aborted,0,0,\n";
    struct samples samples;
    struct err err = {0};

    CHECK(write_file("messages.csv", RECORD_HEADER, rows));
    CHECK_INT(samples_load(&samples, "messages.csv", &run, &err), 0);
    CHECK_STR(err.msg, "");
    CHECK_INT(samples.ledger.rows, 5);
    CHECK_INT(samples.sent, 2);
    samples_release(&samples);
}

/* The greatest time of a record: rounding must not make a cell past the last.
 */
static void test_silence_of_the_longest_time(void)
{
    struct summary s = {0};
    struct err err = {0};

    CHECK_INT(sum_up("0,0,1,1,2,1,125,125,ok,1,0,\n"
                     "0,1,9007199254740900,9007199254740900,9007199254740991,"
                     "91,125,125,ok,1,0,\n",
                     &s, &err),
              0);
    CHECK_STR(err.msg, "");
    CHECK_INT(s.silence.from_ns, 2);
    CHECK_INT(s.silence.longest_ns, 9007199254740989);
}

static void test_nothing(void)
{
    struct summary s = {0};
    struct err err = {0};
    char *json;

    CHECK_INT(sum_up("", &s, &err), 0);
    CHECK_INT(s.rows, 0);
    CHECK(!s.rate.is_known);
    CHECK_NEAR(s.failed_share.hi, 1, 0);
    json = summary_json(&s);
    CHECK(json && strstr(json, "nan") == NULL && strstr(json, "rtt") == NULL);
    free(json);
    CHECK_INT(sum_up("0,0,5,5,,,125,0,timeout,0,0,\n", &s, &err), 0);
    CHECK_NEAR(s.failed_share.value, 1, 0);
    CHECK_INT(s.ok, 0);
}

static void test_size_differs(void)
{
    struct summary s = {0};
    struct err err = {0};

    CHECK_INT(sum_up("0,0,1,1,2,1,9,9,ok,1,0,\n", &s, &err), -1);
    CHECK_STR(err.msg, "messages.csv:2: bytes is not the message size of the "
                       "manifest");
}

static void test_connections(void)
{
    struct summary s = {0};
    struct err err = {0};

    CHECK(write_file("connections.csv", RECORD_CONNECTIONS_HEADER,
                     "0,100,300,ok,400,900,2,31,12,0,1448,\n"
                     "1,150,250,ok,400,900,0,31,12,0,32768,\n"
                     "2,200,,refused,,,,,,,,ECONNREFUSED\n"
                     "3,200,700,ok,,,,,,,,\n"));
    CHECK_INT(sum_up("", &s, &err), 0);
    CHECK_INT(s.connect.rows, 4);
    CHECK_INT(s.connect.connected, 3);
    CHECK_INT(s.connect.min_ns, 100);
    CHECK_INT(s.connect.p50_ns, 200);
    CHECK_INT(s.connect.max_ns, 500);
    CHECK_INT(s.connect.told_retransmits, 2);
    CHECK_INT(s.connect.retransmits, 2);
    CHECK_INT(s.connect.mss, 32768);
    CHECK(write_file("connections.csv", RECORD_CONNECTIONS_HEADER,
                     "0,300,100,ok,,,,,,,,\n"));
    CHECK_INT(sum_up("", &s, &err), -1);
    CHECK_STR(err.msg, "connections.csv:2: connect_end_ns is before "
                       "connect_start_ns");
}

/* 8L/RTT closed loop without pauses: rate x RTT = 8L to the last bit. */
static void test_fixed_rtt(void)
{
    FILE *to = fopen("messages.csv", "w");
    struct summary s = {0};
    struct err err = {0};
    char *json;

    unlink("connections.csv");
    fprintf(to, "%s\n", RECORD_HEADER);
    for (int i = 0; i < 6000; i++)
        fprintf(to, "0,%d,%d,%d,%d,1000,125,125,ok,1,0,\n", i, i * 1000,
                i * 1000, i * 1000 + 1000);
    fclose(to);
    CHECK_INT(compute(&run, &s, &err), 0);
    CHECK_NEAR(s.rate.bit_per_s, 1e9, 1e-3);
    CHECK_NEAR(s.rate.lo, 1e9, 1);
    CHECK_NEAR(s.rate.hi, 1e9, 1);
    CHECK_INT(s.rtt[SUMMARY_P99].lo, 1000);
    CHECK_INT(s.rtt[SUMMARY_P99].hi, 1000);
    CHECK(!s.rtt[SUMMARY_P999].is_known);
    CHECK_NEAR(s.rtt[SUMMARY_P999].more_s, 6e-3 * 4 / 6, 1e-9);
    json = summary_json(&s);
    CHECK(strstr(json, "\"p50\"") != NULL);
    free(json);
}

/*
 * 600 messages, one each 3 us: half of them 900 ns, the others 1000, but for 3
 * of 20 in the first 15 batches, which take 2000.  p50 = 900 is in each batch
 * alike; p90 = 1000 has shares of .85, then of 1: neighbours are alike.
 */
static void test_memory_of_any_quantile(void)
{
    struct summary s = {0};
    struct err err = {0};
    FILE *to = fopen("messages.csv", "w");

    CHECK(to && fprintf(to, "%s\n", RECORD_HEADER) > 0);
    for (int i = 0; to && i < 600; i++) {
        int slow = i < 300 && i % 20 < 6 && i % 2, t = 3000 * i;
        int rtt = slow ? 2000 : i % 2 ? 1000 : 900;

        fprintf(to, "0,%d,%d,%d,%d,%d,125,125,ok,1,0,\n", i, t, t, t + rtt,
                rtt);
    }
    CHECK(to && fclose(to) == 0);
    CHECK_INT(compute(&run, &s, &err), 0);
    CHECK_INT(s.rtt[SUMMARY_P50].value, 900);
    CHECK_NEAR(s.rtt[SUMMARY_P50].lag1, 0, 0);
    CHECK_INT(s.rtt[SUMMARY_P90].value, 1000);
    CHECK(s.rtt[SUMMARY_P90].is_known);
    CHECK(s.rtt[SUMMARY_P90].lag1 > 0.8);
    CHECK_NEAR(s.lag1, s.rtt[SUMMARY_P90].lag1, 1e-12);
}

/* Four sent, in any order; one late, one lost: neighbours, so one period. */
static void test_udp(void)
{
    static const struct result_run udp = {.done = 1,
                                          .message_size_bytes = 125,
                                          .dir = "x/1",
                                          .site = "local",
                                          .transport = "udp"};
    struct summary s = {0};
    struct err err = {0};
    char *json, text[2048] = "";
    FILE *to = fmemopen(text, sizeof text, "w");

    unlink("connections.csv");
    CHECK(write_file("messages.csv", RECORD_HEADER,
                     "0,1,600,600,9600,9000,125,125,late,1,2,\n"
                     "0,0,100,100,400,300,125,125,ok,2,0,\n"
                     "0,2,1200,1200,,,125,0,lost,0,0,\n"
                     "0,3,1300,1300,1400,100,125,125,ok,1,0,\n"
                     "0,4,1500,1500,,,125,0,aborted,0,0,\n"));
    CHECK_INT(compute(&udp, &s, &err), 0);
    CHECK_STR(err.msg, "");
    CHECK_INT(s.loss.counted, 4);
    CHECK_INT(s.loss.lost, 2);
    CHECK_INT(s.loss.periods, 1);
    CHECK_INT(s.loss.duplicated, 1);
    summary_print(&s, &udp, to);
    fclose(to);
    CHECK(strstr(text, "2 ok, 2 failed (50 %, 95 % CI ["));
    CHECK(strstr(text, "  undefined  above p50, where messages are lost"));
    CHECK(strstr(text, "  loss       50 %: 2 of 4, 95 % CI ["));
    CHECK(strstr(text, "(too few bursts)\n  periods    of 2 messages on "
                       "average, 2 at most\n"));
    CHECK(strstr(text, "  duplicated 1 came more than once\n"));
    CHECK(strstr(text, "  reordered  1 came behind later ones, by 2 messages "
                       "on average\n"));
    json = summary_json(&s);
    CHECK(json && strstr(json, "\"too_few_periods\":"));
    free(json);
}

int main(void)
{
    char dir[] = "/tmp/test_summary.XXXXXX";

    if (!mkdtemp(dir) || chdir(dir) < 0)
        return 1;
    test_small();
    test_warmup();
    test_open_loop();
    test_missed();
    test_silence();
    test_what_was_sent_has_a_time_of_it();
    test_silence_of_the_longest_time();
    test_nothing();
    test_size_differs();
    test_connections();
    test_fixed_rtt();
    test_memory_of_any_quantile();
    test_udp();
    unlink("messages.csv");
    unlink("connections.csv");
    rmdir(dir);
    return check_done();
}
