/* The warnings of one run, by the limits of harness/fitness.h. */
#ifndef HARNESS_DOUBTS_H
#define HARNESS_DOUBTS_H

#include "harness/conditions.h"
#include "harness/floor.h"
#include "harness/result.h"
#include "harness/summary.h"

struct doubts {
    const struct summary *summary;
    const struct floor_result *floor;
    const struct conditions *conditions;
    const char *governor; /* "" is not known */
    /* No earlier run of ours has left its load behind. */
    int is_first;
};

/*
 * Those of the server's host by what it told of itself, by the same limits;
 * none when that host is this machine.  doubts_add calls it.
 */
void doubts_add_far(struct result_run *run, const struct far_facts *far,
                    int is_first);

/* Add a warning to the run for each reason to doubt its numbers. */
void doubts_add(struct result_run *run, const struct doubts *doubts);

#endif
