#define _GNU_SOURCE
#include "clients/talk.h"

#include "clients/talk_shared.h"
#include "lib/clock.h"
#include "lib/finish.h"
#include "lib/num.h"
#include "lib/start.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { DATAGRAM_ROOM = 1 << 16 }; /* more than a datagram holds */

static const int64_t connect_timeout_ns = 10 * CLOCK_NS_PER_S;
static const int64_t udp_timeout_ns = 2 * CLOCK_NS_PER_S;

static volatile sig_atomic_t interrupted;

static void on_interrupt(int signal_number)
{
    interrupted = signal_number;
}

static void take_signals(void)
{
    struct sigaction action = {.sa_handler = on_interrupt};

    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGTERM, &action, NULL);
}

int talk_interrupted(void)
{
    return interrupted;
}

/* ---- options ---- */

enum { IP, PORT, TIMEOUT, BUFFER };

static void init(struct talk *talk, const struct talk_program *program)
{
    int is_udp = program->is_udp;

    memset(talk, 0, sizeof *talk);
    talk->ip = "localhost";
    talk->port = 2333;
    talk->buffer_bytes = is_udp ? DATAGRAM_ROOM : 1024;
    talk->timeout_ns = is_udp ? udp_timeout_ns : 0;
    talk->is_udp = is_udp;
    talk->program = program;
    talk->fd = -1;
}

static int set_timeout(struct talk *talk, const char *value, struct err *err)
{
    double seconds = 0;

    talk->timeout_ns = 0;
    if (strcmp(value, "-1") == 0)
        return 0;
    if (num_parse_real(value, 0.001, 86400, &seconds) < 0)
        return args_bad(err, "timeout", value,
                        "seconds, 0.001..86400, or -1 for none");
    talk->timeout_ns = (int64_t)(seconds * 1e9);
    return 0;
}

static int take(int key, const char *value, void *ctx, struct err *err)
{
    struct talk *talk = ctx;
    long long n = 0;

    switch (key) {
    case IP:
        talk->ip = value;
        return 0;
    case TIMEOUT:
        return set_timeout(talk, value, err);
    case PORT:
        if (args_int(value, ARGS_RANGE("port", 1, 65535), &n, err) < 0)
            return -1;
        talk->port = (int)n;
        return 0;
    default:
        if (args_int(value, ARGS_RANGE("buffer", 1, 16 << 20), &n, err) < 0)
            return -1;
        talk->buffer_bytes = (size_t)n;
        return 0;
    }
}

static int parse(struct talk *talk, int argc, char **argv, int *done,
                 struct err *err)
{
    const struct args_option end = {0};
    static const struct args_option buffer = {"buffer", BUFFER, "BYTES", "1024",
                                              "most bytes that one read takes"};
    struct args_option options[] = {
        {"ip", IP, "HOST", "localhost", "server: a name or an address"},
        {"port", PORT, "PORT", "2333", "its port"},
        {"timeout", TIMEOUT, "SECONDS", talk->is_udp ? "2" : "-1",
         "longest wait for an echo; -1 for ever"},
        talk->is_udp ? end : buffer, /* a datagram is taken whole */
        end,
    };
    struct args_group group = {options, take, talk};
    struct args_spec spec = {
        .prog = talk->program->name,
        .usage = "",
        .doc = talk->program->doc,
        .more = talk->program->more,
        .groups = &group,
        .ngroups = 1,
    };

    return args_parse(&spec, argc, argv, done, err);
}

/* ---- connecting ---- */

static void show_config(const struct talk *talk)
{
    printf("Client Config:\n"
           "    server ip: %s\n"
           "    server port: %d\n"
           "    timeout: %g\n",
           talk->ip, talk->port,
           talk->timeout_ns ? (double)talk->timeout_ns / 1e9 : -1.0);
    if (!talk->is_udp)
        printf("    buffer size: %zu\n", talk->buffer_bytes);
}

static int try_connect(struct talk *talk, const struct net_addrs *addrs,
                       struct err *err)
{
    int64_t limit_ns = talk->timeout_ns ? talk->timeout_ns : connect_timeout_ns;

    for (int i = 0; i < addrs->n; i++) {
        int64_t start_ns = clock_now_ns();

        talk->server = addrs->at[i];
        talk->fd = talk->is_udp ? net_connect_udp(&talk->server)
                                : net_connect(&talk->server, limit_ns);
        if (talk->fd >= 0)
            return 0;
        net_connect_err(err, &talk->server, errno, clock_now_ns() - start_ns);
    }
    return -1;
}

int talk_make_room(struct talk *talk, size_t n)
{
    size_t size = n > talk->buffer_bytes ? n : talk->buffer_bytes;
    char *more = realloc(talk->reply, size);

    if (!more)
        return -1;
    talk->reply = more;
    return 0;
}

static int connect_server(struct talk *talk, struct err *err)
{
    struct net_addrs addrs = {0};
    char server[NET_TUPLE_SIZE];

    if (talk_make_room(talk, 0) < 0)
        return err_sys(err, ERR_RESOURCE, "memory", "cannot make a buffer");
    show_config(talk);
    if (net_resolve(talk->ip, talk->port, &addrs, err) < 0 ||
        try_connect(talk, &addrs, err) < 0)
        return -1;
    if (!talk->is_udp)
        (void)net_set_nodelay(talk->fd);
    net_tuple_text(&talk->server, server);
    printf("Connected to server %s.\n", server);
    return 0;
}

/* ---- the end ---- */

static const char *reason(const struct talk *talk, enum talk_end end,
                          char *text, size_t size)
{
    switch (end) {
    case TALK_CLOSED:
        return " The server closed the connection.";
    case TALK_TIMEOUT:
        snprintf(text, size, " No echo within %g s.",
                 (double)talk->timeout_ns / 1e9);
        return text;
    case TALK_FAILED:
        snprintf(text, size, " The connection failed: %s.", strerror(errno));
        return text;
    default:
        return "";
    }
}

static int goodbye(struct talk *talk, enum talk_end end, struct err *err)
{
    char server[NET_TUPLE_SIZE], text[160];
    const char *why = reason(talk, end, text, sizeof text);

    net_tuple_text(&talk->server, server);
    if (talk->prompting)
        putchar('\n');
    printf("Disconnected from server %s.%s\n", server, why);
    close(talk->fd);
    if (finish_stdout(err) < 0)
        return -1;
    if (end == TALK_INTERRUPTED) {
        (void)signal(interrupted, SIG_DFL);
        (void)raise(interrupted);
    }
    return end == TALK_OK || end == TALK_BYE ? 0 : ERR_CUT;
}

int talk_main(const struct talk_program *program, int argc, char **argv)
{
    struct talk talk;
    struct err err = {0};
    int done = 0, code = -1;

    start_standard_fds();
    init(&talk, program);
    if (parse(&talk, argc, argv, &done, &err) == 0) {
        if (done)
            return 0;
        if (connect_server(&talk, &err) == 0) {
            take_signals();
            code = goodbye(&talk, program->converse(&talk), &err);
        }
    }
    free(talk.reply);
    free(talk.line);
    return code < 0 ? finish_failed(&err, program->name) : code;
}
