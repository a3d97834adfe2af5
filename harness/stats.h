/*
 * Statistics: pure functions on arrays, no input or output.  Round trips are
 * neither normal nor independent, so quantiles come from ranks and intervals
 * from an effective sample size.  The only user of GSL.
 */
#ifndef HARNESS_STATS_H
#define HARNESS_STATS_H

#include <stddef.h>
#include <stdint.h>

/* Batches in time order that every interval is made of. */
#define STATS_BATCHES 30

/* Fewer values than this (two a batch) make no interval. */
#define STATS_MIN_VALUES 60

/* Sort ascending. */
void stats_sort(int64_t *values, size_t n);
void stats_sort_reals(double *values, size_t n);

/* Median, the mean of the middle two when n (>= 1) is even; sorts values. */
double stats_median(double *values, size_t n);

/*
 * Nearest-rank percentile of sorted[0..n), ascending: the smallest value x
 * for which at least the share p of all values is <= x.
 *
 * p        0 < p <= 1
 * n        at least 1
 * source   RFC 2330, section 11.3; Hyndman & Fan (1996), definition 1
 */
int64_t stats_percentile(const int64_t *sorted, size_t n, double p);

/* The same of values in any order, which it moves about; O(n). */
int64_t stats_percentile_of(int64_t *values, size_t n, double p);

/* How many of sorted[0..n), ascending, are less than x. */
size_t stats_below(const int64_t *sorted, size_t n, int64_t x);

/* Arithmetic mean; n at least 1. */
double stats_mean(const int64_t *values, size_t n);

/* Median absolute deviation from `centre`, by nearest rank, not scaled. */
int64_t stats_mad(const int64_t *sorted, size_t n, int64_t centre);

/* The mean of 30 batch means and how far it can be trusted. */
struct stats_batches {
    double mean;
    double half_width; /* of the 95 % interval: t(29) x s / sqrt(30) */
    double lag1;       /* correlation of neighbours; 0 when all are equal */
};

/* Student's interval over the batch means m[0..STATS_BATCHES). */
struct stats_batches stats_of_batches(const double *m);

/*
 * How many independent values would tell as much about the share of values
 * <= x as values[0..n), in time order, do: p(1-p) / variance of the mean of
 * the indicator by batches, at most n.  0 when n < STATS_MIN_VALUES.
 */
double stats_effective_size(const int64_t *values, size_t n, int64_t x,
                            double p);

/*
 * Lag-1 correlation of the batch shares of values <= x.  Above 0.3 the run is
 * too short for its own memory: intervals come out too narrow.
 */
double stats_lag1(const int64_t *values, size_t n, int64_t x);

/* A quantile that is only to be printed with its interval. */
struct stats_quantile {
    double p;
    double n_eff;
    double lag1;  /* of the batch shares, see stats_lag1 */
    int is_known; /* n_eff (1-p) >= 10: value, lo and hi hold */
    int64_t value, lo, hi;
    double more_s; /* when not known: seconds to go on measuring; 0: ? */
};

/* One sample, twice: as it came, and sorted. */
struct stats_sample {
    const int64_t *in_time_order, *sorted;
    size_t n;
    double duration_s;
};

/*
 * The quantile p (0.5 <= p < 1) with its 95 % interval from order statistics:
 * Clopper-Pearson on p with n_eff shrunk by (1.96/2.045)^2, which makes up
 * for n_eff being an estimate from 30 batches.
 */
struct stats_quantile stats_quantile(const struct stats_sample *sample,
                                     double p);

/*
 * The same for p[0..n), ascending, n at most STATS_QUANTILES, in one pass over
 * the sample.
 */
#define STATS_QUANTILES 64
void stats_quantiles(const struct stats_sample *sample, const double *p, int n,
                     struct stats_quantile *out);

/*
 * One of them when it is known already what share of each batch in time order
 * is <= sorted's quantile p.  n at least STATS_MIN_VALUES; more_s is 0.
 */
struct stats_quantile stats_quantile_of_shares(const int64_t *sorted, size_t n,
                                               double p, const double *shares);

/* A share k/n with Wilson's 95 % bounds, n made smaller to n_eff. */
struct stats_share {
    double value, lo, hi;
};
struct stats_share stats_wilson(double share, double n_eff);

/*
 * The effective size for a share, from the count of hits in each batch; which
 * batch position 0 <= at < n of a series belongs to.
 */
int stats_batch_of(int64_t at, int64_t n);
double stats_share_size(const int64_t *hits, int64_t n);

#endif
