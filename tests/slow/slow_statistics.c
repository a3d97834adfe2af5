/*
 * Do intervals hold the truth as often as they say, and does a comparison of
 * equal sites stay silent?  Simulated, with fixed seeds: the same every time.
 */
#include "harness/drift.h"
#include "harness/shift.h"
#include "harness/stats.h"
#include "harness/steady.h"
#include "harness/verdict.h"
#include "harness/warmup.h"
#include "lib/impair.h"
#include "tests/unit/check.h"
#include "tests/unit/random.h"

#include <stdlib.h>

/* Says what a test counted, whether it failed or not. */
static double told(const char *what, int hits, int of)
{
    printf("# %s: %d of %d = %.1f %%\n", what, hits, of, 100.0 * hits / of);
    return (double)hits / of;
}

/* An AR(1) series of variance 1 / (1 - phi^2); its ln is of the values. */
struct series {
    uint64_t state;
    double phi, z;
};

static double next(struct series *series)
{
    series->z = series->phi * series->z + random_normal(&series->state);
    return series->z;
}

static struct series start(uint64_t seed, double phi)
{
    struct series series = {seed * 1000003, phi, 0};

    series.z = random_normal(&series.state) / sqrt(1 - phi * phi);
    return series;
}

/* ---- quantiles within a run ---- */

enum { N = 10000, RUNS = 1000 };

/* The share of runs whose interval for p holds `truth` (of the normal z). */
static double coverage(double phi, double p, double truth_z)
{
    static int64_t x[N], sorted[N];
    double sd = 1 / sqrt(1 - phi * phi), truth = exp(truth_z * sd * 0.3);
    int covered = 0, known = 0;
    char what[64];

    for (uint64_t run = 1; run <= RUNS; run++) {
        struct series series = start(run, phi);
        struct stats_sample sample = {x, sorted, N, 10};
        struct stats_quantile q;

        for (int i = 0; i < N; i++)
            sorted[i] = x[i] = (int64_t)(1e6 * exp(0.3 * next(&series)));
        stats_sort(sorted, N);
        q = stats_quantile(&sample, p);
        known += q.is_known;
        covered += q.is_known && (double)q.lo <= 1e6 * truth &&
                   1e6 * truth <= (double)q.hi;
    }
    snprintf(what, sizeof what, "phi %g, p%g covered", phi, 100 * p);
    return known ? told(what, covered, known) : 0;
}

static void test_median_coverage(void)
{
    double share = coverage(0.9, 0.5, 0);

    CHECK(share >= 0.92 && share <= 0.97);
    share = coverage(0.5, 0.5, 0);
    CHECK(share >= 0.92 && share <= 0.98);
    share = coverage(0, 0.5, 0);
    CHECK(share >= 0.93 && share <= 0.985);
}

static void test_p99_coverage(void)
{
    double share = coverage(0, 0.99, 2.3263479);

    CHECK(share >= 0.93 && share <= 0.985);
    share = coverage(0.5, 0.99, 2.3263479);
    CHECK(share >= 0.91 && share <= 0.985);
    share = coverage(0.9, 0.99, 2.3263479);
    CHECK(share >= 0.91 && share <= 0.985);
}

/* ---- losses ---- */

/* 1 % lost, in bursts of `mean` messages (Gilbert). */
static double loss_coverage(double mean)
{
    int covered = 0;
    char what[64];

    for (uint64_t run = 1; run <= RUNS; run++) {
        uint64_t state = run * 7919;
        int64_t hits[STATS_BATCHES] = {0}, lost = 0;
        int is_bad = random_unit(&state) < 0.01;
        struct stats_share share;

        for (int64_t i = 0; i < N; i++) {
            hits[i * STATS_BATCHES / N] += is_bad;
            lost += is_bad;
            is_bad = is_bad ? random_unit(&state) >= 1 / mean
                            : random_unit(&state) < 0.01 / 0.99 / mean;
        }
        share = stats_wilson((double)lost / N, stats_share_size(hits, N));
        covered += share.lo <= 0.01 && 0.01 <= share.hi;
    }
    snprintf(what, sizeof what, "losses in bursts of %g covered", mean);
    return told(what, covered, RUNS);
}

static void test_loss_coverage(void)
{
    CHECK(loss_coverage(1) >= 0.92);
    CHECK(loss_coverage(3) >= 0.91);
    CHECK(loss_coverage(10) >= 0.88);
}

/* Losses that our own servers make on both ways, and what is to be expected. */
static int seed_is_covered(uint64_t seed, double p)
{
    struct impair impair = {
        .model = IMPAIR_BERNOULLI, .p = p, .seed = seed, .directions = 3};
    int64_t hits[STATS_BATCHES] = {0}, lost = 0, n = 2000;
    double expected = 1 - (1 - p) * (1 - p);
    struct stats_share share;

    for (int64_t i = 0; i < n; i++) {
        uint32_t conn = (uint32_t)(i % 10);
        uint64_t seq = (uint64_t)(i / 10);
        int is_lost = impair_decide(&impair, IMPAIR_FORWARD, conn, seq) ==
                          IMPAIR_DROP ||
                      impair_decide(&impair, IMPAIR_REVERSE, conn, seq) ==
                          IMPAIR_DROP;

        hits[stats_batch_of(i, n)] += is_lost;
        lost += is_lost;
    }
    share = stats_wilson((double)lost / (double)n, stats_share_size(hits, n));
    return share.lo <= expected && expected <= share.hi;
}

static void test_seeds(void)
{
    static const double shares[] = {0.001, 0.01, 0.1, 0.3};

    for (int i = 0; i < 4; i++) {
        int covered = 0;
        char what[64];

        for (uint64_t seed = 1; seed <= 100; seed++)
            covered += seed_is_covered(seed, shares[i]);
        snprintf(what, sizeof what, "seeds: loss of %g each way covered",
                 shares[i]);
        CHECK(told(what, covered, 100) >= 0.88);
    }
}

/* ---- warm-up and drift ---- */

static void fill_step(uint64_t seed, double factor, double *z)
{
    uint64_t state = seed;
    double product = 1;

    for (int i = 0; i < 20000; i++) {
        double rtt = 20000 * exp(0.2 * random_normal(&state));

        rtt *= i < 1000 ? factor : 1;
        rtt *= random_unit(&state) < 0.001 ? 10 : 1;
        product *= rtt;
        if (i % WARMUP_BATCH != WARMUP_BATCH - 1)
            continue;
        z[i / WARMUP_BATCH] = warmup_batch(product);
        product = 1;
    }
}

/*
 * A step of 1000 messages is cut within 1000..1050, but for a run in ten or so
 * where a spike comes soon after it; never is a part of it left.
 */
static void test_step(void)
{
    static double z[4000];
    int exact = 0, whole = 0, small = 0, steady = 0;

    for (uint64_t seed = 1; seed <= 200; seed++) {
        struct warmup found;

        fill_step(seed, 4, z);
        found = warmup_find(z, 4000);
        exact += found.cut >= 1000 && found.cut <= 1050;
        whole += found.cut >= 1000 && found.cut <= 1500;
        steady += found.is_steady;
        fill_step(seed, 1, z);
        small += warmup_find(z, 4000).cut <= 500;
    }
    CHECK(told("a step of 1000 cut within 1000..1050", exact, 200) >= 0.9);
    CHECK(told("a step of 1000 cut within 1000..1500", whole, 200) >= 1);
    CHECK(told("steady state found", steady, 200) >= 0.99);
    CHECK(told("no step, no more than 500 cut", small, 200) >= 0.95);
}

static int drifts(uint64_t seed, double phi, double change)
{
    static int64_t x[N];
    struct series series = start(seed, phi);
    double medians[STATS_BATCHES];

    for (int i = 0; i < N; i++)
        x[i] = (int64_t)(1e6 * (1 + change * i / N) *
                         exp(0.1 * sqrt(1 - phi * phi) * next(&series)));
    for (int b = 0; b < STATS_BATCHES; b++) {
        int from = b * N / STATS_BATCHES, to = (b + 1) * N / STATS_BATCHES;

        medians[b] = (double)stats_percentile_of(x + from, (size_t)(to - from),
                                                 0.5);
    }
    return drift_find(medians, STATS_BATCHES).is_drifting;
}

static double drifts_called(double phi, double change)
{
    int called = 0;
    char what[64];

    for (uint64_t seed = 1; seed <= RUNS; seed++)
        called += drifts(seed, phi, change);
    snprintf(what, sizeof what, "phi %g, drift of %g %%: called", phi,
             100 * change);
    return told(what, called, RUNS);
}

static void test_drift(void)
{
    CHECK(drifts_called(0.5, 0) <= 0.025);
    CHECK(drifts_called(0.9, 0) <= 0.025);
    CHECK(drifts_called(0.97, 0) <= 0.025);
    CHECK(drifts_called(0.9, 0.3) >= 0.99);
    CHECK(drifts_called(0.97, 0.3) >= 0.8);
}

/* ---- comparisons ---- */

struct world {
    double ratio, weather, noise; /* of B to A; sd shared in a pair; own sd */
    int runs, messages;
};

/* A run: its level, and messages around it that remember each other. */
static struct verdict_run run_of(uint64_t *state, double level, int messages)
{
    static int64_t x[N];
    struct series series = start(*state, 0.9);
    struct verdict_run run = {0};

    (void)random_unit(state);
    for (int i = 0; i < messages; i++)
        x[i] = (int64_t)(1e6 * level *
                         exp(0.1 * sqrt(1 - 0.81) * next(&series)));
    run.p50_ns = (double)stats_percentile_of(x, (size_t)messages, 0.5);
    run.p99_ns = (double)stats_percentile_of(x, (size_t)messages, 0.99);
    run.bit_per_s = 8e12 / run.p50_ns;
    return run;
}

static void compare(uint64_t *state, const struct world *world, int is_paired,
                    double margin, struct verdict *verdict)
{
    struct verdict_run a[20], b[20];
    struct verdict_request request = {a,           b,         world->runs,
                                      world->runs, is_paired, margin};
    struct err err = {0};

    for (int i = 0; i < world->runs; i++) {
        double shared = world->weather * random_normal(state);
        double of_a = exp(shared + world->noise * random_normal(state));
        double of_b = exp(shared + world->noise * random_normal(state));

        a[i] = run_of(state, of_a, world->messages);
        b[i] = run_of(state, of_b * world->ratio, world->messages);
    }
    if (verdict_find(verdict, &request, &err) < 0)
        abort();
}

static int is_different(const struct verdict *verdict)
{
    return verdict->call == VERDICT_SLOWER || verdict->call == VERDICT_FASTER;
}

/* Equal sites: called slower or faster in at most 5 of 100 comparisons. */
static void test_equal_sites(void)
{
    static const struct world world = {1, 0.11, 0.05, 10, 1000};
    uint64_t state = 1;
    struct verdict verdict;
    int paired = 0, unpaired = 0;

    for (int i = 0; i < 200; i++) {
        compare(&state, &world, 1, 0.05, &verdict);
        paired += is_different(&verdict);
        compare(&state, &world, 0, 0.05, &verdict);
        unpaired += is_different(&verdict);
    }
    CHECK(told("equal sites, pairs: called different", paired, 200) <= 0.05);
    CHECK(told("equal sites, no pairs: called different", unpaired, 200) <=
          0.05);
}

/*
 * Without a margin the error is the nominal one; without pairs, when there is
 * no weather that both share.
 */
static void test_nominal_level(void)
{
    static const struct world world = {1, 0.11, 0.05, 10, 100};
    static const struct world calm = {1, 0, 0.05, 10, 100};
    uint64_t state = 2;
    struct verdict verdict;
    int paired = 0, unpaired = 0;

    for (int i = 0; i < 2000; i++) {
        compare(&state, &world, 1, 1e-9, &verdict);
        paired += is_different(&verdict);
        compare(&state, &calm, 0, 1e-9, &verdict);
        unpaired += is_different(&verdict);
    }
    CHECK_NEAR(told("no margin, pairs", paired, 2000), 0.048, 0.015);
    CHECK_NEAR(told("no margin, no pairs", unpaired, 2000), 0.045, 0.015);
}

/* 5 % slower, weather of 11 %: pairs cover, and see far more than runs do. */
static void test_interval_of_the_ratio(void)
{
    static const struct world world = {1.05, 0.11, 0.03, 10, 500};
    uint64_t state = 3;
    struct verdict verdict;
    double paired_width = 0, unpaired_width = 0;
    int paired = 0, unpaired = 0;

    for (int i = 0; i < 1000; i++) {
        const struct shift *ratio = &verdict.p50.ratio;

        compare(&state, &world, 1, 0.05, &verdict);
        paired += ratio->lo <= 1.05 && 1.05 <= ratio->hi;
        paired_width += (ratio->hi - ratio->lo) / 1000;
        compare(&state, &world, 0, 0.05, &verdict);
        unpaired += ratio->lo <= 1.05 && 1.05 <= ratio->hi;
        unpaired_width += (ratio->hi - ratio->lo) / 1000;
    }
    printf("# mean width: pairs %.3f, no pairs %.3f\n", paired_width,
           unpaired_width);
    CHECK_NEAR(told("ratio covered, pairs", paired, 1000), 0.95, 0.025);
    CHECK(told("ratio covered, no pairs", unpaired, 1000) >= 0.93);
    CHECK(paired_width < unpaired_width / 2);
}

int main(void)
{
    test_median_coverage();
    test_p99_coverage();
    test_loss_coverage();
    test_seeds();
    test_step();
    test_drift();
    test_equal_sites();
    test_nominal_level();
    test_interval_of_the_ratio();
    return check_done();
}
