/* How many round trips ended when, and how long they took: a grid of counts. */
#ifndef HARNESS_HEAT_H
#define HARNESS_HEAT_H

#include "harness/samples.h"
#include "lib/err.h"

#include <stdint.h>

enum { HEAT_X = 200, HEAT_Y = 80 };

struct heat {
    int64_t start_ns, end_ns; /* first send .. last event of the run */
    int64_t lo_ns, hi_ns;     /* the RTTs lie between, both included */
    int64_t most;             /* in one cell */
    uint32_t *cell;           /* [y * HEAT_X + x]; NULL: nothing answered */
};

/*
 * Count the answered messages: x in equal steps of time, y in equal steps of
 * log RTT.  The cells add up to samples->n.  Error: no-memory.
 */
int heat_of(struct heat *out, const struct samples *samples, struct err *err);

/* {0} is releasable. */
void heat_release(struct heat *heat);

#endif
