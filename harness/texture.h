/*
 * What the round trips of a run look like beyond their quantiles: the first of
 * each connection, and a heap at 40 ms.
 */
#ifndef HARNESS_TEXTURE_H
#define HARNESS_TEXTURE_H

#include "harness/samples.h"
#include "lib/err.h"

#include <stdint.h>

struct texture {
    int64_t firsts;       /* connections that were answered; their first */
    int64_t first_p50_ns; /* answers: the median RTT.  0: no connection */
    /*
     * Round trips of 20..35, 35..50 and 50..65 ms: a delayed acknowledgement
     * takes 40 ms, and up to two ticks of the kernel (4 ms) more.
     */
    int64_t before_40ms, at_40ms, after_40ms;
};

/* `sorted`: the RTTs, ascending.  Error: no-memory. */
int texture_of(struct texture *out, const struct samples *samples,
               const int64_t *sorted, struct err *err);

#endif
