#include "harness/series.h"
#include "tests/unit/check.h"

/* Three messages of 1000 bits: [0,40), [40,60) and [90,100) of 100 ns. */
static void test_spread(void)
{
    int64_t received[] = {40, 60, 100}, rtt[] = {40, 20, 10};
    struct samples samples = {.n = 3,
                              .received_ns = received,
                              .rtt_ns = rtt,
                              .message_size_bytes = 125};
    double bits[4];

    series_spread_bits(&samples, 0, 100, 2, bits);
    CHECK_NEAR(bits[0], 1000 + 500, 1e-9);
    CHECK_NEAR(bits[1], 500 + 1000, 1e-9);
    /* bins of 25: 625 + 375+500 + 500 + 1000, of which the first 1000/40 a ns
     */
    series_spread_bits(&samples, 0, 100, 4, bits);
    CHECK_NEAR(bits[0], 625, 1e-9);
    CHECK_NEAR(bits[1], 375 + 500, 1e-9);
    CHECK_NEAR(bits[2], 500, 1e-9);
    CHECK_NEAR(bits[3], 1000, 1e-9);
    series_spread_bits(&samples, 0, 100, 1, bits);
    CHECK_NEAR(bits[0], 3000, 1e-9);
}

static void test_bin_counts(void)
{
    CHECK_INT(series_bins_for(0), 1);
    CHECK_INT(series_bins_for(1), 1);
    CHECK_INT(series_bins_for(39), 1);
    CHECK_INT(series_bins_for(40), 2);
    CHECK_INT(series_bins_for(2001), 100);
    CHECK_INT(series_bins_for(12000), 600);
    CHECK_INT(series_bins_for(10000000), 600);
}

/*
 * 60 messages, 3 bins of 1000 ns: 40 end in the first (RTT 1..40), none in
 * the second, 20 in the third (RTT 101..120).
 */
static void test_bins(void)
{
    int64_t received[60], rtt[60], scratch[60];
    struct samples samples = {.n = 60,
                              .received_ns = received,
                              .rtt_ns = rtt,
                              .message_size_bytes = 125,
                              .end_ns = 3000};
    struct series series;
    struct err err = {0};

    for (int i = 0; i < 60; i++) {
        received[i] = i < 40 ? 900 + i : 2940 + i;
        rtt[i] = i < 40 ? 40 - i : 61 + i;
    }
    received[59] = 3000;
    CHECK_INT(series_build(&series, &samples, scratch, &err), 0);
    CHECK_INT(series.nbins, 3);
    CHECK_NEAR(series_bin_s(&series), 1e-6, 1e-15);
    CHECK_INT(series.bins[0].n, 40);
    CHECK_INT(series.bins[0].min, 1);
    CHECK_INT(series.bins[0].p5, 2);
    CHECK_INT(series.bins[0].p50, 20);
    CHECK_INT(series.bins[0].p95, 38);
    CHECK_INT(series.bins[0].max, 40);
    CHECK_INT(series.bins[1].n, 0);
    CHECK_NEAR(series.bins[1].bits, 0, 0);
    CHECK_INT(series.bins[2].n, 20);
    CHECK_INT(series.bins[2].p5, 101);
    CHECK_INT(series.bins[2].p95, 119);
    CHECK_NEAR(series.bins[0].bits + series.bins[2].bits, 60000, 1e-6);
    series_release(&series);
}

static void test_degenerate(void)
{
    int64_t received = 20, rtt = 15, scratch;
    struct samples none = {.ledger = {.first_sent_ns = LEDGER_ABSENT}};
    struct samples one = {.n = 1,
                          .received_ns = &received,
                          .rtt_ns = &rtt,
                          .message_size_bytes = 125,
                          .end_ns = 20,
                          .ledger = {.first_sent_ns = 5}};
    struct series series;
    struct err err = {0};

    CHECK_INT(series_build(&series, &none, NULL, &err), 0);
    CHECK_INT(series.nbins, 0);
    series_release(&series);
    CHECK_INT(series_build(&series, &one, &scratch, &err), 0);
    CHECK_INT(series.nbins, 1);
    CHECK_INT(series.bins[0].p95, 15);
    CHECK_NEAR(series.bins[0].bits, 1000, 1e-9);
    series_release(&series);
}

int main(void)
{
    test_spread();
    test_bin_counts();
    test_bins();
    test_degenerate();
    return check_done();
}
