#include "harness/fit.h"
#include "tests/unit/check.h"

static struct fit fit_of(const struct fit_point *points, int n)
{
    struct err err;
    struct fit fit;

    if (fit_line(&fit, points, n, &err) < 0)
        printf("# %s\n", err.msg);
    return fit;
}

/* 10 us and 8 ns for each byte: at most 1 Gbit/s, half of it at 1250 bytes. */
static void test_exact(void)
{
    const struct fit_point points[] = {
        {1, 10008}, {1000, 18000}, {2000, 26000}};
    struct fit fit = fit_of(points, 3);
    struct fit_rate rate = fit_rate_of(&fit);

    CHECK(fit.is_known);
    CHECK_NEAR(fit.a, 10000, 1e-6);
    CHECK_NEAR(fit.b, 8, 1e-9);
    CHECK(rate.is_known);
    CHECK_NEAR(rate.limit, 1e9, 1e-3);
    CHECK_NEAR(rate.half_bytes, 1250, 1e-6);
}

/*
 * Slopes 1 1 1 (of the first three), 97/3 48 95 (of the last with each):
 * median (1 + 97/3) / 2; what is left: 0, -47/3, -94/3, 50.
 */
static void test_outlier(void)
{
    const struct fit_point points[] = {{0, 0}, {1, 1}, {2, 2}, {3, 97}};
    struct fit fit = fit_of(points, 4);

    CHECK_NEAR(fit.b, (1 + 97 / 3.0) / 2, 1e-9);
    CHECK_NEAR(fit.a, (0 - (fit.b - 1)) / 2, 1e-9);
}

/* With y = x^2 the slopes are 1 2 3 3 4 4 5 5 5 6 6 7 7 8 9. */
static void test_curve(void)
{
    struct fit_point points[6];
    struct fit fit;
    struct fit_rate rate;

    for (int i = 0; i < 6; i++)
        points[i] = (struct fit_point){i, i * i};
    fit = fit_of(points, 6);
    CHECK_NEAR(fit.b, 5, 1e-9);
    /* y - 5x: 0 -4 -6 -6 -4 0 */
    CHECK_NEAR(fit.a, -4, 1e-9);
    CHECK(!fit_rate_of(&fit).is_known);
    for (int i = 0; i < 6; i++)
        points[i].y += 9;
    fit = fit_of(points, 6);
    rate = fit_rate_of(&fit);
    CHECK(rate.is_known);
    CHECK_NEAR(rate.half_bytes, 1, 1e-9);
    CHECK_NEAR(rate.limit, 1.6e9, 1);
}

/* Repeats of one length say nothing about a slope. */
static void test_nothing(void)
{
    const struct fit_point points[] = {{5, 1}, {5, 2}, {5, 3}};
    struct fit fit = fit_of(points, 3);

    CHECK(!fit.is_known && !fit_rate_of(&fit).is_known);
    CHECK(!fit_of(points, 1).is_known);
    CHECK(!fit_of(points, 0).is_known);
}

/* What takes no longer the longer it is has no limit. */
static void test_downwards(void)
{
    const struct fit_point points[] = {{1, 30}, {2, 20}, {3, 10}};
    struct fit fit = fit_of(points, 3);

    CHECK_NEAR(fit.b, -10, 1e-9);
    CHECK(!fit_rate_of(&fit).is_known);
}

int main(void)
{
    test_exact();
    test_outlier();
    test_curve();
    test_nothing();
    test_downwards();
    return check_done();
}
