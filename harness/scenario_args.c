#include "harness/scenario_args.h"

#include <string.h>

enum { HOST, PORT, ALLOW, SITE, SET };

static int take(int key, const char *value, void *ctx, struct err *err)
{
    struct scenario_args *args = ctx;
    struct scenario_overrides *overrides = &args->overrides;
    long long port;

    switch (key) {
    case HOST:
        overrides->host = value;
        return 0;
    case PORT:
        if (args_int(value, ARGS_RANGE("port", 0, 65535), &port, err) < 0)
            return -1;
        overrides->port = value;
        return 0;
    case ALLOW:
        overrides->allow = value;
        return 0;
    case SITE:
        overrides->site = value;
        return 0;
    default:
        if (overrides->nset == SCENARIO_MAX_SET)
            return err_set(err, ERR_USAGE, "usage", "--set: more than %d",
                           SCENARIO_MAX_SET);
        args->set[overrides->nset++] = value;
        return 0;
    }
}

struct args_group scenario_args_group(struct scenario_args *args)
{
    static const struct args_option options[] = {
        {"host", HOST, "HOST", NULL,
         "measure the echo server that runs on HOST, instead of starting one "
         "or emulating a path; USER@HOST: start it there, over ssh"},
        {"port", PORT, "PORT", "2333 with --host", "its port"},
        {"allow", ALLOW, "ADDR[/BITS]|any", "where ssh comes from",
         "whom the server that is started there serves: your address as that "
         "host sees it, when ssh goes through a jump host"},
        {"site", SITE, "WORD", NULL, "how the report calls the place"},
        {"set", SET, "KEY=VALUE", NULL,
         "change any key of the scenario, dotted when nested"},
        {0},
    };

    return (struct args_group){options, take, args};
}

int scenario_args_operand(const char *text, void *ctx, struct err *err)
{
    struct scenario_args *args = ctx;

    if (args->file) {
        err_set(err, ERR_USAGE, "usage", "more than one scenario: \"%.80s\"",
                text);
        return err_hint(err, "one at a time, or two in turn: harness run "
                             "A.json B.json --pairs 10");
    }
    args->file = text;
    return 0;
}

int scenario_args_load(struct scenario_args *args, struct scenario *scenario,
                       char **text, struct err *err)
{
    if (!args->file) {
        err_set(err, ERR_USAGE, "usage", "which scenario?");
        return err_hint(err, "give a file, such as scenarios/local_rate.json");
    }
    args->overrides.set = args->set;
    return scenario_load(scenario, args->file, &args->overrides, text, err);
}
