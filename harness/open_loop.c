#include "harness/open_loop.h"

#include <string.h>

struct open_loop open_loop_of(const struct samples *samples, double duration_s,
                              int64_t *scratch)
{
    static const double shares[OPEN_LOOP_QUANTILES] = {0.5, 0.9, 0.99, 0.999};
    struct stats_sample sample = {samples->response_ns, scratch, samples->n,
                                  duration_s};
    struct open_loop out = {.is_open = samples->response_ns != NULL};
    size_t n = samples->n;

    if (!out.is_open || n == 0)
        return out;
    for (size_t i = 0; i < n; i++)
        scratch[i] = samples->response_ns[i] - samples->rtt_ns[i];
    out.late_p99_ns = stats_percentile_of(scratch, n, 0.99);
    out.late_max_ns = stats_percentile_of(scratch, n, 1);
    memcpy(scratch, samples->response_ns, n * sizeof *scratch);
    stats_sort(scratch, n);
    stats_quantiles(&sample, shares, OPEN_LOOP_QUANTILES, out.response);
    out.response_max_ns = scratch[n - 1];
    return out;
}
