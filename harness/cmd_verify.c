#include "harness/cmd.h"
#include "harness/result_args.h"
#include "harness/verify.h"
#include "lib/num.h"

#include <stdio.h>

static int verify_all(const struct result_args *args, struct err *err)
{
    struct verify_totals totals = {0};
    char messages[32];

    for (int i = 0; i < args->nfolders; i++)
        if (verify_folder(args->folders[i], args->allow_partial, &totals,
                          stdout, err) < 0)
            return -1;
    printf("verified: %d folder%s, %d run%s, %s messages\n", totals.folders,
           totals.folders == 1 ? "" : "s", totals.runs,
           totals.runs == 1 ? "" : "s",
           num_grouped(totals.messages, messages, sizeof messages));
    return 0;
}

int cmd_verify(int argc, char **argv, struct err *err)
{
    struct result_args args = {0};
    struct args_group group = result_args_group(&args);
    struct args_spec spec = {
        .prog = "harness verify",
        .usage = "DIR...",
        .doc = "Hold results folders against their manifests: every row, "
               "every count, every byte.  What was lost on purpose is held "
               "against what is missing, message by message.  Ends with "
               "status 5 at the first file that is not as it was written.",
        .more = "Example: harness verify results/*Z",
        .groups = &group,
        .ngroups = 1,
        .operand = result_args_operand,
        .ctx = &args,
    };
    int done = 0;

    if (args_parse(&spec, argc, argv, &done, err) < 0)
        return -1;
    if (done)
        return 0;
    if (result_args_check(&args, err) < 0)
        return -1;
    return verify_all(&args, err);
}
