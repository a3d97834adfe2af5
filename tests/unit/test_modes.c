#include "harness/modes.h"
#include "tests/unit/check.h"

enum { GRID = 199 };

/* Low values, then high ones, both with some width. */
static struct modes two(int low, double low_ns, double high_ns)
{
    int64_t q[GRID];

    for (int i = 0; i < GRID; i++)
        q[i] = (int64_t)(i < low ? low_ns * (1 + 0.0005 * i)
                                 : high_ns * (1 + 0.0005 * (i - low)));
    return modes_of(q, GRID);
}

/* 15 us on one processor, 90 us across two: 140 of 199 are low. */
static void test_two(void)
{
    struct modes m = two(140, 15000, 90000);

    CHECK(m.are_two);
    CHECK_NEAR(m.high_share, 59.0 / 199, 1e-9);
    CHECK_NEAR(m.low_ns, 15000 * (1 + 0.0005 * 70), 1);
    CHECK_NEAR(m.high_ns, 90000 * (1 + 0.0005 * 29), 1);
    CHECK(two(20, 15000, 90000).are_two);
    CHECK(two(179, 15000, 90000).are_two);
}

/* Too few in one of them, or too near to each other. */
static void test_not_quite_two(void)
{
    CHECK(!two(3, 15000, 90000).are_two);
    CHECK(!two(196, 15000, 90000).are_two);
    CHECK(!two(100, 15000, 20000).are_two);
}

/* One heap, however broad, and one with a long tail: 1/(1-p) is Pareto's. */
static void test_one(void)
{
    int64_t flat[GRID], broad[GRID], tail[GRID], equal[GRID], spiky[GRID];

    for (int i = 0; i < GRID; i++) {
        double p = (i + 1.0) / (GRID + 1);

        flat[i] = 10000 + 500 * i;
        broad[i] = (int64_t)(20000 * pow(p / (1 - p), 0.7)); /* log-logistic */
        tail[i] = (int64_t)(12000 / (1 - p));
        equal[i] = 12000;
        /* nine of ten alike, the rest spread over three decades */
        spiky[i] = p < 0.9 ? 12000 + i
                           : (int64_t)(12000 * pow(10, 30 * (p - 0.9)));
    }
    CHECK(!modes_of(flat, GRID).are_two);
    CHECK(!modes_of(broad, GRID).are_two);
    CHECK(!modes_of(tail, GRID).are_two);
    CHECK(!modes_of(equal, GRID).are_two);
    CHECK(!modes_of(spiky, GRID).are_two);
    CHECK(!modes_of(flat, 10).are_two);
}

/* The upper one may be broad. */
static void test_broad_upper(void)
{
    int64_t q[GRID];

    for (int i = 0; i < GRID; i++)
        q[i] = i < 120 ? 14000 + 10 * i : 80000 + 1000 * (i - 120);
    CHECK(modes_of(q, GRID).are_two);
}

int main(void)
{
    test_two();
    test_not_quite_two();
    test_one();
    test_broad_upper();
    return check_done();
}
