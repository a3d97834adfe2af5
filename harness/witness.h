/*
 * Who looks on while the runs of a folder are made: takes the conditions of
 * each, warns of what is to be doubted, and says at the end how often to
 * repeat.
 */
#ifndef HARNESS_WITNESS_H
#define HARNESS_WITNESS_H

#include "harness/conditions.h"
#include "harness/environment.h"
#include "harness/repeats.h"
#include "harness/result.h"
#include "harness/summary.h"
#include "lib/err.h"

#include <stdio.h>

struct witness {
    const struct result *result;
    struct environment environment;
    /* One for each run of the result. */
    struct conditions *conditions;
    struct repeats_run *repeats; /* batches 0: tells nothing */
};

/* Measure the instrument.  Errors: no-memory, those of environment_begin. */
int witness_begin(struct witness *witness, const struct result *result,
                  struct err *err);

/* Just before the programs of run number i are started, */
void witness_run_begin(struct witness *witness, int i);

/* now and then while they run (server 0: on another machine), */
void witness_look(struct witness *witness, int i, pid_t client, pid_t server);

/*
 * and when they have ended and left a record: the server was at that host,
 * which may have told about itself.
 */
void witness_run_end(struct witness *witness, int i, const char *host,
                     const struct far_facts *far);

/* Add the warnings of run number i, which has been summed up. */
void witness_judge(struct witness *witness, int i,
                   const struct summary *summary);

/* After the last run: environment.json; the caller frees.  NULL: no memory. */
char *witness_json(struct witness *witness, int is_over);

/* How often to repeat each case that was repeated. */
void witness_advise(const struct witness *witness, FILE *to);

/* {0} is releasable. */
void witness_release(struct witness *witness);

#endif
