#include "harness/figure_percentiles.h"
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

/*
 * 30 batches of 100.  One message of each takes 900; of every fifth batch 45
 * more take 200, and the rest 100.  2700 take 100, 2970 at most 200.
 * Shares <= p90 = 100: 24 of .99 and 6 of .54, variance .972/29; so
 * n_eff = .09 x 30 / .033517 = 80.6, and 80.6 x .1 < 10: n/a, and 100/80.6 - 1
 * of the time more.  Shares <= p99 = 200: all .99, no variance, n_eff = 3000.
 */
static struct percentiles of_regimes(struct stats_quantile out[2])
{
    static const double p[] = {0.9, 0.99};
    static int64_t x[3000], sorted[3000];
    struct stats_sample sample = {x, sorted, 3000, 10};
    struct percentiles all;

    for (int i = 0; i < 3000; i++) {
        int is_slow = i / 100 % 5 == 0 && i % 100 >= 54;

        sorted[i] = x[i] = i % 100 == 99 ? 900 : is_slow ? 200 : 100;
    }
    stats_sort(sorted, 3000);
    stats_quantiles(&sample, p, 2, out);
    percentiles_of(&all, &sample);
    return all;
}

static void test_each_has_its_own_size(void)
{
    struct stats_quantile q[2];
    struct percentiles all = of_regimes(q);

    CHECK_INT(q[0].value, 100);
    CHECK_NEAR(q[0].n_eff, 80.5556, 1e-3);
    CHECK(!q[0].is_known);
    CHECK_NEAR(q[0].more_s, 2.41379, 1e-4);
    CHECK_INT(q[1].value, 200);
    CHECK_NEAR(q[1].n_eff, 3000, 1e-9);
    CHECK(q[1].is_known);
    /* The figure has known parts on both sides of what the table has not. */
    CHECK(percentiles_is_known(&all, 0.5));
    CHECK(!percentiles_is_known(&all, 0.9));
    CHECK(!percentiles_is_known(&all, 0.91));
    CHECK(percentiles_is_known(&all, 0.99));
    CHECK(!percentiles_is_known(&all, 0.999));
}

/* Its lines and its blank lines. */
static void count_lines(const char *dir, const char *file, int *lines,
                        int *blank)
{
    char path[300], line[100];
    FILE *from;

    snprintf(path, sizeof path, "%s/%s", dir, file);
    from = fopen(path, "re");
    *lines = *blank = 0;
    while (from && fgets(line, sizeof line, from)) {
        *blank += line[0] == '\n';
        ++*lines;
    }
    if (from)
        fclose(from);
    (void)remove(path);
}

static void test_line_with_a_gap(void)
{
    static const char *const files[] = {"local-known.dat", "local-rest.dat",
                                        "local-band.dat"};
    struct stats_quantile q[2];
    struct percentiles all = of_regimes(q);
    struct figure_percentiles of = {.local = &all, .nlocal = 3000};
    struct figure figure = {.work = "/tmp/echolab-XXXXXX"};
    struct err err = {0};
    char labels[300];

    CHECK(mkdtemp(figure.work) != NULL);
    CHECK_INT(figure_percentiles_write(&of, &figure, &err), 0);
    for (int i = 0; i < 3; i++) {
        int lines, blank;

        count_lines(figure.work, files[i], &lines, &blank);
        CHECK(lines > 3);
        CHECK_INT(blank, 1);
    }
    snprintf(labels, sizeof labels, "%.200s/labels.gp", figure.work);
    (void)remove(labels);
    (void)remove(figure.work);
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
    test_each_has_its_own_size();
    test_line_with_a_gap();
    test_few();
    test_equal();
    return check_done();
}
