/*
 * Mann and Whitney's law: of two groups of m and n values without a
 * difference, U is the number of pairs in which the first one's value is the
 * greater.  Exact while m and n are at most RANK_SUM_EXACT; beyond that the
 * normal law with continuity correction, which is off by less than 1e-3 there.
 */
#ifndef HARNESS_RANK_SUM_H
#define HARNESS_RANK_SUM_H

#include <stdint.h>

#define RANK_SUM_EXACT 32

/* min(1, 2 P(U <= u)): the two-sided p-value; m, n >= 1. */
double rank_sum_p(int m, int n, int64_t u);

/*
 * The greatest k with 2 P(U <= k) <= 0.05: the (k+1)-th smallest and greatest
 * of the m x n differences bound a 95 % interval.  -1 when there is none, as
 * with 3 against 3.
 */
int64_t rank_sum_k(int m, int n);

#endif
