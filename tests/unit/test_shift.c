#include "harness/rank_sum.h"
#include "harness/shift.h"
#include "harness/signed_rank.h"
#include "tests/unit/check.h"
#include "tests/unit/random.h"

/* The published table of critical values. */
static void test_signed_rank_k(void)
{
    static const int table[][2] = {{1, -1}, {5, -1}, {6, 0},   {7, 2},  {8, 3},
                                   {9, 5},  {10, 8}, {15, 25}, {20, 52}};

    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        CHECK_INT(signed_rank_k(table[i][0]), table[i][1]);
    CHECK_INT(signed_rank_k(SHIFT_MIN_PAIRS), 0);
    CHECK_INT(signed_rank_k(SHIFT_MIN_PAIRS - 1), -1);
}

/* n = 3: sums 0 1 2 3 3 4 5 6 of 8 */
static void test_signed_rank_p(void)
{
    CHECK_NEAR(signed_rank_p(3, 0), 0.25, 1e-12);
    CHECK_NEAR(signed_rank_p(3, 1), 0.5, 1e-12);
    CHECK_NEAR(signed_rank_p(3, 2), 0.75, 1e-12);
    CHECK_NEAR(signed_rank_p(3, 3), 1, 0);
    CHECK_NEAR(signed_rank_p(6, 0), 2.0 / 64, 1e-12);
    CHECK_NEAR(signed_rank_p(6, -1), 0, 0);
    CHECK_NEAR(signed_rank_p(10, 1000), 1, 0);
}

static void test_rank_sum_k(void)
{
    static const int table[][2] = {{4, 0},  {5, 2},  {6, 5},  {7, 8},
                                   {8, 13}, {9, 17}, {10, 23}};

    CHECK_INT(rank_sum_k(1, 1), -1);
    CHECK_INT(rank_sum_k(3, 3), -1);
    CHECK_INT(rank_sum_k(3, 5), 0); /* not only squares: 2 / C(8,3) = 0.036 */
    CHECK_INT(rank_sum_k(5, 3), 0);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        CHECK_INT(rank_sum_k(table[i][0], table[i][0]), table[i][1]);
    CHECK_INT(rank_sum_k(SHIFT_MIN_RUNS, SHIFT_MIN_RUNS), 0);
    CHECK_INT(rank_sum_k(SHIFT_MIN_RUNS - 1, SHIFT_MIN_RUNS - 1), -1);
}

/* 2 against 2: U = 0 1 2 2 3 4 of 6; 32 against 32 fills 64 bits. */
static void test_rank_sum_p(void)
{
    CHECK_NEAR(rank_sum_p(2, 2, 0), 2.0 / 6, 1e-12);
    CHECK_NEAR(rank_sum_p(2, 2, 1), 4.0 / 6, 1e-12);
    CHECK_NEAR(rank_sum_p(2, 2, 2), 1, 0);
    CHECK_NEAR(rank_sum_p(2, 2, -1), 0, 0);
    CHECK_NEAR(rank_sum_p(32, 32, 0) / (2 / 1832624140942590534.0), 1, 1e-9);
    CHECK_NEAR(rank_sum_p(32, 32, 511), 1, 0.01);
}

/* Where the exact law ends, the normal one goes on. */
static void test_beyond_the_exact_laws(void)
{
    CHECK_NEAR((double)signed_rank_k(65), (double)signed_rank_k(64) + 25, 3);
    CHECK_NEAR((double)rank_sum_k(33, 33), (double)rank_sum_k(32, 32) + 25, 3);
    for (int64_t t = 600; t < 1000; t += 50)
        CHECK_NEAR(signed_rank_p(65, t + 32), signed_rank_p(64, t), 0.02);
}

/*
 * 1 2 4: Walsh averages 1 1.5 2 2.5 3 4, median 2.25; all above zero, so
 * p = 2 P(T <= 0) = 0.25.  No interval with three.
 */
static void test_paired(void)
{
    double few[] = {1, 2, 4}, six[] = {-1, 2, 3, 4, 5, 6};
    double zeros[6] = {0};
    struct shift s;
    struct err err = {0};

    CHECK_INT(shift_paired(&s, few, 3, &err), 0);
    CHECK_NEAR(s.value, 2.25, 1e-12);
    CHECK_NEAR(s.p, 0.25, 1e-12);
    CHECK(!s.has_interval);
    CHECK_INT(shift_paired(&s, six, 6, &err), 0);
    CHECK(s.has_interval);
    CHECK_NEAR(s.lo, -1, 0); /* k = 0: the extremes */
    CHECK_NEAR(s.hi, 6, 0);
    CHECK_NEAR(s.p, 4.0 / 64, 1e-12); /* T = 1: only -1 is below zero */
    CHECK_INT(shift_paired(&s, zeros, 6, &err), 0);
    CHECK_NEAR(s.p, 1, 0);
    CHECK_NEAR(s.hi, 0, 0);
    CHECK_INT(shift_paired(&s, six, 1, &err), 0);
    CHECK_NEAR(s.value, -1, 0);
    CHECK_NEAR(s.p, 1, 0);
}

/*
 * Ten differences, k = 8: the 9th smallest and greatest of 55 averages of
 * 1..10.  The sums i + j are 2 3 4 4 5 5 6 6 6: so 6 / 2 = 3, and 8.
 */
static void test_paired_ten(void)
{
    double d[10];
    struct shift s;
    struct err err = {0};

    for (int i = 0; i < 10; i++)
        d[i] = i + 1;
    CHECK_INT(shift_paired(&s, d, 10, &err), 0);
    CHECK_NEAR(s.value, 5.5, 1e-12);
    CHECK_NEAR(s.lo, 3, 1e-12);
    CHECK_NEAR(s.hi, 8, 1e-12);
    CHECK_NEAR(s.p, 2.0 / 1024, 1e-12);
}

/* b - a: 7 8 8 9 9 9 10 10 10 11 11 11 12 12 13 14; k = 0. */
static void test_unpaired(void)
{
    double a[] = {1, 2, 3, 4}, b[] = {11, 12, 13, 15};
    struct shift s;
    struct err err = {0};

    CHECK_INT(shift_unpaired(&s, &(struct shift_group){a, 4},
                             &(struct shift_group){b, 4}, &err),
              0);
    CHECK(s.has_interval);
    CHECK_NEAR(s.lo, 7, 0);
    CHECK_NEAR(s.hi, 14, 0);
    CHECK_NEAR(s.value, 10, 1e-12);
    CHECK_NEAR(s.p, 2.0 / 70, 1e-12);
    CHECK_INT(shift_unpaired(&s, &(struct shift_group){a, 3},
                             &(struct shift_group){b, 3}, &err),
              0);
    CHECK(!s.has_interval);
    CHECK_NEAR(s.p, 2.0 / 20, 1e-12);
}

/* An interval that does not hold zero has p <= 0.05, and the other way. */
static void test_interval_and_p_agree(void)
{
    uint64_t state = 4;
    struct err err = {0};
    int disagree = 0;

    for (int trial = 0; trial < 500; trial++) {
        int n = 8 + trial % 8;
        double d[16];
        struct shift s;

        for (int i = 0; i < n; i++) /* of few values: with ties and zeros */
            d[i] = floor(4 * (random_normal(&state) + 0.4)) / 4;
        (void)shift_paired(&s, d, n, &err);
        disagree += (s.p <= 0.05) != (s.lo > 0 || s.hi < 0);
        (void)shift_unpaired(&s, &(struct shift_group){d, n / 2},
                             &(struct shift_group){d + n / 2, n - n / 2}, &err);
        disagree += (s.p <= 0.05) != (s.has_interval && (s.lo > 0 || s.hi < 0));
    }
    CHECK_INT(disagree, 0);
}

static void test_holm(void)
{
    double p[] = {0.04, 0.01, 0.03}, one = 0.2;

    shift_holm(p, 3);
    CHECK_NEAR(p[1], 0.03, 1e-12);
    CHECK_NEAR(p[2], 0.06, 1e-12);
    CHECK_NEAR(p[0], 0.06, 1e-12); /* 0.04, but not below the one before */
    shift_holm(&one, 1);
    CHECK_NEAR(one, 0.2, 0);
    p[0] = p[1] = p[2] = 0.9;
    shift_holm(p, 3);
    CHECK_NEAR(p[2], 1, 0);
    shift_holm(p, 0);
}

int main(void)
{
    test_signed_rank_k();
    test_signed_rank_p();
    test_rank_sum_k();
    test_rank_sum_p();
    test_beyond_the_exact_laws();
    test_paired();
    test_paired_ten();
    test_unpaired();
    test_interval_and_p_agree();
    test_holm();
    return check_done();
}
