#include "harness/fit.h"

#include "harness/stats.h"

#include <math.h>
#include <stdlib.h>

static size_t put_slopes(double *slopes, const struct fit_point *points, int n)
{
    size_t m = 0;

    for (int i = 0; i < n; i++)
        for (int j = i + 1; j < n; j++)
            if (points[i].x != points[j].x)
                slopes[m++] = (points[j].y - points[i].y) /
                              (points[j].x - points[i].x);
    return m;
}

/*
 * The slopes whose rank is so far from both ends that S, normal with variance
 * n(n-1)(2n+5)/18, lies between them; rounded outwards.
 */
static void put_interval(struct fit *out, const double *sorted, size_t m, int n)
{
    double deviation = sqrt(n * (n - 1.0) * (2.0 * n + 5) / 18);
    double rank = floor(((double)m - 1.959964 * deviation) / 2);

    out->has_interval = rank >= 1;
    if (!out->has_interval)
        return;
    out->b_lo = sorted[(size_t)rank - 1];
    out->b_hi = sorted[m - (size_t)rank];
}

/* `scratch` has room for all pairs, and so for all points. */
static void find(struct fit *out, const struct fit_point *points, int n,
                 double *scratch)
{
    size_t m = put_slopes(scratch, points, n);

    out->is_known = m > 0;
    if (m == 0)
        return;
    out->b = stats_median(scratch, m); /* sorts */
    put_interval(out, scratch, m, n);
    for (int i = 0; i < n; i++)
        scratch[i] = points[i].y - out->b * points[i].x;
    out->a = stats_median(scratch, (size_t)n);
}

int fit_line(struct fit *out, const struct fit_point *points, int n,
             struct err *err)
{
    double *scratch;

    *out = (struct fit){0};
    if (n < 2)
        return 0;
    scratch = calloc((size_t)n * (size_t)n, sizeof *scratch);
    if (!scratch)
        return err_set(err, ERR_RESOURCE, "no-memory", "out of memory");
    find(out, points, n, scratch);
    free(scratch);
    return 0;
}

struct fit_rate fit_rate_of(const struct fit *line)
{
    struct fit_rate rate = {0};

    rate.is_known = line->is_known && line->a > 0 && line->b > 0;
    if (!rate.is_known)
        return rate;
    rate.limit = 8e9 / line->b;
    rate.half_bytes = line->a / line->b;
    rate.has_interval = line->has_interval && line->b_lo > 0;
    if (rate.has_interval) {
        rate.limit_lo = 8e9 / line->b_hi;
        rate.limit_hi = 8e9 / line->b_lo;
    }
    return rate;
}
