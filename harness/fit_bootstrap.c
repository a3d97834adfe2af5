#include "harness/fit_bootstrap.h"

#include "harness/stats.h"
#include "lib/rng.h"

#include <math.h>
#include <stdlib.h>

#define STEPS 2e8 /* slopes that are looked at, over all resamples */

struct slope {
    double b;
    int i, j; /* the points that it joins */
};

struct work {
    const struct fit_point *points;
    int n;
    struct slope *slopes; /* ascending */
    size_t nslopes;
    int64_t *times; /* how often each point is in the resample */
    double *rest;
    double *limits, *halves; /* of each resample */
};

static int compare(const void *a, const void *b)
{
    double x = ((const struct slope *)a)->b, y = ((const struct slope *)b)->b;

    return (x > y) - (x < y);
}

static void put_slopes(struct work *work)
{
    const struct fit_point *p = work->points;

    for (int i = 0; i < work->n; i++)
        for (int j = i + 1; j < work->n; j++)
            if (p[i].x != p[j].x)
                work->slopes[work->nslopes++] = (struct slope){
                    (p[j].y - p[i].y) / (p[j].x - p[i].x), i, j};
    if (work->nslopes > 1)
        qsort(work->slopes, work->nslopes, sizeof *work->slopes, compare);
}

static void draw(struct work *work, uint64_t seed, int resample)
{
    for (int i = 0; i < work->n; i++)
        work->times[i] = 0;
    for (int i = 0; i < work->n; i++) {
        double at = rng_unit(seed, (uint64_t)resample, (uint64_t)i);

        work->times[(int)(at * work->n)]++;
    }
}

/* How many pairs of the resample have this slope. */
static int64_t weight_of(const struct work *work, const struct slope *slope)
{
    return work->times[slope->i] * work->times[slope->j];
}

/* The slope of a rank (0..) among all pairs of the resample. */
static double slope_at(const struct work *work, int64_t rank)
{
    size_t i = 0;

    for (; i + 1 < work->nslopes; i++) {
        rank -= weight_of(work, &work->slopes[i]);
        if (rank < 0)
            break;
    }
    return work->slopes[i].b;
}

/* As stats_median: the mean of the middle two of an even number. */
static double median_slope(const struct work *work, int64_t pairs)
{
    return (slope_at(work, (pairs - 1) / 2) + slope_at(work, pairs / 2)) / 2;
}

static double median_rest(struct work *work, double b)
{
    size_t n = 0;

    for (int i = 0; i < work->n; i++)
        for (int64_t k = 0; k < work->times[i]; k++)
            work->rest[n++] = work->points[i].y - b * work->points[i].x;
    return stats_median(work->rest, n);
}

/* 0 when all that was drawn has one length: there is no line. */
static int resample(struct work *work, int at)
{
    int64_t pairs = 0;
    double a, b;

    for (size_t i = 0; i < work->nslopes; i++)
        pairs += weight_of(work, &work->slopes[i]);
    if (pairs == 0)
        return 0;
    b = median_slope(work, pairs);
    a = median_rest(work, b);
    work->limits[at] = b > 0 ? 8e9 / b : HUGE_VAL;
    work->halves[at] = b > 0 ? fmax(a / b, 0) : HUGE_VAL;
    return 1;
}

static double bound(const double *sorted, int n, double p)
{
    return sorted[(int)ceil(p * n) - 1];
}

static void take_bounds(struct fit_bounds *out, struct work *work, int n)
{
    stats_sort_reals(work->limits, (size_t)n);
    stats_sort_reals(work->halves, (size_t)n);
    out->resamples = n;
    out->limit_lo = bound(work->limits, n, 0.025);
    out->limit_hi = bound(work->limits, n, 0.975);
    out->half_lo = bound(work->halves, n, 0.025);
    out->half_hi = bound(work->halves, n, 0.975);
    out->is_known = isfinite(out->limit_hi) && isfinite(out->half_hi);
}

static void find(struct fit_bounds *out, struct work *work, uint64_t seed)
{
    int most = FIT_BOOTSTRAP_RESAMPLES, n = 0;

    put_slopes(work);
    if ((double)work->nslopes * most > STEPS)
        most = (int)(STEPS / (double)work->nslopes);
    for (int i = 0; i < most; i++) {
        draw(work, seed, i);
        n += resample(work, n);
    }
    if (n > 0)
        take_bounds(out, work, n);
}

int fit_bootstrap(struct fit_bounds *out, const struct fit_point *points, int n,
                  uint64_t seed, struct err *err)
{
    struct work work = {.points = points, .n = n};
    int status = 0;

    *out = (struct fit_bounds){0};
    if (n < FIT_BOOTSTRAP_RUNS)
        return 0;
    work.slopes = calloc((size_t)n * (size_t)n / 2, sizeof *work.slopes);
    work.times = calloc((size_t)n, sizeof *work.times);
    work.rest = calloc((size_t)n, sizeof *work.rest);
    work.limits = calloc(FIT_BOOTSTRAP_RESAMPLES, sizeof *work.limits);
    work.halves = calloc(FIT_BOOTSTRAP_RESAMPLES, sizeof *work.halves);
    if (work.slopes && work.times && work.rest && work.limits && work.halves)
        find(out, &work, seed);
    else
        status = err_set(err, ERR_RESOURCE, "no-memory", "out of memory");
    free(work.slopes);
    free(work.times);
    free(work.rest);
    free(work.limits);
    free(work.halves);
    return status;
}
