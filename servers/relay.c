/*
 * echo-relay: a path on this machine.  Forwards TCP connections or UDP
 * datagrams with delay, jitter and a rate limit, each direction on its own, in
 * order; and loses, doubles and reorders datagrams on purpose.
 */
#include "lib/clock.h"
#include "lib/num.h"
#include "lib/start.h"
#include "servers/inject.h"
#include "servers/path.h"
#include "servers/relay_tcp.h"
#include "servers/relay_udp.h"

#include <stdio.h>
#include <string.h>

enum {
    BACKLOG = 1024,
    LIMITS_OF_ALL = 1 << LIMIT_PER_SOURCE | 1 << LIMIT_LIFETIME,
    LIMITS_OF_UDP = 1 << LIMIT_MESSAGE | 1 << LIMIT_BYTES | 1 << LIMIT_PACKETS,
};

struct program {
    struct path path;
    struct relay_udp_plan udp;
    struct inject inject;
    const char *for_udp; /* an option that only UDP has; NULL: none given */
};

static void show_config(const struct program *program)
{
    const struct path *path = &program->path;
    const struct serve *serve = &path->serve;
    char delay[24], jitter[24], rate[24];

    num_duration((double)path->emulated.delay_ns, delay, sizeof delay);
    num_duration((double)path->emulated.jitter_ns, jitter, sizeof jitter);
    num_bitrate(path->emulated.rate_bits_per_s, rate, sizeof rate);
    serve_say(serve, "Relay Config:");
    serve_say(serve, "    listen port: %d", net_port(&serve->bound));
    serve_say(serve, "    to: %s", path->target.text);
    serve_say(serve, "    delay: %s +- %s, one way", delay, jitter);
    serve_say(serve, "    rate: %s",
              path->emulated.rate_bits_per_s > 0 ? rate : "no limit");
    inject_show(&program->inject, serve);
}

/* ---- options ---- */

enum {
    TRANSPORT,
    TO,
    DELAY,
    JITTER,
    RATE,
    MAX_CONNECTIONS,
    QUEUE,
    IDLE,
    PLAIN,
};

static const struct args_option own[] = {
    {"transport", TRANSPORT, "tcp|udp", "tcp", "what is forwarded"},
    {"to", TO, "HOST:PORT", "127.0.0.1:2333", "where to forward to"},
    {"delay-ms", DELAY, "MS", "0", "delay of each direction"},
    {"jitter-ms", JITTER, "MS", "0",
     "vary each delay evenly by +- this much; order is kept, with UDP too"},
    {"rate-mbit", RATE, "MBIT", "0",
     "limit of each direction in Mbit/s; 0 for none"},
    {"max-connections", MAX_CONNECTIONS, "N", "1024 on loopback, 64 elsewhere",
     "connections, or addresses that datagrams come from, relayed at once"},
    {"queue-kb", QUEUE, "KB", "256",
     "udp: what may wait for the rate limit; more is dropped, and counted"},
    {"timeout", IDLE, "SECONDS", "30",
     "udp: forget an address that is silent for so long"},
    {"plain", PLAIN, NULL, NULL,
     "udp: forward any datagram, not only echolab's, from every address"},
    {0},
};

static int set_real(const char *option, const char *value, double hi,
                    double *to, struct err *err)
{
    char want[64];

    if (num_parse_real(value, 0, hi, to) == 0)
        return 0;
    snprintf(want, sizeof want, "a number, 0..%.0f", hi);
    return args_bad(err, option, value, want);
}

static int set_ms(const char *option, const char *value, int64_t *ns,
                  struct err *err)
{
    double ms = 0;

    if (set_real(option, value, 60000, &ms, err) < 0)
        return -1;
    *ns = (int64_t)(ms * 1e6);
    return 0;
}

static int set_transport(struct program *program, const char *value,
                         struct err *err)
{
    program->path.serve.is_udp = strcmp(value, "udp") == 0;
    if (program->path.serve.is_udp || strcmp(value, "tcp") == 0)
        return 0;
    return args_bad(err, "transport", value, "tcp or udp");
}

static int set_udp(struct program *program, int key, const char *value,
                   struct err *err)
{
    long long n = 0;

    switch (key) {
    case QUEUE:
        program->for_udp = "--queue-kb";
        if (args_int(value, ARGS_RANGE("queue-kb", 1, 1 << 16), &n, err) < 0)
            return -1;
        program->udp.queue_bytes = n * 1000;
        return 0;
    case IDLE:
        program->for_udp = "--timeout";
        if (args_int(value, ARGS_RANGE("timeout", 1, 3600), &n, err) < 0)
            return -1;
        program->udp.idle_ns = n * CLOCK_NS_PER_S;
        return 0;
    default:
        program->for_udp = "--plain";
        program->udp.plain = 1;
        return 0;
    }
}

static int set_own(int key, const char *value, void *ctx, struct err *err)
{
    struct program *program = ctx;
    struct path *path = &program->path;
    double mbit = 0;
    long long n = 0;

    switch (key) {
    case TRANSPORT:
        return set_transport(program, value, err);
    case TO:
        if (net_split(value, path->target_name, &path->target_port) < 0 ||
            path->target_port == 0)
            return args_bad(err, "to", value, "HOST:PORT or [ADDR]:PORT");
        return 0;
    case DELAY:
        return set_ms("delay-ms", value, &path->emulated.delay_ns, err);
    case JITTER:
        return set_ms("jitter-ms", value, &path->emulated.jitter_ns, err);
    case RATE:
        if (set_real("rate-mbit", value, 1e6, &mbit, err) < 0)
            return -1;
        path->emulated.rate_bits_per_s = mbit * 1e6;
        return 0;
    case MAX_CONNECTIONS:
        if (args_int(value, ARGS_RANGE("max-connections", 1, 9000), &n, err) <
            0)
            return -1;
        path->serve.max_connections = (int)n;
        return 0;
    default:
        return set_udp(program, key, value, err);
    }
}

/* What the options say together. */
static int settle(struct program *program, struct err *err)
{
    struct path *path = &program->path;
    const struct inject *inject = &program->inject;

    path->emulated.seed = inject->impair.seed;
    path->serve.fds_per_connection = path->serve.is_udp ? 1 : 2;
    if (impair_check(&inject->impair, err) < 0)
        return -1;
    if (path->emulated.jitter_ns > path->emulated.delay_ns) {
        err_set(err, ERR_USAGE, "usage", "--jitter-ms is more than --delay-ms");
        return err_hint(err, "jitter varies the delay by +- so much; it cannot "
                             "go below 0");
    }
    if (inject_is_on(inject) || inject->log_path || inject->served_path)
        program->for_udp = "loss on purpose";
    for (int i = 0; i < LIMITS; i++)
        if (LIMITS_OF_UDP >> i & 1 && path->serve.limits.given[i])
            program->for_udp = "limits of datagrams";
    if (path->serve.is_udp || !program->for_udp)
        return 0;
    err_set(err, ERR_USAGE, "usage", "not with TCP: %s", program->for_udp);
    return err_hint(err, "add --transport udp");
}

static int parse(struct program *program, int argc, char **argv, int *done,
                 struct err *err)
{
    struct args_group groups[] = {
        serve_listen_group(&program->path.serve),
        {own, set_own, program},
        inject_group(&program->inject),
        guard_group(&program->path.serve.guard),
        limits_group(&program->path.serve.limits,
                     LIMITS_OF_ALL | LIMITS_OF_UDP),
    };
    struct args_spec spec = {
        .prog = "echo-relay",
        .usage = "",
        .doc = "A path on this machine: forward TCP connections or UDP "
               "datagrams with delay, jitter and a rate limit, and lose some "
               "datagrams on purpose. Needs no root.",
        .more =
            "With TCP the delay applies to bytes, not to the handshake: a "
            "client is connected at once.\n\n"
            "With UDP, loss, copies and reordering happen at the clients' end "
            "of the path. They follow from the seed and the numbers in "
            "echolab's messages, exactly as those of echo-udp-server; other "
            "datagrams are numbered as they come, and not logged. Outside "
            "loopback only echolab's own are forwarded, unless --plain says "
            "otherwise; an answer is never forwarded as a question.\n\n"
            "Example, the path of 38 ms there and back: echo-relay --port "
            "2334 --to 127.0.0.1:2333 --delay-ms 19 --jitter-ms 0.5\n\n"
            "Example, a bad one for datagrams: echo-relay --transport udp "
            "--port 2334 --delay-ms 19 --rate-mbit 8 --loss 0.05 --loss-model "
            "gilbert --loss-burst 3 --log injected.csv",
        .groups = groups,
        .ngroups = 5,
    };

    if (args_parse(&spec, argc, argv, done, err) < 0)
        return -1;
    return *done ? 0 : settle(program, err);
}

/* ---- the program ---- */

static int relay_datagrams(struct program *program, struct err *err)
{
    struct err later = {0}; /* only the first failure is told */
    int failed = relay_udp(&program->path, &program->udp, &program->inject,
                           err);

    if (inject_close(&program->inject, failed ? &later : err) < 0)
        failed = -1;
    return failed;
}

static int run(struct program *program, int argc, char **argv, struct err *err)
{
    struct path *path = &program->path;
    int done = 0, failed;

    if (parse(program, argc, argv, &done, err) < 0)
        return -1;
    if (done)
        return 0;
    if (path_open(path, err) < 0 || inject_open(&program->inject, err) < 0)
        return -1;
    serve_hear_signals(&path->serve);
    show_config(program);
    serve_ready(&path->serve);
    failed = path->serve.is_udp ? relay_datagrams(program, err)
                                : relay_tcp(path, err);
    path_close(path);
    return failed;
}

int main(int argc, char **argv)
{
    struct program program = {
        .udp = {.idle_ns = 30 * CLOCK_NS_PER_S, .queue_bytes = 256000}};
    struct err err = {0};

    start_standard_fds();
    path_init(&program.path);
    inject_init(&program.inject);
    program.path.serve.backlog = BACKLOG;
    if (run(&program, argc, argv, &err) == 0)
        return 0;
    err_print(&err, "echo-relay", stderr);
    return (int)err.code;
}
