#include "harness/texture.h"

#include "harness/stats.h"
#include "lib/clock.h"

#include <stdlib.h>

static int64_t within_ms(const int64_t *sorted, size_t n, int from, int to)
{
    return (int64_t)(stats_below(sorted, n, to * CLOCK_NS_PER_MS) -
                     stats_below(sorted, n, from * CLOCK_NS_PER_MS));
}

/* `first_ns` has room for each connection; 0 there: not seen yet. */
static void find_firsts(struct texture *out, const struct samples *samples,
                        int64_t *first_ns)
{
    int64_t n = 0;

    for (size_t i = 0; i < samples->n; i++)
        if (!first_ns[samples->conn[i]])
            first_ns[samples->conn[i]] = samples->rtt_ns[i];
    for (int64_t c = 0; c < samples->nconns; c++)
        if (first_ns[c])
            first_ns[n++] = first_ns[c];
    out->firsts = n;
    if (n > 0)
        out->first_p50_ns = stats_percentile_of(first_ns, (size_t)n, 0.5);
}

int texture_of(struct texture *out, const struct samples *samples,
               const int64_t *sorted, struct err *err)
{
    int64_t *first_ns = calloc((size_t)samples->nconns + 1, sizeof *first_ns);

    *out = (struct texture){0};
    if (!first_ns)
        return err_set(err, ERR_RESOURCE, "no-memory", "out of memory");
    find_firsts(out, samples, first_ns);
    free(first_ns);
    if (samples->n == 0)
        return 0;
    out->before_40ms = within_ms(sorted, samples->n, 20, 35);
    out->at_40ms = within_ms(sorted, samples->n, 35, 50);
    out->after_40ms = within_ms(sorted, samples->n, 50, 65);
    return 0;
}
