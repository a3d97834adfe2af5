#define _GNU_SOURCE
#include "clients/measure.h"

#include "clients/datagram.h"
#include "clients/engine.h"
#include "clients/hello.h"
#include "clients/loop_args.h"
#include "clients/preflight.h"
#include "clients/ticker.h"
#include "lib/args.h"
#include "lib/clock.h"
#include "lib/msg.h"
#include "lib/num.h"
#include "lib/start.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CHUNKS = 16 };

static const int64_t forever_ns = INT64_MAX / 4;
static const int64_t tcp_timeout_ns = 10 * CLOCK_NS_PER_S;
static const int64_t udp_timeout_ns = 3 * CLOCK_NS_PER_S;

struct rate {
    const struct measure_program *program;
    const char *ip;
    int port;
    const char *record_dir; /* NULL: no record */
    int quiet, machine, plain_allowed;
    int plain; /* the peer is a plain echo server */
    int bar;   /* a progress bar stands on the terminal */
    struct load_plan plan;
};

/* ---- options ---- */

enum {
    IP,
    PORT,
    TRANSPORT,
    TIMEOUT,
    BUFFER,
    LENGTH,
    CONNECTIONS,
    DURATION,
    MESSAGES,
    RECORD,
    PLAIN,
    RECONNECT,
    QUIET,
    MACHINE,
    RUN_ID,
};

static const struct args_option peer_options[] = {
    {"ip", IP, "HOST", "localhost", "server to measure: a name or an address"},
    {"port", PORT, "PORT", "2333", "its port"},
    {"transport", TRANSPORT, "tcp|udp", "tcp", "how to reach it"},
    {"timeout", TIMEOUT, "SECONDS", "10, udp 3",
     "longest wait for an echo (0.05 for 50 ms); -1 for ever (tcp)"},
    {"buffer", BUFFER, "BYTES", "1024", "most bytes that one read takes"},
    {"plain", PLAIN, NULL, NULL,
     "the server is a plain echo server, not ours, and may be loaded"},
    {0},
};

static const struct args_option load_options[] = {
    {"length", LENGTH, "BYTES", "1000",
     "size of a message: 1 to 16 MiB, udp 48 to 65507"},
    {"connections", CONNECTIONS, "N", "1", "connections at the same time"},
    {"duration", DURATION, "SECONDS", "10",
     "how long to measure; 0 until Ctrl-C"},
    {"reconnect", RECONNECT, NULL, NULL,
     "a new connection for each message (tcp), as echo-simple-server wants"},
    {"messages", MESSAGES, "N", "0",
     "stop after so many messages; 0 for no limit"},
    {"record", RECORD, "DIR", NULL,
     "write DIR/messages.csv, DIR/connections.csv and (udp) "
     "DIR/unmatched.csv"},
    {"run-id", RUN_ID, "HEX", "random", "16 hex digits, put into each message"},
    {"quiet", QUIET, NULL, NULL, "no progress, no summary"},
    {"machine", MACHINE, NULL, NULL,
     "print progress and counts as lines for a program"},
    {0},
};

static int set_seconds(const char *option, const char *value, int64_t *ns,
                       struct err *err)
{
    double seconds = 0;

    if (num_parse_real(value, 0, 86400, &seconds) < 0)
        return args_bad(err, option, value, "seconds, 0..86400");
    *ns = (int64_t)(seconds * 1e9);
    return 0;
}

static int set_timeout(struct rate *rate, const char *value, struct err *err)
{
    if (strcmp(value, "-1") == 0) {
        rate->plan.timeout_ns = forever_ns;
        return 0;
    }
    if (set_seconds("timeout", value, &rate->plan.timeout_ns, err) < 0)
        return -1;
    if (rate->plan.timeout_ns < CLOCK_NS_PER_MS)
        return args_bad(err, "timeout", value,
                        "at least 0.001 seconds, or -1 for none");
    return 0;
}

static int set_transport(struct rate *rate, const char *value, struct err *err)
{
    rate->plan.is_udp = strcmp(value, "udp") == 0;
    if (rate->plan.is_udp || strcmp(value, "tcp") == 0)
        return 0;
    return args_bad(err, "transport", value, "tcp or udp");
}

static int set_peer(int key, const char *value, void *ctx, struct err *err)
{
    struct rate *rate = ctx;
    long long n = 0;

    switch (key) {
    case IP:
        rate->ip = value;
        return 0;
    case PORT:
        if (args_int(value, ARGS_RANGE("port", 1, 65535), &n, err) < 0)
            return -1;
        rate->port = (int)n;
        return 0;
    case TRANSPORT:
        return set_transport(rate, value, err);
    case TIMEOUT:
        return set_timeout(rate, value, err);
    case BUFFER:
        if (args_int(value, ARGS_RANGE("buffer", 1, MSG_MAX_BYTES), &n, err) <
            0)
            return -1;
        rate->plan.buffer_bytes = n;
        return 0;
    default:
        rate->plain_allowed = 1;
        return 0;
    }
}

static int set_count(struct rate *rate, int key, const char *value,
                     struct err *err)
{
    long long n = 0;

    if (key == LENGTH) {
        if (args_int(value, ARGS_RANGE("length", 1, MSG_MAX_BYTES), &n, err) <
            0)
            return -1;
        rate->plan.size_bytes = n;
        return 0;
    }
    if (key == CONNECTIONS) {
        if (args_int(value, ARGS_RANGE("connections", 1, 100000), &n, err) < 0)
            return -1;
        rate->plan.connections = (int)n;
        return 0;
    }
    if (args_int(value, ARGS_RANGE("messages", 0, 1000000000000), &n, err) < 0)
        return -1;
    rate->plan.messages = n;
    return 0;
}

static int set_load(int key, const char *value, void *ctx, struct err *err)
{
    struct rate *rate = ctx;

    switch (key) {
    case DURATION:
        return set_seconds("duration", value, &rate->plan.duration_ns, err);
    case RECORD:
        if (!value[0])
            return args_bad(err, "record", value, "a folder");
        rate->record_dir = value;
        return 0;
    case RUN_ID:
        if (strlen(value) != 16 ||
            num_get_hex(value, 16, &rate->plan.run_id) < 0)
            return args_bad(err, "run-id", value, "16 lower-case hex digits");
        return 0;
    case RECONNECT:
        rate->plan.reconnects = 1;
        return 0;
    case QUIET:
        rate->quiet = 1;
        return 0;
    case MACHINE:
        rate->machine = 1;
        return 0;
    default:
        return set_count(rate, key, value, err);
    }
}

static int parse(struct rate *rate, int argc, char **argv, int *done,
                 struct err *err)
{
    struct args_group groups[] = {
        {peer_options, set_peer, rate},
        {load_options, set_load, rate},
        loop_args_group(&rate->plan),
    };
    struct args_spec spec = {
        .prog = rate->program->name,
        .usage = "",
        .doc = rate->program->doc,
        .more = rate->program->more,
        .groups = groups,
        .ngroups = 3,
    };

    return args_parse(&spec, argc, argv, done, err);
}

/* What holds for one transport only. */
static int check_transport(struct rate *rate, struct err *err)
{
    struct load_plan *plan = &rate->plan;
    char text[24];

    if (loop_args_check(plan, err) < 0)
        return -1;
    if (!plan->timeout_ns)
        plan->timeout_ns = plan->is_udp ? udp_timeout_ns : tcp_timeout_ns;
    if (!plan->is_udp)
        return 0;
    if (plan->reconnects) {
        err_set(err, ERR_USAGE, "usage",
                "--reconnect: there are no connections with --transport udp");
        return err_hint(err, "leave one of the two out");
    }
    if (plan->timeout_ns == forever_ns) {
        (void)args_bad(err, "timeout", "-1", "a limit with --transport udp");
        return err_hint(err, "a message may be lost, and nothing would say so");
    }
    if (plan->size_bytes >= MSG_HEADER_BYTES &&
        plan->size_bytes <= DATAGRAM_MAX_BYTES)
        return 0;
    snprintf(text, sizeof text, "%lld", (long long)plan->size_bytes);
    (void)args_bad(err, "length", text, "48..65507 with --transport udp");
    return err_hint(err, "a datagram has to hold the header by which its "
                         "answer is told");
}

/* ---- before the run ---- */

static int64_t at_most(int64_t ns, int64_t limit_ns)
{
    return ns < limit_ns ? ns : limit_ns;
}

static int greet(struct rate *rate, struct err *err)
{
    struct hello hello = {
        .run_id = rate->plan.run_id,
        .is_udp = rate->plan.is_udp,
        .plain_allowed = rate->plain_allowed,
        .timeout_ns = at_most(rate->plan.timeout_ns, 5 * CLOCK_NS_PER_S)};
    struct net_addrs addrs = {0};
    int chosen = 0;

    /* A short Tmax is about echoes under load, not about the first one. */
    if (hello.timeout_ns < CLOCK_NS_PER_S)
        hello.timeout_ns = CLOCK_NS_PER_S;
    rate->plan.connect_timeout_ns = hello.timeout_ns;
    if (net_resolve(rate->ip, rate->port, &addrs, err) < 0)
        return -1;
    rate->plan.target = addrs.at[0];
    if (preflight(&rate->plan, rate->record_dir, err) < 0 ||
        hello_greet(&hello, &addrs, &chosen, &rate->plain, err) < 0)
        return -1;
    rate->plan.target = addrs.at[chosen];
    return 0;
}

static int open_record(const struct rate *rate, const char *name,
                       const char *header, struct record **record,
                       struct err *err)
{
    char path[4096];

    if (!rate->record_dir)
        return 0;
    if (mkdir(rate->record_dir, 0777) < 0 && errno != EEXIST) {
        err_sys(err, ERR_RESULTS, "results-write", "cannot make folder: %s",
                rate->record_dir);
        return err_hint(err, "--record takes a folder that can be written");
    }
    snprintf(path, sizeof path, "%s/%s", rate->record_dir, name);
    *record = record_open(path, header, err);
    return *record ? 0 : -1;
}

/* Rows go through a fixed number of chunks to a thread that writes. */
static int open_messages(const struct rate *rate, struct record **record,
                         struct err *err)
{
    if (open_record(rate, "messages.csv", RECORD_HEADER, record, err) < 0)
        return -1;
    return *record ? record_write_behind(*record, CHUNKS, err) : 0;
}

static int choose_run_id(struct rate *rate, struct err *err)
{
    uint64_t *id = &rate->plan.run_id;

    if (*id || getrandom(id, sizeof *id, 0) == sizeof *id)
        return 0;
    return err_sys(err, ERR_RESOURCE, "random", "cannot draw a run id");
}

static volatile sig_atomic_t stop_signal;

static void on_signal(int signal_number)
{
    stop_signal = signal_number;
    ticker_stop();
}

static void take_signals(void)
{
    struct sigaction stop = {.sa_handler = on_signal};

    sigaction(SIGINT, &stop, NULL);
    sigaction(SIGTERM, &stop, NULL);
    sigaction(SIGHUP, &stop, NULL);
    /* A file that may not grow: write() tells. */
    signal(SIGXFSZ, SIG_IGN);
}

/* ---- telling ---- */

/* The success share so far, a line a second. */
static void say_share(const struct rate *rate, const struct progress *progress)
{
    static const int64_t quarter_ns = CLOCK_NS_PER_S / 4;
    int64_t ok = progress->messages - progress->failed;

    if (rate->quiet || !progress->messages ||
        progress->elapsed_ns / quarter_ns % 4 != 0)
        return;
    printf("%4lld s  success %.4f %%  (%lld of %lld)\n",
           (long long)(progress->elapsed_ns / CLOCK_NS_PER_S),
           100 * (double)ok / (double)progress->messages, (long long)ok,
           (long long)progress->messages);
    fflush(stdout);
}

static void on_progress(const struct progress *progress, void *ctx)
{
    struct rate *rate = ctx;
    char line[PROGRESS_LINE_SIZE];

    if (rate->machine) {
        progress_format(progress, line);
        printf("%s\n", line);
        fflush(stdout);
    } else if (rate->bar) {
        progress_draw(progress, rate->program->name, 79, line, sizeof line);
        fprintf(stderr, "\r\033[K%s", line);
    } else if (rate->plan.persists) {
        say_share(rate, progress);
    }
}

/* It did not keep its rate: no open loop of that rate was measured. */
static int is_degraded(const struct rate *rate,
                       const struct load_result *result)
{
    return result->achieved_per_s < 0.99 * rate->plan.rate_per_s;
}

/* The counts as one line: the harness checks the record against it. */
static void print_counts(const struct rate *rate,
                         const struct load_result *result)
{
    printf("counts intended=%lld connected=%d broken=%d plain=%d",
           (long long)result->intended, result->connected, result->broken,
           rate->plain);
    for (int i = 0; i < OUTCOME_COUNT; i++)
        printf(" %s=%lld", outcome_name((enum outcome)i),
               (long long)result->meter.outcomes[i]);
    printf(" gaps=%lld", (long long)result->gaps);
    if (rate->plan.rate_per_s > 0)
        printf(" offered=%.3f achieved=%.3f degraded=%d", rate->plan.rate_per_s,
               result->achieved_per_s, is_degraded(rate, result));
    printf(" duplicated=%lld reordered=%lld unmatched=%lld local_drops=%lld\n",
           (long long)result->duplicated, (long long)result->reordered,
           (long long)result->unmatched, (long long)result->local_drops);
}

static void print_failures(const struct meter *meter)
{
    for (int i = OUTCOME_OK + 1; i < OUTCOME_COUNT; i++)
        if (meter->outcomes[i])
            printf("    %-12s %lld\n", outcome_name((enum outcome)i),
                   (long long)meter->outcomes[i]);
}

static void print_oddities(const struct load_result *result)
{
    const struct {
        const char *what;
        int64_t n;
    } lines[] = {
        {"duplicated", result->duplicated},
        {"reordered", result->reordered},
        {"unmatched", result->unmatched},
        {"local drops", result->local_drops},
        {"gaps", result->gaps}, /* the client itself stood still */
    };

    for (int i = 0; i < 5; i++)
        if (lines[i].n)
            printf("  %-11s %lld\n", lines[i].what, (long long)lines[i].n);
}

static void print_times(const char *what, const struct meter *meter)
{
    static const double pct[] = {50, 90, 99};
    char text[24];

    printf("  %-12s", what);
    for (int i = 0; i < 3; i++)
        printf("%sp%.0f %s", i ? "  " : "", pct[i],
               num_duration(meter_percentile_ns(meter, pct[i]), text,
                            sizeof text));
    printf("   (within 1 %%)\n");
}

/* From sending is the service, from the schedule what a user would feel. */
static void print_open_loop(const struct rate *rate,
                            const struct load_result *result)
{
    printf("  offered     %.6g /s, achieved %.6g /s%s\n", rate->plan.rate_per_s,
           result->achieved_per_s,
           is_degraded(rate, result) ? ": degraded, below 99 %" : "");
    if (result->meter.outcomes[OUTCOME_OK] == 0)
        return;
    print_times("service", &result->meter);
    print_times("response", &result->response);
}

static void print_closed_loop(const struct meter *meter)
{
    int64_t span_ns = meter->last_received_ns - meter->first_sent_ns;
    char bits[24];

    if (meter->outcomes[OUTCOME_OK] == 0 || span_ns <= 0)
        return;
    num_bitrate(8e9 * (double)meter->ok_bytes / (double)span_ns, bits,
                sizeof bits);
    printf("  echo rate   %s   (8 x bytes / time)\n", bits);
    print_times("RTT", meter);
}

static void print_summary(const struct rate *rate,
                          const struct load_result *result)
{
    const struct load_plan *plan = &rate->plan;
    const struct meter *meter = &result->meter;
    char ok[32];

    num_grouped(meter->outcomes[OUTCOME_OK], ok, sizeof ok);
    printf("%s%s: %lld byte%s, %d connection%s, %s loop%s\n", plan->target.text,
           rate->plain ? " (plain echo)" : "", (long long)plan->size_bytes,
           plan->size_bytes == 1 ? "" : "s", plan->connections,
           plan->connections == 1 ? "" : "s",
           plan->rate_per_s > 0 ? "open" : "closed",
           plan->is_udp ? " over UDP" : "");
    printf("  messages    %s ok, %lld failed\n", ok,
           (long long)meter_failures(meter));
    print_failures(meter);
    print_oddities(result);
    if (plan->rate_per_s > 0)
        print_open_loop(rate, result);
    else
        print_closed_loop(meter);
}

static void tell(const struct rate *rate, const struct load_result *result)
{
    if (rate->bar)
        fprintf(stderr, "\r\033[K");
    if (rate->machine)
        print_counts(rate, result);
    else if (!rate->quiet)
        print_summary(rate, result);
    fflush(stdout);
}

/* ---- judging ---- */

static int not_connected(const struct rate *rate,
                         const struct load_result *result, struct err *err)
{
    int missing = rate->plan.connections - result->connected;

    err_set(err, result->connected ? ERR_CUT : ERR_TARGET, "connect-some",
            "could not connect: %s: %d of %d connections failed",
            rate->plan.target.text, missing, rate->plan.connections);
    return err_hint(err, "a server closes connections above its "
                         "--max-connections and --listen; connections.csv "
                         "has the cause of each");
}

static int peer_gone(const struct rate *rate, const struct load_result *result,
                     struct err *err)
{
    enum outcome how = result->first_broken;
    const char *id = how == OUTCOME_TIMEOUT ? "reply-timeout" : "server-gone";

    err_set(err, ERR_CUT, id,
            "cut short: %s: %d of %d connections ended early, the first by "
            "%s%s%s after %lld messages",
            rate->plan.target.text, result->broken, rate->plan.connections,
            outcome_name(how), result->first_broken_errno ? " " : "",
            result->first_broken_errno ? err_name(result->first_broken_errno)
                                       : "",
            (long long)result->intended);
    return err_hint(err, "%s",
                    how == OUTCOME_TIMEOUT
                        ? "the server is too slow or stuck; a larger "
                          "--timeout waits longer"
                        : "the server ended the connection: its log says why");
}

static int refused(const struct rate *rate, const struct load_result *result,
                   struct err *err)
{
    const int64_t *outcomes = result->meter.outcomes;
    int64_t heard = outcomes[OUTCOME_OK] + outcomes[OUTCOME_LATE] +
                    outcomes[OUTCOME_CORRUPT];

    err_set(err, heard ? ERR_CUT : ERR_TARGET, "server-gone",
            "cut short: %s: %lld of %lld messages were refused",
            rate->plan.target.text, (long long)outcomes[OUTCOME_REFUSED],
            (long long)result->intended);
    return err_hint(err, "nothing listens there any more: the server's log "
                         "says why");
}

/* The run is over; was it what was asked for? */
static int judge(const struct rate *rate, const struct load_result *result,
                 struct err *err)
{
    int64_t corrupt = result->meter.outcomes[OUTCOME_CORRUPT];

    if (rate->plan.persists)
        return 0; /* what failed is what was asked for */
    if (corrupt) {
        err_set(err, ERR_PEER, "echo-differs",
                "not an echo: %s: %lld of %lld replies differ from what was "
                "sent",
                rate->plan.target.text, (long long)corrupt,
                (long long)result->intended);
        return err_hint(err, "a peer that changes bytes cannot be measured");
    }
    if (result->stray) {
        err_set(err, ERR_PEER, "echo-differs",
                "not an echo: %s: more came back than was sent, on %d of %d "
                "connections",
                rate->plan.target.text, result->stray, rate->plan.connections);
        return err_hint(err, "a peer that adds bytes cannot be measured");
    }
    if (result->stopped)
        return 0;
    if (result->refusing)
        return refused(rate, result, err);
    if (result->connected < rate->plan.connections)
        return not_connected(rate, result, err);
    return result->broken ? peer_gone(rate, result, err) : 0;
}

static int measure(struct rate *rate, struct load_result *result,
                   struct err *err)
{
    struct load_out out = {.on_progress = on_progress, .ctx = rate};
    int failed = open_messages(rate, &out.messages, err) < 0 ||
                 open_record(rate, "connections.csv", RECORD_CONNECTIONS_HEADER,
                             &out.connections, err) < 0 ||
                 (rate->plan.is_udp &&
                  open_record(rate, "unmatched.csv", RECORD_UNMATCHED_HEADER,
                              &out.unmatched, err) < 0) ||
                 engine_run(&rate->plan, &out, result, err) < 0;
    struct err closing = {0};
    struct record *records[] = {out.messages, out.connections, out.unmatched};

    for (int i = 0; i < 3; i++) {
        failed |= record_close(records[i], &closing) < 0;
        err_worse(err, &closing);
    }
    return failed ? -1 : 0;
}

static int run(struct rate *rate, struct load_result *result, int argc,
               char **argv, struct err *err)
{
    int done = 0;

    if (parse(rate, argc, argv, &done, err) < 0)
        return -1;
    if (done)
        return 0;
    if (check_transport(rate, err) < 0 || choose_run_id(rate, err) < 0)
        return -1;
    rate->bar = !rate->plan.persists && !rate->machine && !rate->quiet &&
                isatty(STDERR_FILENO);
    if (greet(rate, err) < 0)
        return -1;
    take_signals(); /* until here nothing was measured: just die */
    if (measure(rate, result, err) < 0) {
        tell(rate, result);
        return -1;
    }
    tell(rate, result);
    return judge(rate, result, err);
}

/* End by the signal that stopped us, as shells expect. */
static void die_by_signal(void)
{
    signal(stop_signal, SIG_DFL);
    raise(stop_signal);
}

int measure_main(const struct measure_program *program, int argc, char **argv)
{
    struct rate rate = {
        .program = program,
        .ip = "localhost",
        .port = 2333,
        .plan = {.persists = program->persists,
                 .size_bytes = 1000,
                 .buffer_bytes = 1024,
                 .connections = 1,
                 .window = 1,
                 .threads = 1,
                 .seed = 1,
                 .duration_ns = 10 * CLOCK_NS_PER_S},
    };
    /* Static for its size: the meter's classes. */
    static struct load_result result;
    struct err err = {0};
    int failed;

    start_standard_fds();
    failed = run(&rate, &result, argc, argv, &err) < 0;
    if (failed)
        err_print(&err, program->name, stderr);
    else if (result.stopped)
        die_by_signal();
    return failed ? (int)err.code : 0;
}
