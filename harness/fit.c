#include "harness/fit.h"

#include "harness/stats.h"

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

/* `scratch` has room for all pairs, and so for all points. */
static void find(struct fit *out, const struct fit_point *points, int n,
                 double *scratch)
{
    size_t m = put_slopes(scratch, points, n);

    out->is_known = m > 0;
    if (m == 0)
        return;
    out->b = stats_median(scratch, m); /* sorts */
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
    return rate;
}
