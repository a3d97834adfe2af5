/*
 * Warm-up: how many messages at the start are not like the rest.
 *
 * MSER-5 on ln RTT, of one connection in send order: cut the d batches of five
 * messages for which the mean of the rest is known best, that is
 *
 *     sum over j > d of (z_j - mean_d)^2  /  (k - d)^2     is least, d <= k - 5
 *
 * where z_j is the mean of five successive ln RTT.  On ln RTT because a few
 * spikes would decide on the RTT itself.
 *
 * source   White (1997); White, Cobb & Spratt (2000)
 */
#ifndef HARNESS_WARMUP_H
#define HARNESS_WARMUP_H

#include <stddef.h>
#include <stdint.h>

#define WARMUP_BATCH 5

/* With fewer batches than this (100 messages) nothing is judged or cut. */
#define WARMUP_MIN_BATCHES 20

struct warmup {
    int is_judged; /* there were batches enough */
    int is_steady; /* a steady state was found; else nothing is cut */
    int64_t cut;   /* messages before it, a multiple of WARMUP_BATCH */
};

/* From z[0..k), O(k).  A cut in the second half is no steady state. */
struct warmup warmup_find(const double *z, size_t k);

/* z_j, from the product of its five RTTs in ns. */
double warmup_batch(double product);

#endif
