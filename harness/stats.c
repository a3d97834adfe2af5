#include "harness/stats.h"

#include "harness/radix.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdlib.h>

void stats_sort(int64_t *values, size_t n)
{
    radix_sort(values, n);
}

static int compare_reals(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

void stats_sort_reals(double *values, size_t n)
{
    if (n > 1)
        qsort(values, n, sizeof *values, compare_reals);
}

double stats_median(double *values, size_t n)
{
    stats_sort_reals(values, n);
    return (values[(n - 1) / 2] + values[n / 2]) / 2;
}

/* Rank 1..n; p x n is often a whole number that a double misses by a hair. */
static size_t rank_of(size_t n, double p)
{
    double rank = ceil(p * (double)n - 1e-9);

    if (rank < 1)
        return 1;
    return rank > (double)n ? n : (size_t)rank;
}

int64_t stats_percentile(const int64_t *sorted, size_t n, double p)
{
    return sorted[rank_of(n, p) - 1];
}

/* Smaller ones before, greater ones behind; returns where the halves meet. */
static size_t partition(int64_t *values, size_t n, int64_t pivot)
{
    size_t i = 0, j = n - 1;

    for (;;) {
        int64_t value;

        while (values[i] < pivot)
            i++;
        while (values[j] > pivot)
            j--;
        if (i >= j)
            return j;
        value = values[i];
        values[i++] = values[j];
        values[j--] = value;
    }
}

/*
 * Hoare's selection.  The pivot is drawn, so that no order of values, made by
 * chance or on purpose, is a slow one.
 */
int64_t stats_percentile_of(int64_t *values, size_t n, double p)
{
    size_t lo = 0, hi = n - 1, k = rank_of(n, p) - 1;
    uint64_t draw = n;

    while (lo < hi) {
        size_t reach = hi - lo, at; /* never the last: halves get smaller */

        draw = draw * UINT64_C(6364136223846793005) + 1442695040888963407;
        at = lo + partition(values + lo, reach + 1,
                            values[lo + (size_t)(draw >> 32) % reach]);
        if (k <= at)
            hi = at;
        else
            lo = at + 1;
    }
    return values[k];
}

double stats_mean(const int64_t *values, size_t n)
{
    double sum = 0;

    for (size_t i = 0; i < n; i++)
        sum += (double)values[i];
    return sum / (double)n;
}

size_t stats_below(const int64_t *sorted, size_t n, int64_t x)
{
    size_t lo = 0, hi = n;

    while (lo < hi) {
        size_t middle = lo + (hi - lo) / 2;

        if (sorted[middle] < x)
            lo = middle + 1;
        else
            hi = middle;
    }
    return lo;
}

/* From the centre outwards: the nearer neighbour is the next deviation. */
int64_t stats_mad(const int64_t *sorted, size_t n, int64_t centre)
{
    size_t above = stats_below(sorted, n, centre), below = above;
    int64_t deviation = 0;

    for (size_t rank = rank_of(n, 0.5); rank > 0; rank--) {
        if (above == n ||
            (below > 0 && centre - sorted[below - 1] < sorted[above] - centre))
            deviation = centre - sorted[--below];
        else
            deviation = sorted[above++] - centre;
    }
    return deviation;
}

struct stats_batches stats_of_batches(const double *m)
{
    double sd = gsl_stats_sd(m, 1, STATS_BATCHES);
    double t = gsl_cdf_tdist_Pinv(0.975, STATS_BATCHES - 1);

    return (struct stats_batches){
        .mean = gsl_stats_mean(m, 1, STATS_BATCHES),
        .half_width = t * sd / sqrt(STATS_BATCHES),
        .lag1 = sd > 0 ? gsl_stats_lag1_autocorrelation(m, 1, STATS_BATCHES)
                       : 0,
    };
}

/* n_eff = variance of one value / variance of the mean, from batch shares. */
static double size_of_shares(const double *shares, double p, double n)
{
    double var = gsl_stats_variance(shares, 1, STATS_BATCHES) / STATS_BATCHES;

    if (var <= 0 || p * (1 - p) / var > n)
        return n;
    return p * (1 - p) / var;
}

/* The share of values <= x in each batch; n at least STATS_MIN_VALUES. */
static void shares_below(const int64_t *values, size_t n, int64_t x,
                         double *shares)
{
    for (size_t b = 0; b < STATS_BATCHES; b++) {
        size_t from = b * n / STATS_BATCHES, to = (b + 1) * n / STATS_BATCHES;
        size_t hits = 0;

        for (size_t i = from; i < to; i++)
            hits += values[i] <= x;
        shares[b] = (double)hits / (double)(to - from);
    }
}

double stats_effective_size(const int64_t *values, size_t n, int64_t x,
                            double p)
{
    double shares[STATS_BATCHES];

    if (n < STATS_MIN_VALUES)
        return 0;
    shares_below(values, n, x, shares);
    return size_of_shares(shares, p, (double)n);
}

double stats_lag1(const int64_t *values, size_t n, int64_t x)
{
    double shares[STATS_BATCHES];

    if (n < STATS_MIN_VALUES)
        return 0;
    shares_below(values, n, x, shares);
    return stats_of_batches(shares).lag1;
}

/* Batch b begins at position b n / STATS_BATCHES, rounded down. */
int stats_batch_of(int64_t at, int64_t n)
{
    return (int)(((at + 1) * STATS_BATCHES - 1) / n);
}

double stats_share_size(const int64_t *hits, int64_t n)
{
    double shares[STATS_BATCHES];
    int64_t sum = 0;

    for (int64_t b = 0; b < STATS_BATCHES; b++) {
        int64_t from = b * n / STATS_BATCHES;
        int64_t to = (b + 1) * n / STATS_BATCHES;

        shares[b] = to > from ? (double)hits[b] / (double)(to - from) : 0;
        sum += hits[b];
    }
    if (n < STATS_MIN_VALUES || sum == 0 || sum == n)
        return (double)n;
    return size_of_shares(shares, (double)sum / (double)n, (double)n);
}

/*
 * GSL's own inverse can loop for ever, and its distribution fails for very
 * large parameters: so bisection for small ones, and the normal law with a
 * correction for skew (Cornish & Fisher) where that agrees to 1e-3 of the
 * interval.
 */
static double beta_inverse(double probability, double a, double b)
{
    double mean = a / (a + b), z = gsl_cdf_ugaussian_Pinv(probability);
    double skew = 2 * (b - a) * sqrt(a + b + 1) / ((a + b + 2) * sqrt(a * b));
    double lo = 0, hi = 1;

    if (a * b / (a + b) > 1000)
        return mean + (z + (z * z - 1) * skew / 6) *
                          sqrt(mean * (1 - mean) / (a + b + 1));
    for (int i = 0; i < 60; i++) {
        double middle = (lo + hi) / 2;

        if (gsl_cdf_beta_P(middle, a, b) < probability)
            lo = middle;
        else
            hi = middle;
    }
    return (lo + hi) / 2;
}

static size_t clamp_rank(double rank, size_t n)
{
    if (rank < 1)
        return 1;
    return rank > (double)n ? n : (size_t)rank;
}

/* The interval of a quantile whose value and n_eff are known. */
static void put_bounds(struct stats_quantile *q,
                       const struct stats_sample *sample)
{
    double n = (double)sample->n, size, lo, hi;

    q->is_known = q->n_eff * (1 - q->p) >= 10 - 1e-9;
    if (!q->is_known && q->n_eff > 0)
        q->more_s = sample->duration_s * (10 / (1 - q->p) / q->n_eff - 1);
    if (!q->is_known)
        return;
    size = q->n_eff * (1.96 / 2.045) * (1.96 / 2.045);
    lo = beta_inverse(0.025, size * q->p, size * (1 - q->p) + 1);
    hi = beta_inverse(0.975, size * q->p + 1, size * (1 - q->p));
    q->lo = sample->sorted[clamp_rank(floor(lo * n), sample->n) - 1];
    q->hi = sample->sorted[clamp_rank(ceil(hi * n), sample->n) - 1];
}

/*
 * counts[i]: how many values of a batch are above the first i quantiles and
 * not the next.  Most are above few, so the search begins at the first.
 */
static void count_above(const int64_t *values, size_t n,
                        const struct stats_quantile *q, int nq, size_t *counts)
{
    for (int i = 0; i <= nq; i++)
        counts[i] = 0;
    for (size_t i = 0; i < n; i++) {
        int above = 0;

        while (above < nq && values[i] > q[above].value)
            above++;
        counts[above]++;
    }
}

/* shares[i][b]: of the values <= quantile i in batch b. */
static void shares_of(const struct stats_sample *sample,
                      const struct stats_quantile *q, int nq,
                      double (*shares)[STATS_BATCHES])
{
    size_t counts[STATS_QUANTILES + 1], n = sample->n;

    for (size_t b = 0; b < STATS_BATCHES; b++) {
        size_t from = b * n / STATS_BATCHES, to = (b + 1) * n / STATS_BATCHES;
        size_t hits = 0;

        count_above(sample->in_time_order + from, to - from, q, nq, counts);
        for (int i = 0; i < nq; i++) {
            hits += counts[i];
            shares[i][b] = (double)hits / (double)(to - from);
        }
    }
}

void stats_quantiles(const struct stats_sample *sample, const double *p, int n,
                     struct stats_quantile *out)
{
    double shares[STATS_QUANTILES][STATS_BATCHES];

    for (int i = 0; i < n; i++) {
        out[i] = (struct stats_quantile){.p = p[i]};
        if (sample->n > 0)
            out[i].value = stats_percentile(sample->sorted, sample->n, p[i]);
    }
    if (sample->n < STATS_MIN_VALUES)
        return;
    shares_of(sample, out, n, shares);
    for (int i = 0; i < n; i++) {
        out[i].n_eff = size_of_shares(shares[i], p[i], (double)sample->n);
        out[i].lag1 = stats_of_batches(shares[i]).lag1;
        put_bounds(&out[i], sample);
    }
}

struct stats_quantile stats_quantile(const struct stats_sample *sample,
                                     double p)
{
    struct stats_quantile q;

    stats_quantiles(sample, &p, 1, &q);
    return q;
}

struct stats_quantile stats_quantile_of_shares(const int64_t *sorted, size_t n,
                                               double p, const double *shares)
{
    struct stats_sample sample = {.sorted = sorted, .n = n};
    struct stats_quantile q = {.p = p, .value = stats_percentile(sorted, n, p)};

    q.n_eff = size_of_shares(shares, p, (double)n);
    put_bounds(&q, &sample);
    return q;
}

struct stats_share stats_wilson(double share, double n_eff)
{
    double z2 = 1.96 * 1.96, half;
    struct stats_share out = {.value = share, .lo = 0, .hi = 1};

    if (n_eff <= 0)
        return out;
    half = 1.96 * sqrt(share * (1 - share) / n_eff + z2 / (4 * n_eff * n_eff));
    out.lo = (share + z2 / (2 * n_eff) - half) / (1 + z2 / n_eff);
    out.hi = (share + z2 / (2 * n_eff) + half) / (1 + z2 / n_eff);
    if (share <= 0)
        out.lo = 0;
    if (share >= 1)
        out.hi = 1;
    return out;
}
