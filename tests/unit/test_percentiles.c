#include "harness/percentiles.h"
#include "tests/unit/check.h"

#include <stdlib.h>

/* The values 1 .. n times `step` in an order that looks random. */
static struct percentiles of_ramp(size_t n, int64_t step)
{
    int64_t *values = malloc(2 * (n + 1) * sizeof *values);
    struct stats_sample sample = {values, values + n, n, 1};
    struct percentiles out;

    for (size_t i = 0; i < n; i++)
        values[i] = values[n + i] = step * (int64_t)(i * 7919 % n + 1);
    stats_sort(values + n, n);
    percentiles_of(&out, &sample);
    free(values);
    return out;
}

/* The value at the first point with a share of at least p. */
static int64_t at(const struct percentiles *all, double p)
{
    int i = 0;

    while (i + 1 < all->n && all->point[i].p < p)
        i++;
    return all->point[i].value;
}

static void test_ramp(void)
{
    struct percentiles all = of_ramp(10007, 10);
    int falls = 0;

    CHECK(all.n > 200 && all.n <= PERCENTILES_MAX);
    CHECK_INT(all.point[0].value, 10);
    CHECK_INT(all.point[all.n - 1].value, 100070);
    CHECK_NEAR((double)at(&all, 0.5), 50035, 2000);
    CHECK_NEAR((double)at(&all, 0.99), 99070, 50);
    for (int i = 1; i < all.n; i++)
        falls += all.point[i].value < all.point[i - 1].value ||
                 all.point[i].p < all.point[i - 1].p;
    CHECK_INT(falls, 0);
    /* 10 007 independent values know 1 - 1/1000 and no more. */
    CHECK_INT(all.nbounds, 17);
    CHECK_NEAR(all.bound[0].p, 0.5, 1e-12);
    CHECK_NEAR(all.bound[all.nbounds - 1].p, 0.999, 1e-12);
    CHECK(all.bound[0].lo <= 50040 && all.bound[0].hi >= 50040);
}

static void test_few(void)
{
    struct percentiles all = of_ramp(0, 1);

    CHECK_INT(all.n, 0);
    CHECK_INT(all.nbounds, 0);
    all = of_ramp(1, 5);
    CHECK_INT(all.point[0].value, 5);
    CHECK_INT(all.point[all.n - 1].value, 5);
    CHECK_INT(all.nbounds, 0);
    all = of_ramp(2, 5);
    CHECK_INT(all.point[0].value, 5);
    CHECK_INT(all.point[all.n - 1].value, 10);
}

/* A line along which nothing changes has two ends and nothing between. */
static void test_equal(void)
{
    struct percentiles all = of_ramp(500, 0);

    CHECK_INT(all.n, 2);
    CHECK_NEAR(all.point[0].p, 0, 1e-12);
    CHECK_NEAR(all.point[1].p, 1 - 1.0 / 500, 1e-12);
}

int main(void)
{
    test_ramp();
    test_few();
    test_equal();
    return check_done();
}
