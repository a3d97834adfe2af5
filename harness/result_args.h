/* Arguments that verify and report share: DIR... [--allow-partial]. */
#ifndef HARNESS_RESULT_ARGS_H
#define HARNESS_RESULT_ARGS_H

#include "lib/args.h"
#include "lib/err.h"

#define RESULT_ARGS_MAX 1000

struct result_args {
    const char *folders[RESULT_ARGS_MAX];
    int nfolders;
    int allow_partial;
};

/* The option, for a table of groups. */
struct args_group result_args_group(struct result_args *args);

/* Takes a folder; for struct args_spec, with args as its ctx. */
int result_args_operand(const char *text, void *ctx, struct err *err);

/* At least one folder must have been named.  Error: usage. */
int result_args_check(const struct result_args *args, struct err *err);

#endif
