/* The options by which `run` and `check` change a scenario. */
#ifndef HARNESS_SCENARIO_ARGS_H
#define HARNESS_SCENARIO_ARGS_H

#include "harness/scenario.h"
#include "lib/args.h"

enum { SCENARIO_MAX_SET = 32 };

/* What the command line says.  {0} is a valid empty one. */
struct scenario_args {
    const char *file;
    struct scenario_overrides overrides;
    const char *set[SCENARIO_MAX_SET];
};

/* --host --port --allow --site --set. */
struct args_group scenario_args_group(struct scenario_args *args);

/* Takes the operand FILE, once. */
int scenario_args_operand(const char *text, void *ctx, struct err *err);

/* scenario_load with these arguments; a missing FILE is a usage error. */
int scenario_args_load(struct scenario_args *args, struct scenario *scenario,
                       char **text, struct err *err);

#endif
