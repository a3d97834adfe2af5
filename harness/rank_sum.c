#include "harness/rank_sum.h"

#include <math.h>

enum { SUMS = RANK_SUM_EXACT * RANK_SUM_EXACT + 1 };

/*
 * How many of the C(m+n, m) orders have U = u: the coefficients of
 * product over i = 1..m of (1 - x^(n+i)) / (1 - x^i).  They are whole numbers
 * below 2^64, so that what wraps on the way comes out right.  orders is 0.
 */
static void count_orders(int m, int n, uint64_t *orders)
{
    int top = m * n;

    orders[0] = 1;
    for (int i = 1; i <= m; i++) {
        for (int u = top; u >= n + i; u--)
            orders[u] -= orders[u - n - i];
        for (int u = i; u <= top; u++)
            orders[u] += orders[u - i];
    }
}

static double two_sided(double one_sided)
{
    return one_sided < 0.5 ? 2 * one_sided : 1;
}

static double normal_p(int m, int n, int64_t u)
{
    double mean = (double)m * n / 2;
    double sd = sqrt((double)m * n * (m + n + 1.0) / 12);

    return two_sided(erfc((mean - (double)u - 0.5) / sd / sqrt(2)) / 2);
}

double rank_sum_p(int m, int n, int64_t u)
{
    uint64_t orders[SUMS] = {0};
    double all = 0, below = 0;

    if (u < 0)
        return 0;
    if (m > RANK_SUM_EXACT || n > RANK_SUM_EXACT)
        return normal_p(m, n, u);
    count_orders(m, n, orders);
    for (int s = 0; s <= m * n; s++) {
        all += (double)orders[s];
        below += s <= u ? (double)orders[s] : 0;
    }
    return two_sided(below / all);
}

int64_t rank_sum_k(int m, int n)
{
    int64_t lo = -1, hi = (int64_t)m * n / 2 + 1;

    while (hi - lo > 1) {
        int64_t middle = lo + (hi - lo) / 2;

        if (rank_sum_p(m, n, middle) <= 0.05)
            lo = middle;
        else
            hi = middle;
    }
    return lo;
}
