#include "clients/loop_args.h"

#include "lib/msg.h"
#include "lib/num.h"

#include <stdio.h>
#include <string.h>

enum { RATE, ARRIVAL, WINDOW, THREADS, CPU, BUSY_POLL, SEED };

static const struct args_option options[] = {
    {"rate", RATE, "N", "as fast as echoes come",
     "messages a second over all connections, sent when they are due whether "
     "or not replies came: an open loop"},
    {"arrival", ARRIVAL, "constant|poisson", "constant",
     "with --rate: evenly spaced, or at random moments"},
    {"window", WINDOW, "N", "1",
     "without --rate: messages in flight on each connection"},
    {"threads", THREADS, "N", "1",
     "threads that share the connections, each with a loop of its own"},
    {"cpu", CPU, "LIST", NULL,
     "CPUs for the threads in turn, as 0 or 0,2 or 0-3"},
    {"busy-poll", BUSY_POLL, NULL, NULL,
     "look again and again instead of sleeping; takes a CPU"},
    {"seed", SEED, "N", "1", "of what is random"},
    {0},
};

static int set_arrival(struct load_plan *plan, const char *value,
                       struct err *err)
{
    plan->arrival = strcmp(value, "poisson") == 0 ? ARRIVAL_POISSON
                                                  : ARRIVAL_CONSTANT;
    if (plan->arrival == ARRIVAL_POISSON || strcmp(value, "constant") == 0)
        return 0;
    return args_bad(err, "arrival", value, "constant or poisson");
}

static int set(int key, const char *value, void *ctx, struct err *err)
{
    struct load_plan *plan = ctx;
    long long n = 0;

    switch (key) {
    case RATE:
        if (num_parse_real(value, 0.001, 1e7, &plan->rate_per_s) == 0)
            return 0;
        return args_bad(err, "rate", value,
                        "messages a second, 0.001..10000000");
    case ARRIVAL:
        return set_arrival(plan, value, err);
    case WINDOW:
        if (args_int(value, ARGS_RANGE("window", 1, 65536), &n, err) < 0)
            return -1;
        plan->window = (int)n;
        return 0;
    case THREADS:
        if (args_int(value, ARGS_RANGE("threads", 1, 256), &n, err) < 0)
            return -1;
        plan->threads = (int)n;
        return 0;
    case CPU:
        plan->ncpus = cpu_parse_list(value, plan->cpus);
        return plan->ncpus > 0 ? 0
                               : args_bad(err, "cpu", value,
                                          "CPU numbers, as 0 or 0,2 or 0-3");
    case SEED:
        if (args_int(value, ARGS_RANGE("seed", 0, INT64_MAX), &n, err) < 0)
            return -1;
        plan->seed = (uint64_t)n;
        return 0;
    default:
        plan->busy_poll = 1;
        return 0;
    }
}

struct args_group loop_args_group(struct load_plan *plan)
{
    return (struct args_group){options, set, plan};
}

static int conflict(const char *what, const char *why, struct err *err)
{
    err_set(err, ERR_USAGE, "usage", "%s", what);
    return err_hint(err, "%s", why);
}

int loop_args_check(const struct load_plan *plan, struct err *err)
{
    int is_open = plan->rate_per_s > 0;

    if (is_open && plan->window > 1)
        return conflict("--rate and --window do not go together",
                        "an open loop does not wait for replies; leave one of "
                        "the two out",
                        err);
    if (!is_open && plan->arrival == ARRIVAL_POISSON)
        return conflict("--arrival poisson needs --rate",
                        "a closed loop sends when an echo is back", err);
    if ((is_open || plan->window > 1) && plan->size_bytes < MSG_HEADER_BYTES)
        return conflict("--length: below 48 bytes one message is in flight",
                        "messages that short cannot be told apart: leave "
                        "--rate and --window out, or a larger --length",
                        err);
    if ((is_open || plan->window > 1) && plan->reconnects)
        return conflict("--reconnect: a connection has one message",
                        "leave --rate and --window out", err);
    return 0;
}
