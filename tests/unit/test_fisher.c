#include "harness/fisher.h"
#include "tests/unit/check.h"

static double of(int64_t n, int64_t first, int64_t second, int64_t both)
{
    return fisher_exact(&(struct fisher_table){n, first, second, both});
}

/* Fisher's lady and her tea: 8 cups, 4 and 4; 3 right is 34 of 70. */
static void test_by_hand(void)
{
    CHECK_NEAR(of(8, 4, 4, 3), 34.0 / 70, 1e-12);
    CHECK_NEAR(of(8, 4, 4, 4), 2.0 / 70, 1e-12);
    CHECK_NEAR(of(8, 4, 4, 2), 1, 1e-12);
    /* Of 1716 tables (k = 1..7: 7 126 525 700 315 42 1) with 7 of 13 each. */
    CHECK_NEAR(of(13, 7, 7, 6), (7 + 42 + 1) / 1716.0, 1e-12);
    CHECK_NEAR(of(13, 7, 7, 1), (7 + 1) / 1716.0, 1e-12);
    CHECK_NEAR(of(13, 7, 7, 4), 1, 1e-12);
}

static void test_margins(void)
{
    CHECK_NEAR(of(0, 0, 0, 0), 1, 0);
    CHECK_NEAR(of(10, 0, 3, 0), 1, 1e-12);
    CHECK_NEAR(of(10, 10, 10, 10), 1, 1e-12);
    CHECK_NEAR(of(10, 9, 10, 9), 1, 1e-12);
    CHECK_NEAR(of(10, 1, 1, 1), 0.1, 1e-12);
}

/* Ten million pairs, 1 % lost: as expected, and far from it. */
static void test_large(void)
{
    double p = of(10000000, 100000, 100000, 1000);

    CHECK(p > 0.9 && p <= 1);
    /* The deviation is sqrt(1000 x 0.99 x 0.99) = 31.3: two of them. */
    CHECK_NEAR(of(10000000, 100000, 100000, 1061), 0.05, 0.01);
    CHECK(of(10000000, 100000, 100000, 50000) < 1e-300);
    CHECK(of(10000000, 100000, 100000, 0) < 1e-300);
}

int main(void)
{
    test_by_hand();
    test_margins();
    test_large();
    return check_done();
}
