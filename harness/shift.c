#include "harness/shift.h"

#include "harness/rank_sum.h"
#include "harness/signed_rank.h"
#include "harness/stats.h"

#include <stdlib.h>

/* Equal ones count against a shift, so that p and interval agree. */
static int64_t least_tail(const double *sorted, size_t n)
{
    size_t not_above = 0, not_below = 0;

    for (size_t i = 0; i < n; i++) {
        not_above += sorted[i] <= 0;
        not_below += sorted[i] >= 0;
    }
    return (int64_t)(not_above < not_below ? not_above : not_below);
}

/* From all n averages or differences and the k of their law. */
static void set_bounds(struct shift *out, double *all, size_t n, int64_t k)
{
    *out = (struct shift){.value = stats_median(all, n)};
    out->has_interval = k >= 0;
    if (k < 0)
        return;
    out->lo = all[k];
    out->hi = all[n - 1 - (size_t)k];
}

static int no_memory(struct err *err)
{
    return err_set(err, ERR_RESOURCE, "no-memory", "out of memory");
}

int shift_paired(struct shift *out, const double *d, int n, struct err *err)
{
    size_t count = (size_t)n * ((size_t)n + 1) / 2, used = 0;
    double *walsh = malloc(count * sizeof *walsh);

    if (!walsh)
        return no_memory(err);
    for (int i = 0; i < n; i++)
        for (int j = i; j < n; j++)
            walsh[used++] = (d[i] + d[j]) / 2;
    set_bounds(out, walsh, count, signed_rank_k(n));
    out->p = signed_rank_p(n, least_tail(walsh, count));
    free(walsh);
    return 0;
}

int shift_unpaired(struct shift *out, const struct shift_group *a,
                   const struct shift_group *b, struct err *err)
{
    int is_enough = a->n >= SHIFT_MIN_RUNS && b->n >= SHIFT_MIN_RUNS;
    size_t count = (size_t)a->n * (size_t)b->n, used = 0;
    double *all = malloc(count * sizeof *all);

    if (!all)
        return no_memory(err);
    for (int i = 0; i < a->n; i++)
        for (int j = 0; j < b->n; j++)
            all[used++] = b->values[j] - a->values[i];
    set_bounds(out, all, count, is_enough ? rank_sum_k(a->n, b->n) : -1);
    out->p = rank_sum_p(a->n, b->n, least_tail(all, count));
    free(all);
    return 0;
}

/* The next smallest that is not done yet; n is a handful. */
static int smallest(const double *p, const int *is_done, int n)
{
    int at = -1;

    for (int i = 0; i < n; i++)
        if (!is_done[i] && (at < 0 || p[i] < p[at]))
            at = i;
    return at;
}

void shift_holm(double *p, int n)
{
    int is_done[SHIFT_HOLM_MAX] = {0};
    double before = 0;

    for (int left = n; left > 0; left--) {
        int at = smallest(p, is_done, n);

        p[at] *= left;
        if (p[at] < before)
            p[at] = before;
        if (p[at] > 1)
            p[at] = 1;
        before = p[at];
        is_done[at] = 1;
    }
}
