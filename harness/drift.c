#include "harness/drift.h"

#include "harness/stats.h"

#include <math.h>

static const double two_sided_1_percent = 2.576;

static int sign(double x)
{
    return (x > 0) - (x < 0);
}

/* n (n-1) (2n+5) / 18, less the same of every group of equal values. */
static double variance_of_score(const double *y, int n)
{
    double sum = n * (n - 1.0) * (2 * n + 5);

    for (int i = 0; i < n; i++) {
        int before = 0, equal = 0;

        for (int j = 0; j < n; j++) {
            before += j < i && y[j] == y[i];
            equal += y[j] == y[i];
        }
        if (before == 0)
            sum -= equal * (equal - 1.0) * (2 * equal + 5);
    }
    return sum / 18;
}

static double mann_kendall(const double *y, int n)
{
    double variance = variance_of_score(y, n);
    int score = 0;

    for (int i = 0; i < n; i++)
        for (int j = i + 1; j < n; j++)
            score += sign(y[j] - y[i]);
    return variance > 0 ? (score - sign(score)) / sqrt(variance) : 0;
}

/* Theil and Sen's slope of the logarithms, over all n: never below -100 %. */
static double change_of(const double *y, int n)
{
    double slopes[DRIFT_MAX * (DRIFT_MAX - 1) / 2];
    int m = 0;

    for (int i = 0; i < n; i++)
        for (int j = i + 1; j < n; j++)
            slopes[m++] = log(y[j] / y[i]) / (j - i);
    return expm1(stats_median(slopes, (size_t)m) * n);
}

struct drift drift_find(const double *y, int n)
{
    struct drift drift = {.is_known = 1};

    drift.z = mann_kendall(y, n);
    drift.is_drifting = fabs(drift.z) > two_sided_1_percent;
    drift.change = change_of(y, n);
    return drift;
}
