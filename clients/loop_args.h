/* The options that say how messages follow each other, and who sends them. */
#ifndef CLIENTS_LOOP_ARGS_H
#define CLIENTS_LOOP_ARGS_H

#include "clients/load.h"
#include "lib/args.h"

/* --rate, --arrival, --window, ...: into plan, which has its defaults. */
struct args_group loop_args_group(struct load_plan *plan);

/* 0, or -1 for what does not go together: usage (ERR_USAGE). */
int loop_args_check(const struct load_plan *plan, struct err *err);

#endif
