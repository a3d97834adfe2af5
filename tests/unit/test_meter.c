#include "clients/meter.h"
#include "tests/unit/check.h"

#include <stdlib.h>

/* A meter is large: one on the heap for each test. */
static struct meter *new_meter(void)
{
    return calloc(1, sizeof(struct meter));
}

static void a_class_a_nanosecond_below_64(void)
{
    CHECK_INT(meter_class(-1), 0);
    for (int64_t ns = 0; ns < 64; ns++) {
        CHECK_INT(meter_class(ns), ns);
        CHECK_NEAR(meter_class_ns((int)ns), (double)ns, 0);
    }
}

/*
 * From 64 on 64 classes an octave: [64, 128) in steps of 1, [128, 256) in
 * steps of 2, and so on.
 */
static void classes_by_hand(void)
{
    CHECK_INT(meter_class(64), 64);
    CHECK_INT(meter_class(127), 127);
    CHECK_INT(meter_class(128), 128);
    CHECK_INT(meter_class(129), 128);
    CHECK_INT(meter_class(130), 129);
    CHECK_INT(meter_class(255), 191);
    CHECK_INT(meter_class(256), 192);
    CHECK_INT(meter_class(1024), 320);
    CHECK_NEAR(meter_class_ns(128), 129, 0);
    CHECK_NEAR(meter_class_ns(320), 1032, 0);
}

static void no_class_is_missing_and_the_last_fits(void)
{
    int last = meter_class(INT64_MAX);

    CHECK(last < METER_CLASSES);
    for (int c = 0; c <= last; c++)
        if (meter_class((int64_t)meter_class_ns(c)) != c)
            CHECK_INT(meter_class((int64_t)meter_class_ns(c)), c);
    CHECK_INT(meter_class((INT64_C(1) << 62) - 1) + 1,
              meter_class(INT64_C(1) << 62));
}

/* Width / lower bound <= 1/64: the middle is off by at most 0.8 %. */
static void a_class_is_at_most_1_6_percent_wide(void)
{
    double worst = 0;

    for (int64_t ns = 64; ns < INT64_C(1000000000000); ns += 1 + ns / 997) {
        double off = fabs(meter_class_ns(meter_class(ns)) / (double)ns - 1);

        worst = off > worst ? off : worst;
    }
    CHECK(worst <= 0.0079);
    CHECK(worst > 0.007);
}

static void add(struct meter *meter, const int64_t *rtt_ns, int n)
{
    for (int i = 0; i < n; i++)
        meter_ok(meter, rtt_ns[i], 1000, i);
}

/* The worked example of the nearest-rank method. */
static void percentiles_by_nearest_rank(void)
{
    static const int64_t rtt_ns[] = {35, 20, 50, 15, 40};
    struct meter *meter = new_meter();

    CHECK_NEAR(meter_percentile_ns(meter, 50), 0, 0);
    add(meter, rtt_ns, 5);
    CHECK_NEAR(meter_percentile_ns(meter, 5), 15, 0);
    CHECK_NEAR(meter_percentile_ns(meter, 30), 20, 0);
    CHECK_NEAR(meter_percentile_ns(meter, 40), 20, 0);
    CHECK_NEAR(meter_percentile_ns(meter, 50), 35, 0);
    CHECK_NEAR(meter_percentile_ns(meter, 100), 50, 0);
    free(meter);
}

/* 1 to 60 ns: of n values the k-th is the 100 k / n percentile, exactly: whole
 * numbers that pct / 100 * n misses by a hair (28 % of 25). */
static void ranks_that_are_whole_numbers(void)
{
    for (int n = 1; n <= 60; n++) {
        struct meter *meter = new_meter();

        for (int i = 1; i <= n; i++)
            meter_ok(meter, i, 1, i);
        for (int pct = 1; pct <= 100; pct++) {
            int rank = (pct * n + 99) / 100;
            double want = rank; /* the values are their own ranks */

            if (meter_percentile_ns(meter, pct) != want)
                CHECK_NEAR(meter_percentile_ns(meter, pct), want, 0);
        }
        free(meter);
    }
    CHECK(1);
}

static void outcomes_add_up(void)
{
    struct meter *meter = new_meter();

    meter_ok(meter, 10, 1000, 99);
    meter_ok(meter, 10, 1000, 199);
    meter_failed(meter, OUTCOME_TIMEOUT, 5);
    meter_failed(meter, OUTCOME_RESET, 7);
    meter_failed(meter, OUTCOME_ABORTED, 6);
    CHECK_INT(meter_finished(meter), 5);
    CHECK_INT(meter_failures(meter), 2); /* a stop is no failure */
    CHECK_INT(meter->ok_bytes, 2000);
    CHECK_INT(meter->last_received_ns, 199);
    free(meter);
}

/* 3000 bytes in 2 ms are 12 Mbit/s; then a second with nothing. */
static void progress_is_of_the_last_interval(void)
{
    static const int64_t rtt_ns[] = {10, 30, 20};
    struct meter *meter = new_meter();
    struct progress progress = {0};

    meter->recent_since_ns = 5000000;
    add(meter, rtt_ns, 3);
    meter_failed(meter, OUTCOME_EOF, 0);
    meter_progress(meter, 7000000, &progress);
    CHECK_INT(progress.messages, 4);
    CHECK_INT(progress.failed, 1);
    CHECK_INT(progress.rtt_p50_ns, 20);
    CHECK_INT(progress.bits_per_s, 12000000);
    meter_progress(meter, 1007000000, &progress);
    CHECK_INT(progress.messages, 4);
    CHECK_INT(progress.rtt_p50_ns, 0);
    CHECK_INT(progress.bits_per_s, 0);
    /* The whole run is still known. */
    CHECK_NEAR(meter_percentile_ns(meter, 50), 20, 0);
    meter_ok(meter, 40, 1, 1);
    CHECK_NEAR(meter_percentile_ns(meter, 100), 40, 0);
    free(meter);
}

static void progress_in_no_time_has_no_rate(void)
{
    struct meter *meter = new_meter();
    struct progress progress = {0};

    meter_ok(meter, 10, 1000, 0);
    meter_progress(meter, 0, &progress);
    CHECK_INT(progress.bits_per_s, 0);
    CHECK_INT(progress.messages, 1);
    free(meter);
}

int main(void)
{
    a_class_a_nanosecond_below_64();
    classes_by_hand();
    no_class_is_missing_and_the_last_fits();
    a_class_is_at_most_1_6_percent_wide();
    percentiles_by_nearest_rank();
    ranks_that_are_whole_numbers();
    outcomes_add_up();
    progress_is_of_the_last_interval();
    progress_in_no_time_has_no_rate();
    return check_done();
}
