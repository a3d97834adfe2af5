#include "harness/result_args.h"

static int allow_partial(int key, const char *value, void *ctx, struct err *err)
{
    struct result_args *args = ctx;

    (void)key;
    (void)value;
    (void)err;
    args->allow_partial = 1;
    return 0;
}

struct args_group result_args_group(struct result_args *args)
{
    static const struct args_option options[] = {
        {"allow-partial", 'p', NULL, NULL,
         "accept a run that was interrupted, and say so"},
        {0},
    };

    return (struct args_group){options, allow_partial, args};
}

int result_args_operand(const char *text, void *ctx, struct err *err)
{
    struct result_args *args = ctx;

    if (args->nfolders == RESULT_ARGS_MAX) {
        err_set(err, ERR_USAGE, "usage", "more than %d folders",
                RESULT_ARGS_MAX);
        return err_hint(err, "name fewer folders at a time");
    }
    args->folders[args->nfolders++] = text;
    return 0;
}

int result_args_check(const struct result_args *args, struct err *err)
{
    if (args->nfolders > 0)
        return 0;
    err_set(err, ERR_USAGE, "usage", "which results folder?");
    return err_hint(err, "give one or more, such as those that `harness list` "
                         "shows");
}
