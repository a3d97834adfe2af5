#include "harness/signed_rank.h"

#include <math.h>

enum { SUMS = SIGNED_RANK_EXACT * (SIGNED_RANK_EXACT + 1) / 2 + 1 };

/* P(T = s) for all s: each rank 1..n is in the sum or not, evenly.  p is 0. */
static void law(int n, double *p)
{
    int top = 0;

    p[0] = 1;
    for (int rank = 1; rank <= n; rank++) {
        top += rank;
        for (int s = top; s >= 0; s--)
            p[s] = (p[s] + (s >= rank ? p[s - rank] : 0)) / 2;
    }
}

static double two_sided(double one_sided)
{
    return one_sided < 0.5 ? 2 * one_sided : 1;
}

static double normal_p(int n, int64_t t)
{
    double mean = n * (n + 1.0) / 4;
    double sd = sqrt(n * (n + 1.0) * (2.0 * n + 1) / 24);

    return two_sided(erfc((mean - (double)t - 0.5) / sd / sqrt(2)) / 2);
}

double signed_rank_p(int n, int64_t t)
{
    double p[SUMS] = {0}, sum = 0;

    if (t < 0)
        return 0;
    if (n > SIGNED_RANK_EXACT)
        return normal_p(n, t);
    law(n, p);
    for (int64_t s = 0; s <= t && s <= (int64_t)n * (n + 1) / 2; s++)
        sum += p[s];
    return two_sided(sum);
}

int64_t signed_rank_k(int n)
{
    int64_t lo = -1, hi = (int64_t)n * (n + 1) / 4 + 1;

    while (hi - lo > 1) {
        int64_t middle = lo + (hi - lo) / 2;

        if (signed_rank_p(n, middle) <= 0.05)
            lo = middle;
        else
            hi = middle;
    }
    return lo;
}
