#include "harness/outliers.h"

#include "harness/stats.h"

#include <math.h>

/* How many are less than x. */
static size_t rank_of(const int64_t *sorted, size_t n, double x)
{
    size_t lo = 0, hi = n;

    while (lo < hi) {
        size_t middle = lo + (hi - lo) / 2;

        if ((double)sorted[middle] < x)
            lo = middle + 1;
        else
            hi = middle;
    }
    return lo;
}

/* Three times the distance of the logarithms is the ratio to the third. */
struct outliers outliers_find(const int64_t *sorted, size_t n)
{
    struct outliers found = {0};
    double q1, q3, reach;

    if (n < 4)
        return found;
    q1 = (double)stats_percentile(sorted, n, 0.25);
    q3 = (double)stats_percentile(sorted, n, 0.75);
    if (q1 >= q3)
        return found;
    reach = pow(q3 / q1, 3);
    found.is_known = 1;
    found.lo_ns = q1 / reach;
    found.hi_ns = q3 * reach;
    found.below = (int64_t)rank_of(sorted, n, found.lo_ns);
    found.above = (int64_t)(n - rank_of(sorted, n,
                                        nextafter(found.hi_ns, INFINITY)));
    return found;
}

void outliers_locate(struct outliers *outliers, const int64_t *received_ns,
                     const int64_t *rtt_ns, size_t n)
{
    int has_one = 0;

    for (size_t i = 0; outliers->is_known && i < n; i++) {
        double rtt = (double)rtt_ns[i];

        if (rtt >= outliers->lo_ns && rtt <= outliers->hi_ns)
            continue;
        if (!has_one || received_ns[i] < outliers->first_ns)
            outliers->first_ns = received_ns[i];
        if (!has_one || received_ns[i] > outliers->last_ns)
            outliers->last_ns = received_ns[i];
        has_one = 1;
    }
}
