/*
 * A run over time: equal bins of time with the quantiles of the round trips
 * that ended in each and the bits that were echoed meanwhile.  A figure needs
 * no more, however many messages there were.
 */
#ifndef HARNESS_SERIES_H
#define HARNESS_SERIES_H

#include "harness/samples.h"
#include "lib/err.h"

#include <stdint.h>

#define SERIES_MAX_BINS 600

/* Fewer messages than this are shown one by one. */
#define SERIES_MAX_DOTS 2000

struct series_bin {
    int64_t n;                      /* round trips that ended here; when 0: */
    int64_t min, p5, p50, p95, max; /* of their RTT in ns; hold nothing */
    double bits;                    /* echoed in this bin, one direction */
};

struct series {
    int64_t start_ns, end_ns; /* first send .. last event of the run */
    int nbins;
    struct series_bin *bins;
};

/* How many bins n messages fill well: 20 in each, 1 .. 600. */
int series_bins_for(int64_t n);

/*
 * Bin the samples; {0} bins when there are none.  `scratch` has room for
 * samples->n values.  Error: no-memory.
 * Each message's bits are spread evenly over its round trip, so that the bits
 * of all bins add up to those of the run and a slow path gives no steps.
 */
int series_build(struct series *series, const struct samples *samples,
                 int64_t *scratch, struct err *err);

void series_release(struct series *series);

/* Length of a bin in s. */
double series_bin_s(const struct series *series);

/*
 * Spread the bits of all samples over nbins equal bins of
 * [start_ns, end_ns), which contains them; bits[] is set, not added to.
 */
void series_spread_bits(const struct samples *samples, int64_t start_ns,
                        int64_t end_ns, int nbins, double *bits);

#endif
