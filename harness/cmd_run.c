#include "harness/cmd.h"
#include "harness/run.h"
#include "harness/scenario_args.h"

#include <stdio.h>
#include <stdlib.h>

enum { OUT, PAIRS };

struct command {
    struct scenario_args args, second; /* second: of B */
    struct run_request request;
    char repeat[32]; /* --pairs as "repeat=N"; "": one scenario */
};

static int set(int key, const char *value, void *ctx, struct err *err)
{
    struct command *command = ctx;
    long long pairs;

    if (key == PAIRS) {
        if (args_int(value, ARGS_RANGE("pairs", 1, SCENARIO_MAX_RUNS), &pairs,
                     err) < 0)
            return -1;
        snprintf(command->repeat, sizeof command->repeat, "repeat=%lld", pairs);
        return 0;
    }
    if (!value[0])
        return args_bad(err, "out", value, "a folder");
    command->request.out = value;
    return 0;
}

/* The second is for --pairs, which may come after it. */
static int take_file(const char *text, void *ctx, struct err *err)
{
    struct command *command = ctx;

    if (command->args.file && !command->second.file) {
        command->second.file = text;
        return 0;
    }
    return scenario_args_operand(text, &command->args, err);
}

/* --set is for both; what names a target is for B only. */
static int share_args(struct command *command, struct err *err)
{
    const char *file = command->second.file;
    struct scenario_overrides *a = &command->args.overrides;

    if (a->nset == SCENARIO_MAX_SET)
        return err_set(err, ERR_USAGE, "usage", "--set: more than %d",
                       SCENARIO_MAX_SET - 1);
    command->args.set[a->nset++] = command->repeat;
    command->second = command->args;
    command->second.file = file;
    a->host = a->port = a->allow = a->site = NULL;
    return 0;
}

static int perform(struct command *command, struct err *err)
{
    struct run_request request = command->request;
    struct scenario scenario;
    struct result result = {0};
    char *text = NULL;
    int failed;

    if (scenario_args_load(&command->args, &scenario, &text, err) < 0)
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

static int run_both(const struct command *command,
                    const struct scenario scenarios[2], char *const texts[2],
                    struct err *err)
{
    struct run_request requests[2] = {command->request, command->request};
    struct result results[2] = {0};
    int failed;

    for (int i = 0; i < 2; i++) {
        requests[i].scenario = &scenarios[i];
        requests[i].scenario_text = texts[i];
    }
    failed = run_pairs(requests, results, err);
    for (int i = 0; i < 2; i++) {
        if (results[i].path[0])
            printf("%s\n", results[i].path);
        result_release(&results[i]);
    }
    return failed;
}

static int perform_pairs(struct command *command, struct err *err)
{
    struct scenario scenarios[2];
    char *texts[2] = {NULL, NULL};
    int failed;

    if (share_args(command, err) < 0)
        return -1;
    failed = scenario_args_load(&command->args, &scenarios[0], &texts[0], err) <
                 0 ||
             scenario_args_load(&command->second, &scenarios[1], &texts[1],
                                err) < 0;
    failed = failed ? -1 : run_both(command, scenarios, texts, err);
    free(texts[0]);
    free(texts[1]);
    return failed;
}

static int check_files(struct command *command, struct err *err)
{
    if (!command->repeat[0] && command->second.file)
        return scenario_args_operand(command->second.file, &command->args, err);
    if (!command->repeat[0] || command->second.file)
        return 0;
    err_set(err, ERR_USAGE, "usage", "--pairs: which two scenarios?");
    return err_hint(err, "harness run A.json B.json --pairs 10");
}

int cmd_run(int argc, char **argv, struct err *err)
{
    static const struct args_option own[] = {
        {"out", OUT, "DIR", "results", "parent of the results folder"},
        {"pairs", PAIRS, "N", NULL,
         "run two scenarios in turn, N times each, for harness compare"},
        {0},
    };
    struct command command = {
        .request = {.out = "results", .argc = argc, .argv = argv}};
    struct args_group groups[] = {scenario_args_group(&command.args),
                                  {own, set, &command}};
    struct args_spec spec = {
        .prog = "harness run",
        .usage = "FILE [FILE]",
        .doc =
            "Perform a scenario: start server and client, record every "
            "message, and print the results folder as the last line of stdout.",
        .more = "Ctrl-C keeps what was measured, in a folder whose name ends "
                "in .partial.\n\n"
                "With --pairs, a coin thrown with the seed of the first "
                "scenario says which of a pair comes first; --set is for both, "
                "--host, --port and --site are for the second, and each has "
                "its results folder, printed in the last two lines.\n\n"
                "Examples:\n"
                "  harness run scenarios/local_rate.json\n"
                "  harness run scenarios/remote_rate.json --host 192.0.2.7 "
                "--port 2333\n"
                "  harness run scenarios/remote_rate.json --host "
                "me@192.0.2.7\n"
                "  harness run scenarios/local_rate.json "
                "scenarios/remote_rate.json --pairs 10 --set duration_s=5",
        .groups = groups,
        .ngroups = 2,
        .operand = take_file,
        .ctx = &command,
    };
    int done = 0;

    if (args_parse(&spec, argc, argv, &done, err) < 0)
        return -1;
    if (done)
        return 0;
    if (check_files(&command, err) < 0)
        return -1;
    return command.repeat[0] ? perform_pairs(&command, err)
                             : perform(&command, err);
}
