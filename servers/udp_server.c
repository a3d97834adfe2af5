/*
 * echo-udp-server: answers datagrams, never an answer, never with more than
 * was asked; loses, doubles and holds back some on purpose.
 */
#include "lib/clock.h"
#include "lib/impair.h"
#include "lib/msg.h"
#include "lib/num.h"
#include "lib/record.h"
#include "lib/show.h"
#include "lib/start.h"
#include "servers/serve.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
    DATAGRAM_BYTES = 65507,
    SOCKET_BYTES = 4 << 20,
    LEAST_SOURCE_PORT = 1024, /* below are services that answer each other */
    HOLD_NS = 2000000,        /* a held answer waits so long for a next one */
    BATCH = 64,
};

#define INJECTED_HEADER "conn,seq,direction,action"

struct counts {
    int64_t received, answered, refused, dropped, duplicated, reordered;
    int64_t unsent; /* answers that the kernel would not take */
    int64_t bytes_in, bytes_out;
};

/* An answer that is to leave behind the next one. */
struct held {
    int64_t due_ns; /* 0: none */
    struct net_addr to;
    size_t n;
    char bytes[DATAGRAM_BYTES];
};

struct udp_server {
    struct serve serve;
    struct impair impair;
    int plain; /* also for strangers' datagrams */
    const char *log_path;
    struct record *log;
    struct counts counts;
    struct held held;
    char buffer[DATAGRAM_BYTES];
};

/* ---- what we answer ---- */

/* One of our questions; it turns into its answer in place. */
static int answer_message(char *bytes, size_t n, struct msg_header *header)
{
    if (n < MSG_HEADER_BYTES || msg_read(bytes, header) < 0)
        return 0;
    if (header->kind == 'Q')
        bytes[MSG_KIND_AT] = 'R';
    else if (header->kind == 'H')
        bytes[MSG_KIND_AT] = 'W';
    else
        return 0;
    return 1;
}

/* A source that would answer our answer, so that two servers talk for ever. */
static int is_looping(const struct udp_server *server,
                      const struct net_addr *from)
{
    int port = net_port(from);

    return port < LEAST_SOURCE_PORT || port == net_port(&server->serve.bound);
}

/* Looks like ours, but is not a question: an answer, or damaged. */
static int is_ours(const char *bytes, size_t n)
{
    return n >= 3 && memcmp(bytes, "EL1", 3) == 0;
}

static int answer_plain(const struct udp_server *server, const char *bytes,
                        size_t n)
{
    return n > 0 && !is_ours(bytes, n) &&
           (server->plain || net_is_loopback(&server->serve.bound));
}

/* ---- sending ---- */

static void send_answer(struct udp_server *server, const char *bytes, size_t n,
                        const struct net_addr *to)
{
    if (net_send_to(server->serve.listener, bytes, n, to) < 0) {
        server->counts.unsent++; /* a loss that is not on purpose */
        return;
    }
    server->counts.answered++;
    server->counts.bytes_out += (int64_t)n;
}

static void release_held(struct udp_server *server)
{
    struct held *held = &server->held;

    if (!held->due_ns)
        return;
    held->due_ns = 0;
    send_answer(server, held->bytes, held->n, &held->to);
}

static void hold(struct udp_server *server, size_t n, const struct net_addr *to)
{
    struct held *held = &server->held;

    release_held(server);
    memcpy(held->bytes, server->buffer, n);
    held->n = n;
    held->to = *to;
    held->due_ns = clock_now_ns() + HOLD_NS;
}

/* ---- on purpose ---- */

static int log_action(struct udp_server *server,
                      const struct msg_header *header,
                      enum impair_direction direction,
                      enum impair_action action, struct err *err)
{
    char line[RECORD_ROW_MAX], *to = line;

    if (!server->log || action == IMPAIR_PASS)
        return 0;
    to = record_put_int(to, header->conn);
    to = record_put_int(to, (int64_t)header->seq);
    to = record_put_text(to, impair_direction_name(direction));
    to = record_put_text(to, impair_action_name(action));
    to[-1] = '\n';
    *to = '\0';
    return record_add_line(server->log, line, err);
}

static int answer_impaired(struct udp_server *server,
                           const struct msg_header *header, size_t n,
                           const struct net_addr *to, struct err *err)
{
    enum impair_action action = impair_decide(&server->impair, IMPAIR_REVERSE,
                                              header->conn, header->seq);

    if (log_action(server, header, IMPAIR_REVERSE, action, err) < 0)
        return -1;
    server->counts.dropped += action == IMPAIR_DROP;
    server->counts.duplicated += action == IMPAIR_DUPLICATE;
    server->counts.reordered += action == IMPAIR_REORDER;
    if (action == IMPAIR_DROP)
        return 0;
    if (action == IMPAIR_REORDER) {
        hold(server, n, to);
        return 0;
    }
    send_answer(server, server->buffer, n, to);
    if (action == IMPAIR_DUPLICATE)
        send_answer(server, server->buffer, n, to);
    release_held(server);
    return 0;
}

/* A question of ours: lost on its way here, or answered. */
static int take_message(struct udp_server *server,
                        const struct msg_header *header, size_t n,
                        const struct net_addr *from, struct err *err)
{
    enum impair_action action;

    if (header->kind == 'H') { /* the handshake is not part of the test */
        send_answer(server, server->buffer, n, from);
        return 0;
    }
    action = impair_decide(&server->impair, IMPAIR_FORWARD, header->conn,
                           header->seq);
    if (log_action(server, header, IMPAIR_FORWARD, action, err) < 0)
        return -1;
    if (action == IMPAIR_DROP) {
        server->counts.dropped++;
        return 0;
    }
    return answer_impaired(server, header, n, from, err);
}

/* ---- receiving ---- */

static void show(const struct udp_server *server, size_t n,
                 const struct net_addr *from)
{
    char peer[NET_TUPLE_SIZE], text[400];

    if (server->serve.quiet)
        return;
    net_tuple_text(from, peer);
    serve_say(&server->serve, "From client %s: %s", peer,
              show_bytes(server->buffer, n, 72, text, sizeof text));
}

/* n is its length, which with IPv6 can be more than the buffer holds. */
static int take_datagram(struct udp_server *server, size_t n,
                         const struct net_addr *from, struct err *err)
{
    struct msg_header header = {0};

    server->counts.received++;
    server->counts.bytes_in += (int64_t)n;
    if (n <= sizeof server->buffer && !is_looping(server, from)) {
        show(server, n, from);
        if (answer_message(server->buffer, n, &header))
            return take_message(server, &header, n, from, err);
        if (answer_plain(server, server->buffer, n)) {
            send_answer(server, server->buffer, n, from);
            return 0;
        }
    }
    server->counts.refused++;
    return 0;
}

static int take_all(struct udp_server *server, struct err *err)
{
    struct net_addr from = {0};
    int truncated;

    for (int i = 0; i < BATCH; i++) {
        ssize_t n = net_recv_from(server->serve.listener, server->buffer,
                                  sizeof server->buffer, &from, &truncated);

        if (n < 0)
            return 0; /* nothing more, or an ICMP error of an answer */
        if (take_datagram(server, (size_t)n, &from, err) < 0)
            return -1;
    }
    return 0;
}

static int serve_all(struct udp_server *server, struct err *err)
{
    while (!serve_stopped()) {
        int64_t due_ns = server->held.due_ns;
        int64_t wait_ns = due_ns ? due_ns - clock_now_ns() : -1;

        if (due_ns && wait_ns <= 0)
            release_held(server);
        else if (serve_wait(&server->serve, wait_ns) &&
                 take_all(server, err) < 0)
            return -1;
    }
    return 0;
}

/* ---- options ---- */

enum { MODEL, P, BURST, DIRECTION, DUPLICATE, REORDER, SEED, LOG, PLAIN };

static int set_share(const char *option, const char *value, double *to,
                     struct err *err)
{
    if (num_parse_real(value, 0, 1, to) == 0)
        return 0;
    return args_bad(err, option, value, "a share, 0..1 (20 % is 0.2)");
}

static int set_direction(struct impair *impair, const char *value,
                         struct err *err)
{
    if (strcmp(value, "both") == 0)
        impair->directions = 1 << IMPAIR_FORWARD | 1 << IMPAIR_REVERSE;
    else if (strcmp(value, "forward") == 0)
        impair->directions = 1 << IMPAIR_FORWARD;
    else if (strcmp(value, "reverse") == 0)
        impair->directions = 1 << IMPAIR_REVERSE;
    else
        return args_bad(err, "loss-direction", value,
                        "both, forward or reverse");
    return 0;
}

static int set_numbers(struct impair *impair, int key, const char *value,
                       struct err *err)
{
    long long n = 0;

    switch (key) {
    case P:
        if (impair->model == IMPAIR_NONE)
            impair->model = IMPAIR_BERNOULLI;
        return set_share("loss", value, &impair->p, err);
    case DUPLICATE:
        return set_share("duplicate", value, &impair->duplicate, err);
    case REORDER:
        return set_share("reorder", value, &impair->reorder, err);
    case BURST:
        if (num_parse_real(value, 1, 1000, &impair->burst) < 0)
            return args_bad(err, "loss-burst", value, "a mean, 1..1000");
        return 0;
    default:
        if (args_int(value, ARGS_RANGE("seed", 0, INT64_C(1) << 53), &n, err) <
            0)
            return -1;
        impair->seed = (uint64_t)n;
        return 0;
    }
}

static int take_option(int key, const char *value, void *ctx, struct err *err)
{
    struct udp_server *server = ctx;

    switch (key) {
    case MODEL:
        if (impair_parse_model(value, &server->impair.model) < 0)
            return args_bad(err, "loss-model", value, "bernoulli or gilbert");
        return 0;
    case DIRECTION:
        return set_direction(&server->impair, value, err);
    case LOG:
        if (!value[0])
            return args_bad(err, "log", value, "a file");
        server->log_path = value;
        return 0;
    case PLAIN:
        server->plain = 1;
        return 0;
    default:
        return set_numbers(&server->impair, key, value, err);
    }
}

static const struct args_option own[] = {
    {"plain", PLAIN, NULL, NULL,
     "answer any datagram, not only echolab's, on every address"},
    {"loss", P, "SHARE", "0", "lose this share of the messages on purpose"},
    {"loss-model", MODEL, "MODEL", "bernoulli",
     "bernoulli: each on its own; gilbert: in bursts"},
    {"loss-burst", BURST, "N", "1", "mean length of a burst (gilbert)"},
    {"loss-direction", DIRECTION, "DIRECTION", "both",
     "forward (to the server), reverse, or both, each with that share"},
    {"duplicate", DUPLICATE, "SHARE", "0", "answer this share twice"},
    {"reorder", REORDER, "SHARE", "0",
     "hold this share of the answers back behind the next one"},
    {"seed", SEED, "N", "1", "every choice follows from it"},
    {"log", LOG, "FILE", NULL, "write each loss on purpose as a row of FILE"},
    {0},
};

static int parse(struct udp_server *server, int argc, char **argv, int *done,
                 struct err *err)
{
    struct args_group groups[] = {
        serve_listen_group(&server->serve),
        {own, take_option, server},
    };
    struct args_spec spec = {
        .prog = "echo-udp-server",
        .usage = "",
        .doc = "Send back every datagram, and lose some on purpose.",
        .more = "Outside loopback only echolab's own messages are answered, "
                "unless --plain says otherwise. An answer is never answered, "
                "never longer than the question, and never sent to a port "
                "below 1024.\n\n"
                "Example: echo-udp-server --loss 0.1 --log injected.csv",
        .groups = groups,
        .ngroups = 2,
    };

    return args_parse(&spec, argc, argv, done, err);
}

/* ---- the program ---- */

static void tell(const struct counts *counts)
{
    serve_tell("served received=%lld answered=%lld refused=%lld dropped=%lld "
               "duplicated=%lld reordered=%lld unsent=%lld bytes_in=%lld "
               "bytes_out=%lld",
               (long long)counts->received, (long long)counts->answered,
               (long long)counts->refused, (long long)counts->dropped,
               (long long)counts->duplicated, (long long)counts->reordered,
               (long long)counts->unsent, (long long)counts->bytes_in,
               (long long)counts->bytes_out);
}

static int run(struct udp_server *server, int argc, char **argv,
               struct err *err)
{
    struct err later = {0}; /* only the first failure is told */
    int done = 0, failed;

    if (parse(server, argc, argv, &done, err) < 0)
        return -1;
    if (done)
        return 0;
    if (impair_check(&server->impair, err) < 0 ||
        serve_open(&server->serve, err) < 0)
        return -1;
    if (server->log_path) {
        server->log = record_open(server->log_path, INJECTED_HEADER, err);
        if (!server->log)
            return -1;
    }
    net_set_buffers(server->serve.listener, SOCKET_BYTES);
    serve_show_config(&server->serve);
    serve_ready(&server->serve);
    failed = serve_all(server, err);
    release_held(server);
    if (record_close(server->log, failed ? &later : err) < 0)
        failed = -1;
    tell(&server->counts);
    return failed;
}

int main(int argc, char **argv)
{
    /* Static for its size: the buffers. */
    static struct udp_server server = {
        .impair = {.burst = 1,
                   .seed = 1,
                   .directions = 1 << IMPAIR_FORWARD | 1 << IMPAIR_REVERSE}};
    struct err err = {0};

    start_standard_fds();
    serve_init(&server.serve);
    server.serve.is_udp = 1;
    if (run(&server, argc, argv, &err) == 0)
        return 0;
    err_print(&err, "echo-udp-server", stderr);
    return (int)err.code;
}
