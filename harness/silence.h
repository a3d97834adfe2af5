/*
 * The longest stretch of a run without an answer, on any connection: from the
 * first send to the last event of the record.  In a closed loop an outage is
 * in no percentile, for nothing is sent meanwhile.
 */
#ifndef HARNESS_SILENCE_H
#define HARNESS_SILENCE_H

#include "harness/samples.h"

#include <stdint.h>

struct silence {
    int64_t longest_ns, from_ns; /* 0: shorter than 1/1024 of the run */
    int64_t limit_ns;            /* of lib/outage.h */
    int is_outage;               /* longer than that */
    int lasts;                   /* and the run ended meanwhile */
};

/* Nothing holds for a run in which nothing was sent. */
struct silence silence_of(const struct samples *samples);

#endif
