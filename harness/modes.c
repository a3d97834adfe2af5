#include "harness/modes.h"

#include <math.h>

static const double least_share = 0.05, least_ratio = 1.5;
enum { MIN_VALUES = 20, DIP = 3 };

/* Otsu: the cut that leaves most of the variance between the two parts. */
static int cut_of(const int64_t *q, int n)
{
    double sum = 0, below = 0, best = -1, apart;
    int cut = 0;

    for (int i = 0; i < n; i++)
        sum += log((double)q[i]);
    for (int k = 1; k < n; k++) {
        below += log((double)q[k - 1]);
        apart = (sum - below) / (n - k) - below / k;
        if (apart * apart * k * (n - k) > best) {
            best = apart * apart * k * (n - k);
            cut = k;
        }
    }
    return cut;
}

/* How many are no further than a factor exp(width) from centre. */
static int around(const int64_t *q, int n, double centre, double width)
{
    int count = 0;

    for (int i = 0; i < n; i++)
        count += fabs(log((double)q[i] / centre)) <= width;
    return count;
}

static int has_dip(const int64_t *q, int n, const struct modes *modes)
{
    double width = log(modes->high_ns / modes->low_ns) / 6;
    double between = sqrt(modes->low_ns * modes->high_ns);
    int middle = around(q, n, between, width);

    return DIP * middle <= around(q, n, modes->low_ns, width) &&
           DIP * middle <= around(q, n, modes->high_ns, width);
}

struct modes modes_of(const int64_t *quantiles, int n)
{
    struct modes modes = {0};
    int cut, low, high;

    if (n < MIN_VALUES)
        return modes;
    cut = cut_of(quantiles, n);
    if (cut < least_share * n || n - cut < least_share * n)
        return modes;
    low = cut / 2;
    high = (cut + n) / 2;
    modes.low_ns = (double)quantiles[low];
    modes.high_ns = (double)quantiles[high];
    modes.high_share = (double)(n - cut) / n;
    modes.are_two = modes.high_ns >= least_ratio * modes.low_ns &&
                    has_dip(quantiles, n, &modes);
    return modes;
}
