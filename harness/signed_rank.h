/*
 * Wilcoxon's signed-rank law: of n differences without a direction, T is the
 * number of Walsh averages (d_i + d_j) / 2, i <= j, below zero.  Exact up to
 * SIGNED_RANK_EXACT differences; beyond that the normal law with continuity
 * correction, which is off by less than 1e-3 there.
 */
#ifndef HARNESS_SIGNED_RANK_H
#define HARNESS_SIGNED_RANK_H

#include <stdint.h>

#define SIGNED_RANK_EXACT 64

/* min(1, 2 P(T <= t)): the two-sided p-value; n >= 1. */
double signed_rank_p(int n, int64_t t);

/*
 * The greatest k with 2 P(T <= k) <= 0.05: the (k+1)-th smallest and greatest
 * Walsh average bound a 95 % interval.  -1 when there is none: n < 6.
 */
int64_t signed_rank_k(int n);

#endif
