/* Where a run was made: environment.json. */
#ifndef HARNESS_ENVIRONMENT_H
#define HARNESS_ENVIRONMENT_H

#include "harness/floor.h"
#include "lib/err.h"

struct environment {
    struct floor_result floor;
    double load_before[3], load_after[3]; /* 1, 5, 15 minutes */
    int ended;                            /* load_after holds */
};

/* Measure the instrument and the load before a run. */
int environment_begin(struct environment *environment, struct err *err);

/* Take the load after it. */
void environment_end(struct environment *environment);

/*
 * The JSON text; the caller frees.  Facts that this machine does not tell
 * are null, never guesses.  NULL when out of memory.
 */
char *environment_json(const struct environment *environment);

#endif
