#include "harness/stats.h"
#include "tests/unit/check.h"
#include "tests/unit/random.h"

#include <stdlib.h>

static void test_percentile(void)
{
    static const int64_t x[] = {15, 20, 35, 40, 50};
    int64_t ten[10], twenty[20];

    /* The worked example of the nearest-rank method. */
    CHECK_INT(stats_percentile(x, 5, 0.05), 15);
    CHECK_INT(stats_percentile(x, 5, 0.30), 20);
    CHECK_INT(stats_percentile(x, 5, 0.40), 20);
    CHECK_INT(stats_percentile(x, 5, 0.50), 35);
    CHECK_INT(stats_percentile(x, 5, 1.00), 50);
    CHECK_INT(stats_percentile(x, 1, 0.999), 15);
    for (int i = 0; i < 20; i++) {
        ten[i / 2] = i / 2 + 1;
        twenty[i] = i + 1;
    }
    CHECK_INT(stats_percentile(ten, 10, 0.5), 5);
    CHECK_INT(stats_percentile(ten, 10, 0.99), 10);
    CHECK_INT(stats_percentile(ten, 10, 0.7), 7);
    CHECK_INT(stats_percentile(twenty, 20, 0.95), 19);
    CHECK_INT(stats_percentile(twenty, 20, 0.9), 18);
    CHECK_INT(stats_percentile(x, 2, 0.5), 15);
}

/* In any order, with many ties, against the sorted array: every rank. */
static void test_percentile_in_any_order(void)
{
    enum { N = 301 };
    int64_t x[N], y[N], sorted[N];
    uint64_t state = 3;
    int differ = 0;

    for (int range = 1; range < 1000; range *= 3) {
        for (int i = 0; i < N; i++)
            sorted[i] = x[i] = (int64_t)(random_unit(&state) * range);
        stats_sort(sorted, N);
        for (int k = 1; k <= N; k++) {
            double p = (double)k / N;

            memcpy(y, x, sizeof y);
            differ += stats_percentile_of(y, N, p) !=
                      stats_percentile(sorted, N, p);
        }
        stats_sort(y, N);
        CHECK(memcmp(y, sorted, sizeof y) == 0);
    }
    CHECK_INT(differ, 0);
    CHECK_INT(stats_percentile_of(x, 1, 0.5), x[0]);
}

/* Orders that a fixed pivot would take for ever over. */
static void test_percentile_of_a_slope(void)
{
    size_t n = 1000000;
    int64_t *x = malloc(n * sizeof *x);

    for (size_t i = 0; i < n; i++)
        x[i] = (int64_t)(i < n / 2 ? i : n - i);
    CHECK_INT(stats_percentile_of(x, n, 1), 500000);
    for (size_t i = 0; i < n; i++)
        x[i] = (int64_t)i;
    CHECK_INT(stats_percentile_of(x, n, 0.5), 499999);
    for (size_t i = 0; i < n; i++)
        x[i] = 7;
    CHECK_INT(stats_percentile_of(x, n, 0.5), 7);
    free(x);
}

static void test_median(void)
{
    double x[] = {4, 1, 3, 2};

    CHECK_NEAR(stats_median(x, 4), 2.5, 0);
    CHECK_NEAR(stats_median(x, 3), 2, 0);
    CHECK_NEAR(stats_median(x, 1), 1, 0);
}

static void test_below(void)
{
    const int64_t sorted[] = {1, 1, 2, 2, 4, 6, 9};

    CHECK_INT(stats_below(sorted, 7, 1), 0);
    CHECK_INT(stats_below(sorted, 7, 2), 2);
    CHECK_INT(stats_below(sorted, 7, 3), 4);
    CHECK_INT(stats_below(sorted, 7, 9), 6);
    CHECK_INT(stats_below(sorted, 7, 10), 7);
    CHECK_INT(stats_below(sorted, 0, 10), 0);
}

static void test_mean_and_mad(void)
{
    int64_t x[] = {9, 1, 4, 2, 6, 1, 2};

    /* sorted 1 1 2 2 4 6 9: median 2, deviations 0 0 1 1 2 4 7: median 1 */
    CHECK_NEAR(stats_mean(x, 7), 25.0 / 7, 1e-12);
    stats_sort(x, 7);
    CHECK_INT(stats_mad(x, 7, 2), 1);
    CHECK_INT(stats_mad(x, 7, 0), 2);
    CHECK_INT(stats_mad(x, 7, 10), 8);
    CHECK_INT(x[0], 1);
    CHECK_INT(x[6], 9);
    stats_sort(x, 0);
    CHECK_INT(stats_mad(x, 1, 1), 0);
}

/* 0, 1, ..., 29: mean 14.5, s = sqrt(77.5), t = 2.04523, lag-1 r = 0.9 */
static void test_batches(void)
{
    double m[STATS_BATCHES];
    struct stats_batches b;

    for (int i = 0; i < STATS_BATCHES; i++)
        m[i] = i;
    b = stats_of_batches(m);
    CHECK_NEAR(b.mean, 14.5, 1e-12);
    CHECK_NEAR(b.half_width, 2.0452296 * sqrt(77.5) / sqrt(30), 1e-6);
    CHECK_NEAR(b.lag1, 0.9, 0.01);
    for (int i = 0; i < STATS_BATCHES; i++)
        m[i] = 7;
    b = stats_of_batches(m);
    CHECK_NEAR(b.mean, 7, 0);
    CHECK_NEAR(b.half_width, 0, 0);
    CHECK_NEAR(b.lag1, 0, 0);
}

/*
 * 30 batches of 100; batch b has b hits of x <= 0 (0..29): shares b/100,
 * s^2 = 77.5e-4, variance of the mean 77.5e-4/30; p = 0.5:
 * n_eff = 0.25 / (77.5e-4 / 30) = 967.742
 */
static void test_effective_size(void)
{
    int64_t x[3000];

    for (int i = 0; i < 3000; i++)
        x[i] = i % 100 < i / 100 ? 0 : 1;
    CHECK_NEAR(stats_effective_size(x, 3000, 0, 0.5), 967.742, 0.001);
    CHECK_NEAR(stats_effective_size(x, 3000, 1, 0.5), 3000, 0);
    CHECK_NEAR(stats_effective_size(x, 59, 0, 0.5), 0, 0);
}

/* All values before the median first: 30 batches see only 0 or 1. */
static void test_strong_memory(void)
{
    int64_t x[6000];

    for (int i = 0; i < 6000; i++)
        x[i] = i;
    /* shares 1 x 15, 0 x 15: s^2 = 0.2586, n_eff = 0.25 / (0.2586 / 30) */
    CHECK_NEAR(stats_effective_size(x, 6000, 2999, 0.5), 29, 0.001);
}

static struct stats_quantile quantile_of(int64_t *x, size_t n, double p)
{
    int64_t *sorted = malloc(n * sizeof *sorted);
    struct stats_sample sample = {x, sorted, n, 10};
    struct stats_quantile q;

    memcpy(sorted, x, n * sizeof *sorted);
    stats_sort(sorted, n);
    q = stats_quantile(&sample, p);
    free(sorted);
    return q;
}

/*
 * Values that every batch holds alike: n_eff = n = 3000.  Shrunk to 2755.7,
 * Clopper-Pearson gives p50 in [0.48116, 0.51884] and p99 in
 * [0.98554, 0.99337] (the beta density summed up); ranks are floor and ceiling
 * times 3000.
 */
static void test_quantile_interval(void)
{
    int64_t x[3000];
    struct stats_quantile q;

    for (int i = 0; i < 3000; i++)
        x[i] = 1 + i % 100 * 30 + i / 100;
    q = quantile_of(x, 3000, 0.5);
    CHECK(q.is_known);
    CHECK_NEAR(q.n_eff, 3000, 0);
    CHECK_INT(q.value, 1500);
    CHECK_INT(q.lo, 1443);
    CHECK_INT(q.hi, 1557);
    q = quantile_of(x, 3000, 0.99);
    CHECK_INT(q.value, 2970);
    CHECK_INT(q.lo, 2956);
    CHECK_INT(q.hi, 2981);
    q = quantile_of(x, 3000, 0.999);
    CHECK(!q.is_known);
    CHECK_NEAR(q.more_s, 10 * (10000.0 / 3000 - 1), 1e-6);
}

static void test_degenerate(void)
{
    int64_t x[1000];
    struct stats_quantile q;

    for (int i = 0; i < 1000; i++)
        x[i] = 5;
    q = quantile_of(x, 1000, 0.99);
    CHECK(q.is_known && q.value == 5 && q.lo == 5 && q.hi == 5);
    CHECK(!quantile_of(x, 0, 0.5).is_known);
    CHECK(!quantile_of(x, 1, 0.5).is_known);
    CHECK_NEAR(quantile_of(x, 1, 0.5).more_s, 0, 0);
    CHECK(!quantile_of(x, 59, 0.5).is_known);
    CHECK(quantile_of(x, 60, 0.5).is_known);
}

/* Millions: where GSL's own inverse would not come back. */
static void test_large(void)
{
    size_t n = 2000000;
    int64_t *x = malloc(n * sizeof *x);
    struct stats_quantile q;

    for (size_t i = 0; i < n; i++)
        x[i] = (int64_t)(i * 7919 % n) + 1;
    q = quantile_of(x, n, 0.999);
    CHECK(q.is_known && q.lo < q.value && q.value < q.hi);
    CHECK_NEAR((double)q.value, 0.999 * (double)n, 1);
    free(x);
}

/* Coverage of the median of an AR(1) series, phi = 0.9: 92 to 98 of 100. */
static void test_coverage(void)
{
    enum { N = 4000, RUNS = 300 };
    int64_t x[N];
    uint64_t state = 1;
    int covered = 0;

    for (int run = 0; run < RUNS; run++) {
        double z = random_normal(&state) / sqrt(1 - 0.81);
        struct stats_quantile q;

        for (int i = 0; i < N; i++) {
            z = 0.9 * z + random_normal(&state);
            x[i] = (int64_t)(1e6 * z);
        }
        q = quantile_of(x, N, 0.5);
        covered += q.is_known && q.lo <= 0 && q.hi >= 0;
    }
    CHECK(covered >= RUNS * 91 / 100 && covered <= RUNS * 98 / 100);
    if (covered < RUNS * 91 / 100 || covered > RUNS * 98 / 100)
        printf("# covered %d of %d\n", covered, RUNS);
}

/* Zero of n: upper bound z^2 / (n + z^2); 10 of 100: [0.0552, 0.1744]. */
static void test_wilson(void)
{
    struct stats_share s = stats_wilson(0, 10000);

    CHECK_NEAR(s.lo, 0, 0);
    CHECK_NEAR(s.hi, 3.8416 / 10003.8416, 1e-9);
    s = stats_wilson(0.1, 100);
    CHECK_NEAR(s.lo, 0.0552, 1e-4);
    CHECK_NEAR(s.hi, 0.1744, 1e-4);
    s = stats_wilson(1, 50);
    CHECK_NEAR(s.hi, 1, 0);
    CHECK_NEAR(s.lo, 1 - 3.8416 / 53.8416, 1e-9);
    s = stats_wilson(0, 0);
    CHECK_NEAR(s.hi, 1, 0);
}

/* One batch of 100 lost whole, of 30: p = 1/30, s^2 = (1-p)/30. */
static void test_share_size(void)
{
    int64_t hits[STATS_BATCHES] = {0};

    CHECK_NEAR(stats_share_size(hits, 3000), 3000, 0);
    hits[7] = 100;
    CHECK_NEAR(stats_share_size(hits, 3000), 29, 1e-6);
    for (int i = 0; i < STATS_BATCHES; i++)
        hits[i] = 3;
    CHECK_NEAR(stats_share_size(hits, 3000), 3000, 0);
    CHECK_NEAR(stats_share_size(hits, 40), 40, 0);
}

/* 61 values: every batch has two but the last, which has three. */
static void test_batch_of(void)
{
    int64_t hits[STATS_BATCHES] = {0};

    for (int64_t at = 0; at < 61; at++)
        hits[stats_batch_of(at, 61)]++;
    CHECK_INT(hits[0], 2);
    CHECK_INT(hits[STATS_BATCHES - 1], 3);
    CHECK_NEAR(stats_share_size(hits, 61), 61, 0);
    for (int64_t n = 1; n < 200; n++) {
        for (int64_t at = 0; at < n; at++) {
            int64_t b = stats_batch_of(at, n);

            if (b * n / STATS_BATCHES <= at && at < (b + 1) * n / STATS_BATCHES)
                continue;
            CHECK_INT(at, -1);
            return;
        }
    }
}

int main(void)
{
    test_percentile();
    test_percentile_in_any_order();
    test_percentile_of_a_slope();
    test_median();
    test_below();
    test_mean_and_mad();
    test_batches();
    test_effective_size();
    test_strong_memory();
    test_quantile_interval();
    test_degenerate();
    test_large();
    test_coverage();
    test_wilson();
    test_share_size();
    test_batch_of();
    return check_done();
}
