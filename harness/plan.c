#include "harness/plan.h"

#include "harness/cast.h"
#include "lib/num.h"

#include <math.h>

/*
 * A row of the record is about 68 bytes.  How many rows there will be depends
 * on the round trip; a loopback echo takes so long on a usual machine, a
 * connection for each message more, many bytes more than that, and an emulated
 * path adds its own.  However many are in flight, client and server have only
 * their processors: an echo takes a third of its round trip of each.
 */
static const double row_bytes = 68;
static const double loopback_rtt_s = 15e-6;
static const double connecting_rtt_s = 100e-6;
static const double byte_rtt_s = 0.5e-9;
static const double busy_share = 1. / 3;

/* What a case is expected to come to, all repeats together. */
struct estimate {
    double seconds; /* INFINITY: until the messages are done */
    double messages;
    double busiest_per_s; /* 0: the processors are not the limit */
};

/* Without a path: what the processors have to do for an echo. */
static double echo_rtt_s(const struct scenario *one)
{
    double least_s = one->server == SERVER_SIMPLE ? connecting_rtt_s
                                                  : loopback_rtt_s;

    return fmax(least_s, (double)one->message_size_bytes * byte_rtt_s);
}

static double about_rtt_s(const struct scenario *one)
{
    return echo_rtt_s(one) + (one->emulated ? 2 * one->path_delay_ms / 1e3 : 0);
}

/* Share of messages that are lost on the way there or back. */
static double lost_share(const struct scenario_loss *loss)
{
    double kept = 1 - loss->p;

    if (!loss->has)
        return 0;
    return loss->direction == DIRECTION_BOTH ? 1 - kept * kept : loss->p;
}

/* A lost message holds its connection up for the time-out. */
static double seconds_a_message(const struct scenario *one)
{
    double lost = lost_share(&one->loss);

    return (1 - lost) * about_rtt_s(one) + lost * (double)one->timeout_ns / 1e9;
}

static struct estimate estimate(const struct scenario *one)
{
    double repeat = (double)one->repeat;
    double in_flight = (double)(one->connections * one->window);
    double most = 1 / (busy_share * echo_rtt_s(one));
    double wanted = one->rate_per_s > 0 ? one->rate_per_s
                                        : in_flight / seconds_a_message(one);
    double rate = one->rate_per_s > 0 ? wanted : fmin(wanted, most);
    double seconds = one->duration_ns ? (double)one->duration_ns / 1e9
                                      : INFINITY;
    double messages = one->messages ? (double)one->messages : INFINITY;

    return (struct estimate){.seconds = repeat * seconds,
                             .messages = repeat *
                                         fmin(messages, rate * seconds),
                             .busiest_per_s = rate < wanted ? most : 0};
}

/* ---- the lines ---- */

static void print_target(const struct scenario *s, FILE *to)
{
    const char *server = scenario_word("server", (int)s->server);

    fprintf(to, "site       %s: ", s->site);
    if (s->launch == LAUNCH_LOCAL)
        fprintf(to, "%s started here on %s, %s",
                s->sweeps[SWEPT_SERVER].n > 1 ? "each server"
                                              : cast_server_program(server),
                s->host, s->port ? "port " : "a free port");
    else if (s->launch == LAUNCH_SSH)
        fprintf(to, "%s started over ssh on %s%s%s, port ",
                cast_server_program(server), s->user, s->user[0] ? "@" : "",
                s->host);
    else
        fprintf(to, "an echo server that runs on %s, port ", s->host);
    if (s->port)
        fprintf(to, "%d", s->port);
    fputc('\n', to);
}

static void print_path(const struct scenario *s, FILE *to)
{
    if (!s->emulated)
        return;
    fprintf(to, "path       emulated by echo-relay: %g ms +- %g ms one way",
            s->path_delay_ms, s->path_jitter_ms);
    if (s->path_rate_mbit > 0)
        fprintf(to, ", %g Mbit/s", s->path_rate_mbit);
    fputc('\n', to);
}

static void print_loss(const struct scenario *s, FILE *to)
{
    const struct scenario_loss *loss = &s->loss;

    if (!loss->has)
        return;
    fprintf(to, "loss       on purpose by %s: ",
            s->emulated ? "echo-relay" : "echo-udp-server");
    fprintf(to, "%s", scenario_word("loss.model", (int)loss->model));
    if (loss->burst > 0)
        fprintf(to, " in bursts of %g", loss->burst);
    if (!s->sweeps[SWEPT_LOSS_P].n)
        fprintf(to, ", p %g", loss->p);
    fprintf(to, ", %s",
            loss->direction == DIRECTION_BOTH
                ? "both directions"
                : scenario_word("loss.direction", (int)loss->direction));
    if (loss->duplicate > 0)
        fprintf(to, "; %g %% come twice", 100 * loss->duplicate);
    if (loss->reorder > 0)
        fprintf(to, "; %g %% behind the next", 100 * loss->reorder);
    fputc('\n', to);
}

/* "1000 bytes", "64, 1000 bytes" */
static void print_values(const struct scenario_sweep *sweep, int64_t single,
                         const char *unit, FILE *to)
{
    int is_one = sweep->n == 0 && single == 1;

    if (sweep->n == 0)
        fprintf(to, ", %lld", (long long)single);
    for (int i = 0; i < sweep->n; i++)
        fprintf(to, ", %lld", (long long)sweep->values[i]);
    fprintf(to, " %s%s", unit, is_one ? "" : "s");
}

static void print_pacing(const struct scenario *s, FILE *to)
{
    const struct scenario_sweep *rates = &s->sweeps[SWEPT_RATE];

    if (s->rate_per_s <= 0 && s->window > 1)
        fprintf(to, "closed loop, %lld in flight on each",
                (long long)s->window);
    else if (s->rate_per_s <= 0)
        fprintf(to, "closed loop");
    else if (rates->n)
        fprintf(to, "open loops of %s arrival",
                scenario_word("arrival", (int)s->arrival));
    else
        fprintf(to, "open loop of %g/s, %s arrival", s->rate_per_s,
                scenario_word("arrival", (int)s->arrival));
}

static void print_load(const struct scenario *s, FILE *to)
{
    fprintf(to, "load       %s, %s",
            scenario_word("transport", (int)s->transport),
            s->mode == MODE_FAIL_RATE ? "failure test, " : "");
    print_pacing(s, to);
    print_values(&s->sweeps[SWEPT_CONNECTIONS], s->connections, "connection",
                 to);
    print_values(&s->sweeps[SWEPT_MESSAGE_SIZE], s->message_size_bytes, "byte",
                 to);
    fprintf(to, " a message, time-out %g s\n", (double)s->timeout_ns / 1e9);
}

static void print_runs(const struct scenario *s, FILE *to)
{
    int cases = scenario_cases(s);

    fprintf(to, "runs       %d case%s x %lld repeat%s\n", cases,
            cases == 1 ? "" : "s", (long long)s->repeat,
            s->repeat == 1 ? "" : "s");
}

static void print_seconds(double seconds, FILE *to)
{
    if (isfinite(seconds))
        fprintf(to, "%g s", seconds);
    else
        fprintf(to, "until the messages are done");
}

/* A line for each case of several. */
static void print_case(const struct scenario *one, FILE *to)
{
    struct estimate about = estimate(one);
    char key[96], count[32], room[24];

    scenario_case_key(one, key, sizeof key);
    num_grouped((int64_t)about.messages, count, sizeof count);
    fprintf(to, "case       %s: ", key);
    print_seconds(about.seconds, to);
    fprintf(to, ", about %s messages, %s\n", count,
            num_bytes(about.messages * row_bytes, room, sizeof room));
}

static void print_sum(const struct scenario *s, const struct estimate *sum,
                      FILE *to)
{
    struct scenario one;
    char count[32], rtt[24], room[24];

    scenario_case(s, 0, &one);
    num_grouped((int64_t)sum->messages, count, sizeof count);
    num_duration(about_rtt_s(&one) * 1e9, rtt, sizeof rtt);
    fprintf(to, "time       ");
    print_seconds(sum->seconds, to);
    fprintf(to, "\nmessages   about %s", count);
    if (one.rate_per_s <= 0)
        fprintf(to, ", if a round trip takes %s", rtt);
    if (sum->busiest_per_s > 0)
        fprintf(to, ", and a second holds %s at most",
                num_grouped((int64_t)sum->busiest_per_s, count, sizeof count));
    fprintf(to, "\nrecord     about %s\n",
            num_bytes(sum->messages * row_bytes, room, sizeof room));
}

static void print_ports(const struct scenario *s, FILE *to)
{
    int64_t most = s->connections;

    for (int i = 0; i < s->sweeps[SWEPT_CONNECTIONS].n; i++)
        most = (int64_t)fmax((double)most,
                             s->sweeps[SWEPT_CONNECTIONS].values[i]);
    fprintf(to, "ports      %d to listen on, %lld of the client%s\n",
            (s->launch == LAUNCH_LOCAL) + s->emulated, (long long)most,
            s->server == SERVER_SIMPLE ? ", new ones for each message" : "");
}

static void print_cases(const struct scenario *s, FILE *to)
{
    struct estimate sum = {0}, about;
    int cases = scenario_cases(s);
    struct scenario one;

    for (int i = 0; i < cases; i++) {
        scenario_case(s, i, &one);
        about = estimate(&one);
        sum.seconds += about.seconds;
        sum.messages += about.messages;
        sum.busiest_per_s = fmax(sum.busiest_per_s, about.busiest_per_s);
        if (cases > 1)
            print_case(&one, to);
    }
    print_sum(s, &sum, to);
}

/* A scene is over as soon as everybody has had their say. */
static void print_scenes(const struct scenario *s, FILE *to)
{
    for (int i = 0; i < s->steps.nscenes; i++) {
        const struct scene *scene = &s->steps.scene[i];
        int clients = steps_clients(&s->steps, scene);
        int said = steps_said(&s->steps, scene);

        fprintf(to, "scene      %s: %d client%s, %d message%s\n", scene->name,
                clients, clients == 1 ? "" : "s", said, said == 1 ? "" : "s");
    }
}

void plan_print(const struct scenario *scenario, FILE *to)
{
    fprintf(to, "name       %s\n", scenario->name);
    if (scenario->what[0])
        fprintf(to, "what       %s\n", scenario->what);
    print_target(scenario, to);
    if (scenario->mode == MODE_TRANSCRIPT) {
        print_scenes(scenario, to);
        print_runs(scenario, to);
        return;
    }
    print_path(scenario, to);
    print_loss(scenario, to);
    print_load(scenario, to);
    print_runs(scenario, to);
    print_cases(scenario, to);
    print_ports(scenario, to);
}
