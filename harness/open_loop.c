#include "harness/open_loop.h"

#include <string.h>

/* The share p of all that were due is a greater one of the answered. */
static void quantiles(struct open_loop *out, const struct stats_sample *sample)
{
    static const double shares[OPEN_LOOP_QUANTILES] = {0.5, 0.9, 0.99, 0.999};
    double of_answered[OPEN_LOOP_QUANTILES];
    int n = 0;

    while (n < OPEN_LOOP_QUANTILES && shares[n] < 1 - out->missed_share) {
        of_answered[n] = shares[n] / (1 - out->missed_share);
        n++;
    }
    stats_quantiles(sample, of_answered, n, out->response);
}

struct open_loop open_loop_of(const struct samples *samples, double duration_s,
                              int64_t *scratch)
{
    /* When all that were sent were sent in time, the round trips. */
    const int64_t *response_ns = samples->response_ns ? samples->response_ns
                                                      : samples->rtt_ns;
    size_t n = samples->n;
    struct stats_sample sample = {response_ns, scratch, n, duration_s};
    struct open_loop out = {.is_open = samples->response_ns != NULL ||
                                       samples->missed > 0,
                            .missed = samples->missed};

    if (!out.is_open || n == 0)
        return out;
    out.missed_share = (double)out.missed / (double)(out.missed + (int64_t)n);
    for (size_t i = 0; i < n; i++)
        scratch[i] = response_ns[i] - samples->rtt_ns[i];
    out.has_late_p99 = n >= 1000;
    out.late_p99_ns = stats_percentile_of(scratch, n, 0.99);
    out.late_max_ns = stats_percentile_of(scratch, n, 1);
    memcpy(scratch, response_ns, n * sizeof *scratch);
    stats_sort(scratch, n);
    quantiles(&out, &sample);
    out.response_max_ns = scratch[n - 1];
    return out;
}
