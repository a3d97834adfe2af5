#include "harness/suspect.h"

#include <stdlib.h>
#include <string.h>

int suspect_add(struct suspect *suspect, int is_ok, size_t place)
{
    suspect->rows++;
    if (!is_ok)
        return 0;
    if (suspect->n == suspect->cap) {
        size_t cap = suspect->cap ? suspect->cap * 2 : 64;
        size_t *more = realloc(suspect->answers, cap * sizeof *more);

        if (!more)
            return -1;
        suspect->answers = more;
        suspect->cap = cap;
    }
    suspect->answers[suspect->n++] = place;
    return 0;
}

void suspect_drop(struct suspect *suspect)
{
    free(suspect->answers);
    suspect->answers = NULL;
    suspect->n = suspect->cap = 0;
}

/* Copy all but the suspect; returns how many. */
static size_t copy_rest(const struct suspect *suspect, const int64_t *values,
                        size_t n, int64_t *to)
{
    size_t kept = 0, next = 0;

    for (size_t i = 0; i < n; i++) {
        if (next < suspect->n && suspect->answers[next] == i)
            next++;
        else
            to[kept++] = values[i];
    }
    return kept;
}

int suspect_without(const struct suspect *suspect, const int64_t *values,
                    size_t n, double duration_s, struct stats_quantile *out)
{
    static const double shares[SUSPECT_QUANTILES] = {0.5, 0.9, 0.99, 0.999};
    int64_t *rest = malloc(2 * (n + 1) * sizeof *rest), *sorted;
    struct stats_sample sample = {.in_time_order = rest,
                                  .duration_s = duration_s};

    if (!rest)
        return -1;
    sample.sorted = sorted = rest + n + 1;
    sample.n = copy_rest(suspect, values, n, rest);
    memcpy(sorted, rest, sample.n * sizeof *sorted);
    stats_sort(sorted, sample.n);
    if (sample.n > 0)
        stats_quantiles(&sample, shares, SUSPECT_QUANTILES, out);
    free(rest);
    return 0;
}
