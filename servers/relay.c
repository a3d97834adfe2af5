/*
 * echo-relay: a path on this machine.  Forwards TCP connections with delay,
 * jitter and a rate limit, each direction on its own, in order.
 */
#include "lib/num.h"
#include "lib/start.h"
#include "servers/path.h"
#include "servers/relay_tcp.h"

#include <stdio.h>

enum { BACKLOG = 1024 };

static void show_config(const struct path *path)
{
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
}

enum { TO, DELAY, JITTER, RATE, SEED, MAX_CONNECTIONS };

static int set_real(const char *option, const char *value, double hi,
                    double *to, struct err *err)
{
    char want[64];

    if (num_parse_real(value, 0, hi, to) == 0)
        return 0;
    snprintf(want, sizeof want, "a number, 0..%g", hi);
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

static int set_count(struct path *path, int key, const char *value,
                     struct err *err)
{
    long long n = 0;

    if (key == SEED) {
        if (args_int(value, ARGS_RANGE("seed", 0, INT64_C(1) << 53), &n, err) <
            0)
            return -1;
        path->emulated.seed = (uint64_t)n;
        return 0;
    }
    if (args_int(value, ARGS_RANGE("max-connections", 1, 9000), &n, err) < 0)
        return -1;
    path->serve.max_connections = (int)n;
    return 0;
}

static int set_path(int key, const char *value, void *ctx, struct err *err)
{
    struct path *path = ctx;
    double mbit = 0;

    switch (key) {
    case TO:
        if (net_split(value, path->target_name, &path->target_port) < 0)
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
    default:
        return set_count(path, key, value, err);
    }
}

static int parse(struct path *path, int argc, char **argv, int *done,
                 struct err *err)
{
    static const struct args_option own[] = {
        {"to", TO, "HOST:PORT", "127.0.0.1:2333", "where to forward to"},
        {"delay-ms", DELAY, "MS", "0", "delay of each direction"},
        {"jitter-ms", JITTER, "MS", "0",
         "vary each delay evenly by +- this much; order is kept"},
        {"rate-mbit", RATE, "MBIT", "0",
         "limit of each direction in Mbit/s; 0 for none"},
        {"seed", SEED, "N", "1", "all jitter follows from it"},
        {"max-connections", MAX_CONNECTIONS, "N",
         "1024 on loopback, 64 elsewhere", "connections relayed at once"},
        {0},
    };
    struct args_group groups[] = {
        serve_listen_group(&path->serve),
        {own, set_path, path},
    };
    struct args_spec spec = {
        .prog = "echo-relay",
        .usage = "",
        .doc = "A path on this machine: forward TCP connections with delay, "
               "jitter and a rate limit. Needs no root.",
        .more = "The delay applies to bytes, not to the handshake: a client "
                "is connected at once.\n\nExample, the path of 38 ms there "
                "and back: echo-relay --port 2334 --to 127.0.0.1:2333 "
                "--delay-ms 19 --jitter-ms 0.5",
        .groups = groups,
        .ngroups = 2,
    };

    return args_parse(&spec, argc, argv, done, err);
}

static int run(struct path *path, int argc, char **argv, struct err *err)
{
    int done = 0, failed;

    if (parse(path, argc, argv, &done, err) < 0)
        return -1;
    if (done)
        return 0;
    if (path_open(path, err) < 0)
        return -1;
    serve_hear_signals(&path->serve);
    show_config(path);
    serve_ready(&path->serve);
    failed = relay_tcp(path, err);
    path_close(path);
    return failed;
}

int main(int argc, char **argv)
{
    struct path path;
    struct err err = {0};

    start_standard_fds();
    path_init(&path);
    path.emulated.seed = 1;
    path.serve.backlog = BACKLOG;
    path.serve.fds_per_connection = 2;
    if (run(&path, argc, argv, &err) == 0)
        return 0;
    err_print(&err, "echo-relay", stderr);
    return (int)err.code;
}
