#include "harness/warmup.h"

#include <math.h>

/* One logarithm a batch: five RTTs of years multiply to 1e90 at most. */
double warmup_batch(double product)
{
    return log(product) / WARMUP_BATCH;
}

/* From the end, so that mean and sum of squares of the rest only grow. */
static size_t best_cut(const double *z, size_t k)
{
    double mean = 0, squares = 0, least = INFINITY;
    size_t best = 0;

    for (size_t n = 1; n <= k; n++) {
        double off = z[k - n] - mean, error;

        mean += off / (double)n;
        squares += off * (z[k - n] - mean);
        error = squares / ((double)n * (double)n);
        if (n < 5 || error > least)
            continue;
        least = error;
        best = k - n;
    }
    return best;
}

struct warmup warmup_find(const double *z, size_t k)
{
    struct warmup found = {0};
    size_t cut;

    if (k < WARMUP_MIN_BATCHES)
        return found;
    cut = best_cut(z, k);
    found.is_judged = 1;
    found.is_steady = cut <= k / 2;
    if (found.is_steady)
        found.cut = (int64_t)cut * WARMUP_BATCH;
    return found;
}
