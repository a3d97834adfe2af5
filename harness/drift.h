/*
 * Drift: does a series go up or down from its start to its end?  Spikes do
 * not matter, nor how the values are distributed.
 *
 * source   Mann (1945), Kendall (1975), ties allowed for; Theil (1950), Sen
 *          (1968)
 */
#ifndef HARNESS_DRIFT_H
#define HARNESS_DRIFT_H

#define DRIFT_MAX 64 /* values */

struct drift {
    int is_known;    /* there were enough values; else nothing holds */
    double z;        /* of Mann-Kendall: above 0 when it goes up */
    int is_drifting; /* |z| > 2.576: chance does that in 1 of 100 runs,
                      * where batches are independent */
    double change;   /* over the whole series, as a share of its start:
                        from the slope of ln y */
};

/* Of y[0..n), in time order, each above 0; 8 <= n <= DRIFT_MAX. */
struct drift drift_find(const double *y, int n);

#endif
