#include "harness/cmd.h"
#include "harness/run.h"
#include "harness/scenario_args.h"

#include <stdio.h>
#include <stdlib.h>

static int take_out(int key, const char *value, void *ctx, struct err *err)
{
    const char **out = ctx;

    (void)key;
    if (!value[0])
        return args_bad(err, "out", value, "a folder");
    *out = value;
    return 0;
}

static int perform(struct scenario_args *args, struct run_request request,
                   struct err *err)
{
    struct scenario scenario;
    struct result result = {0};
    char *text = NULL;
    int failed;

    if (scenario_args_load(args, &scenario, &text, err) < 0)
        return -1;
    request.scenario = &scenario;
    request.scenario_text = text;
    failed = run_scenario(&request, &result, err);
    if (result.path[0])
        printf("%s\n", result.path);
    result_release(&result);
    free(text);
    return failed;
}

int cmd_run(int argc, char **argv, struct err *err)
{
    static const struct args_option own[] = {
        {"out", 'o', "DIR", "results", "parent of the results folder"},
        {0},
    };
    struct scenario_args args = {0};
    struct run_request request = {.out = "results", .argc = argc, .argv = argv};
    struct args_group groups[] = {scenario_args_group(&args),
                                  {own, take_out, &request.out}};
    struct args_spec spec = {
        .prog = "harness run",
        .usage = "FILE",
        .doc =
            "Perform a scenario: start server and client, record every "
            "message, and print the results folder as the last line of stdout.",
        .more = "Ctrl-C keeps what was measured, in a folder whose name ends "
                "in .partial.\n\n"
                "Examples:\n"
                "  harness run scenarios/local_rate.json\n"
                "  harness run scenarios/remote_rate.json --host 192.0.2.7 "
                "--port 2333",
        .groups = groups,
        .ngroups = 2,
        .operand = scenario_args_operand,
        .ctx = &args,
    };
    int done = 0;

    if (args_parse(&spec, argc, argv, &done, err) < 0)
        return -1;
    return done ? 0 : perform(&args, request, err);
}
