#include "harness/plan.h"

#include "lib/num.h"

#include <math.h>

/*
 * A row of the record is about 68 bytes.  How many rows there will be depends
 * on the round trip; a loopback echo takes so long on a usual machine, an
 * emulated path adds its own.
 */
static const double row_bytes = 68;
static const double loopback_rtt_s = 15e-6;

static double seconds(const struct scenario *s)
{
    return (double)s->duration_ns / 1e9;
}

static double about_rtt_s(const struct scenario *s)
{
    return loopback_rtt_s + (s->emulated ? 2 * s->path_delay_ms / 1e3 : 0);
}

/* So many messages in one run, about; INFINITY when nothing bounds them. */
static double about_messages(const struct scenario *s)
{
    double by_time = INFINITY;
    double by_count = s->messages ? (double)s->messages : INFINITY;

    if (s->duration_ns)
        by_time = (double)s->connections * seconds(s) / about_rtt_s(s);
    return fmin(by_time, by_count);
}

static void print_target(const struct scenario *s, FILE *to)
{
    fprintf(to, "site       %s: ", s->site);
    if (s->launch == LAUNCH_LOCAL)
        fprintf(to, "echo-server started here on %s, %s", s->host,
                s->port ? "port " : "a free port");
    else
        fprintf(to, "an echo server that runs on %s, port ", s->host);
    if (s->port)
        fprintf(to, "%d", s->port);
    fputc('\n', to);
    if (!s->emulated)
        return;
    fprintf(to, "path       emulated by echo-relay: %g ms +- %g ms one way",
            s->path_delay_ms, s->path_jitter_ms);
    if (s->path_rate_mbit > 0)
        fprintf(to, ", %g Mbit/s", s->path_rate_mbit);
    fputc('\n', to);
}

static void print_load(const struct scenario *s, FILE *to)
{
    fprintf(to,
            "load       tcp, closed loop, %lld connection%s, %lld bytes a "
            "message, time-out %g s\n",
            (long long)s->connections, s->connections == 1 ? "" : "s",
            (long long)s->message_size_bytes, (double)s->timeout_ns / 1e9);
    fprintf(to, "runs       1 case x %lld repeat%s\n", (long long)s->repeat,
            s->repeat == 1 ? "" : "s");
}

static void print_size(const struct scenario *s, FILE *to)
{
    double messages = about_messages(s) * (double)s->repeat;
    char count[32], rtt[24];

    if (s->duration_ns)
        fprintf(to, "time       %g s\n", seconds(s) * (double)s->repeat);
    else
        fprintf(to, "time       until the messages are done\n");
    num_grouped((int64_t)messages, count, sizeof count);
    num_duration(about_rtt_s(s) * 1e9, rtt, sizeof rtt);
    fprintf(to, "messages   about %s, if a round trip takes %s\n", count, rtt);
    fprintf(to, "record     about %.2g MB\n", messages * row_bytes / 1e6);
}

void plan_print(const struct scenario *scenario, FILE *to)
{
    fprintf(to, "name       %s\n", scenario->name);
    if (scenario->what[0])
        fprintf(to, "what       %s\n", scenario->what);
    print_target(scenario, to);
    print_load(scenario, to);
    print_size(scenario, to);
}
