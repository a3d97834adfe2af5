#include "harness/fit_bootstrap.h"
#include "tests/unit/check.h"

#include <stdlib.h>

static struct fit_bounds of(const struct fit_point *points, int n,
                            uint64_t seed)
{
    struct fit_bounds bounds;
    struct err err;

    if (fit_bootstrap(&bounds, points, n, seed, &err) < 0)
        exit(1);
    return bounds;
}

/* 10 us and 8 ns for each byte, and `noise` ns more or less. */
static void fill(struct fit_point *points, int n, double noise)
{
    for (int i = 0; i < n; i++) {
        int pair = i / 2 + 1;

        points[i].x = 1000.0 * pair;
        points[i].y = 10000 + 8 * points[i].x +
                      noise * (i * 7919 % 101 / 50.0 - 1);
    }
}

/* A line is a line whichever of its points are drawn. */
static void test_exact(void)
{
    struct fit_point points[12];
    struct fit_bounds bounds;

    fill(points, 12, 0);
    bounds = of(points, 12, 1);
    CHECK(bounds.is_known);
    CHECK_INT(bounds.resamples, FIT_BOOTSTRAP_RESAMPLES);
    CHECK_NEAR(bounds.limit_lo, 1e9, 1);
    CHECK_NEAR(bounds.limit_hi, 1e9, 1);
    CHECK_NEAR(bounds.half_lo, 1250, 1e-3);
    CHECK_NEAR(bounds.half_hi, 1250, 1e-3);
}

static void test_noise(void)
{
    struct fit_point points[20];
    struct fit_bounds bounds, same;
    struct fit line;
    struct err err;

    fill(points, 20, 2000);
    CHECK_INT(fit_line(&line, points, 20, &err), 0);
    bounds = of(points, 20, 1);
    CHECK(bounds.is_known);
    CHECK(bounds.limit_lo < 8e9 / line.b && 8e9 / line.b < bounds.limit_hi);
    CHECK(bounds.half_lo < line.a / line.b && line.a / line.b < bounds.half_hi);
    CHECK(bounds.limit_lo > 0.8e9 && bounds.limit_hi < 1.25e9);
    same = of(points, 20, 1);
    CHECK_NEAR(bounds.limit_lo, same.limit_lo, 0);
    CHECK_NEAR(bounds.half_hi, same.half_hi, 0);
}

static void test_nothing(void)
{
    struct fit_point points[400];

    fill(points, 8, 0);
    CHECK(!of(points, 5, 1).is_known);
    CHECK(of(points, 6, 1).is_known);
    /* Longer messages that take no longer have no limit. */
    for (int i = 0; i < 8; i++)
        points[i].y = -points[i].y;
    CHECK(!of(points, 8, 1).is_known);
    /* One length has no line at all. */
    for (int i = 0; i < 8; i++)
        points[i].x = 64;
    CHECK(!of(points, 8, 1).is_known);
    CHECK_INT(of(points, 8, 1).resamples, 0);
    /* Hundreds of runs are not looked at ten thousand times. */
    fill(points, 400, 1000);
    CHECK(of(points, 400, 1).resamples < FIT_BOOTSTRAP_RESAMPLES);
    CHECK(of(points, 400, 1).resamples > 1000);
}

int main(void)
{
    test_exact();
    test_noise();
    test_nothing();
    return check_done();
}
