/* Where a run was made: environment.json. */
#ifndef HARNESS_ENVIRONMENT_H
#define HARNESS_ENVIRONMENT_H

#include "harness/conditions.h"
#include "harness/far_facts.h"
#include "harness/floor.h"
#include "harness/machine.h"
#include "harness/result.h"
#include "lib/err.h"

struct environment {
    struct floor_result floor;
    char governor[MACHINE_GOVERNOR_SIZE];
    struct machine_load load_before, load_after; /* the latter once ended */
    struct far_facts far; /* of the other end, where ours ran there */
};

/* Measure the instrument and the load before a run. */
int environment_begin(struct environment *environment, struct err *err);

/* Take the load after it. */
void environment_end(struct environment *environment);

/*
 * The JSON text, with the conditions of each run of `result` that was begun;
 * the caller frees.  Facts that this machine does not tell are null, never
 * guesses.  NULL when out of memory.
 */
char *environment_json(const struct environment *environment,
                       const struct result *result,
                       const struct conditions *conditions);

#endif
