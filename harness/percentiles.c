#include "harness/percentiles.h"

#include <math.h>
#include <string.h>

/* 1/(1-p) at the points: 1 .. n.  Where a value repeats, two points do. */
static void put_points(struct percentiles *out, const int64_t *sorted, size_t n)
{
    for (int i = 0; i < PERCENTILES_MAX; i++) {
        double x = pow((double)n, (double)i / (PERCENTILES_MAX - 1));
        double p = i < PERCENTILES_MAX - 1 ? 1 - 1 / x : 1 - 1 / (double)n;
        size_t rank = (size_t)(p * (double)n) + 1;
        int64_t value = sorted[(rank < n ? rank : n) - 1];

        if (out->n > 1 && out->point[out->n - 1].value == value &&
            out->point[out->n - 2].value == value)
            out->n--;
        out->point[out->n++] = (struct percentiles_point){p, value};
    }
}

/* 1/(1-p) in steps of these, in each decade. */
static void put_bounds(struct percentiles *out,
                       const struct stats_sample *sample)
{
    static const double steps[] = {1, 1.5, 2, 3, 4, 6};
    double p[PERCENTILES_BOUNDS];
    int n = 0;

    for (int i = 0; i < PERCENTILES_BOUNDS; i++) {
        int decade = i / 6;
        double x = pow(10, decade) * steps[i % 6];

        if (x >= 2 && (double)sample->n / x >= 10)
            p[n++] = 1 - 1 / x;
    }
    stats_quantiles(sample, p, n, out->bound);
    out->nbounds = n;
}

int percentiles_is_known(const struct percentiles *of, double p)
{
    int i = 0;

    while (i < of->nbounds && of->bound[i].p < p)
        i++;
    return i < of->nbounds && of->bound[i].is_known &&
           (i == 0 || of->bound[i].p <= p || of->bound[i - 1].is_known);
}

void percentiles_of(struct percentiles *out, const struct stats_sample *sample)
{
    memset(out, 0, sizeof *out);
    if (sample->n == 0)
        return;
    put_points(out, sample->sorted, sample->n);
    put_bounds(out, sample);
}

void percentiles_scale(struct percentiles *out, double share)
{
    for (int i = 0; i < out->n; i++)
        out->point[i].p *= share;
    for (int i = 0; i < out->nbounds; i++)
        out->bound[i].p *= share;
}
