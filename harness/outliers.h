/*
 * Outliers: round trips beyond Tukey's outer fences on ln RTT.  They are
 * counted and never dropped.
 *
 * source   Tukey (1977): Q1 - 3 (Q3 - Q1) and Q3 + 3 (Q3 - Q1)
 */
#ifndef HARNESS_OUTLIERS_H
#define HARNESS_OUTLIERS_H

#include <stddef.h>
#include <stdint.h>

struct outliers {
    int is_known;        /* quartiles differ; else no fence can be built */
    double lo_ns, hi_ns; /* the fences */
    int64_t below, above;
    int64_t first_ns, last_ns; /* of outliers_locate; hold when there are any */
};

/* Of sorted[0..n), ascending, each above 0. */
struct outliers outliers_find(const int64_t *sorted, size_t n);

/* When the first and the last was received. */
void outliers_locate(struct outliers *outliers, const int64_t *received_ns,
                     const int64_t *rtt_ns, size_t n);

#endif
