#define _GNU_SOURCE
#include "clients/measure.h"

#include "clients/datagram.h"
#include "clients/engine.h"
#include "clients/hello.h"
#include "clients/judge.h"
#include "clients/loop_args.h"
#include "clients/preflight.h"
#include "clients/tell.h"
#include "clients/ticker.h"
#include "lib/args.h"
#include "lib/clock.h"
#include "lib/finish.h"
#include "lib/key.h"
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
    int plain_allowed;
    struct tell tell;
    struct load_plan plan;
    int has_key;
    struct key key;
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
    KEY,
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
    {"key-from-stdin", KEY, NULL, NULL,
     "the server has a key, and so have we: 32 hex digits, the first line of "
     "standard input"},
    {"quiet", QUIET, NULL, NULL, "no progress, no summary"},
    {"machine", MACHINE, NULL, NULL,
     "print progress and counts as lines for a program"},
    {0},
};

static int set_seconds(const char *option, const char *value, const char *want,
                       int64_t *ns, struct err *err)
{
    double seconds = 0;

    if (num_parse_real(value, 0, 86400, &seconds) < 0)
        return args_bad(err, option, value, want);
    *ns = (int64_t)(seconds * 1e9);
    return 0;
}

static int set_timeout(struct rate *rate, const char *value, struct err *err)
{
    static const char want[] = "seconds, 0.001..86400, or -1 for none";

    if (strcmp(value, "-1") == 0) {
        rate->plan.timeout_ns = forever_ns;
        return 0;
    }
    if (set_seconds("timeout", value, want, &rate->plan.timeout_ns, err) < 0)
        return -1;
    if (rate->plan.timeout_ns < CLOCK_NS_PER_MS)
        return args_bad(err, "timeout", value, want);
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
        return set_seconds("duration", value, "seconds, 0..86400",
                           &rate->plan.duration_ns, err);
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
    case KEY:
        rate->has_key = 1;
        return 0;
    case QUIET:
        rate->tell.quiet = 1;
        return 0;
    case MACHINE:
        rate->tell.machine = 1;
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
    if (plan->size_bytes >=
            (rate->has_key ? KEY_MESSAGE_BYTES : MSG_HEADER_BYTES) &&
        plan->size_bytes <= DATAGRAM_MAX_BYTES)
        return 0;
    snprintf(text, sizeof text, "%lld", (long long)plan->size_bytes);
    (void)args_bad(err, "length", text,
                   rate->has_key ? "64..65507 with --transport udp and a key"
                                 : "48..65507 with --transport udp");
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
        .key = rate->plan.key,
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
        hello_greet(&hello, &addrs, &chosen, &rate->tell.plain, err) < 0)
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

static int take_key(struct rate *rate, struct err *err)
{
    if (!rate->has_key)
        return 0;
    rate->plan.key = &rate->key;
    return key_read(&rate->key, STDIN_FILENO, err);
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

static void on_continue(int signal_number)
{
    (void)signal_number;
    ticker_continue();
}

static void take_signals(void)
{
    struct sigaction stop = {.sa_handler = on_signal};
    struct sigaction go_on = {.sa_handler = on_continue,
                              .sa_flags = SA_RESTART};

    sigaction(SIGINT, &stop, NULL);
    sigaction(SIGTERM, &stop, NULL);
    sigaction(SIGHUP, &stop, NULL);
    sigaction(SIGCONT, &go_on, NULL);
    /* A file that may not grow: write() tells. */
    signal(SIGXFSZ, SIG_IGN);
}

/* ---- the run ---- */

static int measure(struct rate *rate, struct load_result *result,
                   struct err *err)
{
    struct load_out out = {.on_progress = tell_progress, .ctx = &rate->tell};
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
    if (check_transport(rate, err) < 0 || take_key(rate, err) < 0 ||
        choose_run_id(rate, err) < 0)
        return -1;
    rate->tell.plan = &rate->plan;
    rate->tell.program = rate->program->name;
    rate->tell.bar = !rate->plan.persists && !rate->tell.machine &&
                     !rate->tell.quiet && isatty(STDERR_FILENO);
    if (greet(rate, err) < 0)
        return -1;
    take_signals(); /* until here nothing was measured: just die */
    if (measure(rate, result, err) < 0) {
        if (result->intended > 0 || rate->tell.machine)
            tell_result(&rate->tell, result);
        return -1;
    }
    tell_result(&rate->tell, result);
    return judge_result(&rate->plan, result, err);
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

    start_standard_fds();
    if (run(&rate, &result, argc, argv, &err) < 0 || finish_stdout(&err) < 0)
        return finish_failed(&err, program->name);
    if (result.stopped)
        die_by_signal();
    return 0;
}
