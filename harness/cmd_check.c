#include "harness/cmd.h"
#include "harness/plan.h"
#include "harness/scenario_args.h"

#include <stdio.h>
#include <stdlib.h>

int cmd_check(int argc, char **argv, struct err *err)
{
    struct scenario_args args = {0};
    struct scenario scenario;
    struct args_group groups[] = {scenario_args_group(&args)};
    struct args_spec spec = {
        .prog = "harness check",
        .usage = "FILE",
        .doc = "Say whether a scenario is right, and what it would do: "
               "nothing is started and nothing is written.",
        .more = "Example: harness check scenarios/local_rate.json --set "
                "duration_s=2",
        .groups = groups,
        .ngroups = 1,
        .operand = scenario_args_operand,
        .ctx = &args,
    };
    char *text = NULL;
    int done = 0;

    if (args_parse(&spec, argc, argv, &done, err) < 0)
        return -1;
    if (done)
        return 0;
    if (scenario_args_load(&args, &scenario, &text, err) < 0)
        return -1;
    free(text);
    plan_print(&scenario, stdout);
    return 0;
}
