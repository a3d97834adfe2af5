#include "harness/warmup.h"
#include "tests/unit/check.h"
#include "tests/unit/random.h"

/* z[0..k): `slow` batches of 5, the rest of 1. */
static struct warmup of_step(int slow, int k)
{
    double z[100];

    for (int i = 0; i < k; i++)
        z[i] = i < slow ? 5 : 1;
    return warmup_find(z, (size_t)k);
}

static void test_step(void)
{
    CHECK_INT(of_step(3, 20).cut, 15);
    CHECK(of_step(3, 20).is_steady);
    CHECK_INT(of_step(10, 20).cut, 50);
    CHECK(of_step(0, 20).is_steady);
    CHECK_INT(of_step(0, 20).cut, 0);
}

/* A cut behind the middle says that the run never settled: nothing is cut. */
static void test_no_steady_state(void)
{
    struct warmup found = of_step(15, 20);

    CHECK(found.is_judged && !found.is_steady);
    CHECK_INT(found.cut, 0);
}

static void test_too_short(void)
{
    CHECK(!of_step(3, 19).is_judged);
    CHECK_INT(of_step(3, 19).cut, 0);
    CHECK(!warmup_find(NULL, 0).is_judged);
}

static void test_batch(void)
{
    CHECK_NEAR(warmup_batch(1e5 * 1e5 * 1e5 * 1e5 * 1e5), log(1e5), 1e-12);
    CHECK_NEAR(warmup_batch(2.0 * 3 * 5 * 7 * 11), log(2310) / 5, 1e-12);
}

/* The sum as it is written in the definition, O(k^2). */
static size_t by_definition(const double *z, size_t k)
{
    double least = INFINITY;
    size_t best = 0;

    for (size_t d = 0; d + 5 <= k; d++) {
        double n = (double)(k - d), mean = 0, squares = 0;

        for (size_t j = d; j < k; j++)
            mean += z[j] / n;
        for (size_t j = d; j < k; j++)
            squares += (z[j] - mean) * (z[j] - mean);
        if (squares / (n * n) >= least)
            continue;
        least = squares / (n * n);
        best = d;
    }
    return best;
}

static void test_against_the_definition(void)
{
    double z[100];
    uint64_t state = 5;

    for (int series = 0; series < 200; series++) {
        struct warmup found;
        size_t want;

        for (int i = 0; i < 100; i++)
            z[i] = random_normal(&state) + 3 * exp(-i / (1.0 + series % 40));
        found = warmup_find(z, 100);
        want = by_definition(z, 100);
        CHECK_INT(found.is_steady, want <= 50);
        CHECK_INT(found.cut, want <= 50 ? (intmax_t)want * 5 : 0);
    }
}

/*
 * The built step: 20 000 messages, ln-normal with spikes, the first 1000 four
 * times as long.  Cut within 1000..1050.
 */
static void test_thousand(void)
{
    double z[4000], product = 1;
    uint64_t state = 1;
    struct warmup found;

    for (int i = 0; i < 20000; i++) {
        double rtt = 20000 * exp(0.2 * random_normal(&state));

        if (i < 1000)
            rtt *= 4;
        if (random_unit(&state) < 0.002)
            rtt *= 50;
        product *= rtt;
        if (i % 5 != 4)
            continue;
        z[i / 5] = warmup_batch(product);
        product = 1;
    }
    found = warmup_find(z, 4000);
    CHECK(found.is_steady);
    CHECK(found.cut >= 1000 && found.cut <= 1050);
}

int main(void)
{
    test_step();
    test_no_steady_state();
    test_too_short();
    test_batch();
    test_against_the_definition();
    test_thousand();
    return check_done();
}
