/*
 * echo-udp-server: answers datagrams, never an answer, never with more than
 * was asked; loses, doubles and holds back some on purpose.
 */
#include "lib/clock.h"
#include "lib/msg.h"
#include "lib/show.h"
#include "lib/start.h"
#include "servers/answers.h"
#include "servers/gate.h"
#include "servers/inject.h"
#include "servers/serve.h"

#include <string.h>

enum {
    DATAGRAM_BYTES = 65507,
    SOCKET_BYTES = 4 << 20,
    BATCH = 64,
};

struct udp_server {
    struct serve serve;
    struct gate gate;
    struct inject inject;
    struct answers answers;
    int64_t received, bytes_in;
    char buffer[DATAGRAM_BYTES];
};

/* A question of ours: lost on its way here, or answered. */
static int take_question(struct udp_server *server,
                         const struct msg_header *header, size_t n,
                         const struct net_addr *from, struct err *err)
{
    struct answers_datagram answer = {
        .bytes = server->buffer,
        .n = n,
        .to = from,
        .key = inject_key_of(&server->inject, header)};
    enum impair_action action;

    if (inject_decide(&server->inject, IMPAIR_FORWARD, &answer.key, &action,
                      err) < 0)
        return -1;
    if (action == IMPAIR_DROP)
        return 0;
    if (inject_served(&server->inject, &answer.key, err) < 0)
        return -1;
    guard_answer(&server->serve.guard, server->buffer, 'R');
    return answers_give(&server->answers, &answer, err);
}

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

static int take_datagram(struct udp_server *server, size_t n,
                         const struct net_addr *from, struct err *err)
{
    struct msg_header header = {0};
    enum gate_kind kind = gate_judge(&server->gate, server->buffer, n, from,
                                     &header);

    if (kind != GATE_REFUSED) {
        enum refusal why = serve_admit(&server->serve, n);

        if (why != REFUSED_NOT)
            kind = gate_refuse(&server->gate, why);
    }
    show(server, n, from);
    switch (kind) {
    case GATE_QUESTION:
        return take_question(server, &header, n, from, err);
    case GATE_HELLO: /* the handshake is not part of the test */
        guard_answer(&server->serve.guard, server->buffer, 'W');
        answers_send(&server->answers, server->buffer, n, from);
        return 0;
    case GATE_PLAIN:
        answers_send(&server->answers, server->buffer, n, from);
        return 0;
    default:
        return 0;
    }
}

static int take(struct udp_server *server, ssize_t n, int truncated,
                const struct net_addr *from, struct err *err)
{
    server->received++;
    server->bytes_in += n;
    if (!truncated)
        return take_datagram(server, (size_t)n, from, err);
    /* By IPv6 there are longer ones than we can send. */
    (void)gate_refuse(&server->gate, REFUSED_LENGTH);
    return 0;
}

static int take_all(struct udp_server *server, struct err *err)
{
    struct net_addr from; /* filled in but for its text */
    int truncated;

    for (int i = 0; i < BATCH; i++) {
        ssize_t n = net_recv_from(server->serve.listener, server->buffer,
                                  sizeof server->buffer, &from, &truncated);

        if (n < 0)
            return 0; /* nothing more, or an ICMP error of an answer */
        if (take(server, n, truncated, &from, err) < 0)
            return -1;
    }
    return 0;
}

/* One system call a datagram: to wait is to receive. */
static int take_next(struct udp_server *server, struct err *err)
{
    struct net_addr from; /* filled in but for its text */
    int truncated;
    ssize_t n = net_await_from(server->serve.listener, server->buffer,
                               sizeof server->buffer, &from, &truncated);

    return n < 0 ? 0 : take(server, n, truncated, &from, err);
}

/* When something is to be done even if nothing comes. */
static int64_t next_ns(const struct udp_server *server)
{
    int64_t answer_ns = answers_next_ns(&server->answers);
    int64_t flush_ns = server->inject.flush_ns;

    return flush_ns && flush_ns < answer_ns ? flush_ns : answer_ns;
}

static int64_t wait_ns(const struct udp_server *server, int64_t now_ns)
{
    int64_t due_ns = next_ns(server);

    if (due_ns == INT64_MAX || due_ns - now_ns > SERVE_LONGEST_WAIT_NS)
        return SERVE_LONGEST_WAIT_NS;
    return due_ns > now_ns ? due_ns - now_ns : 0;
}

/* Something is to be done by itself. */
static int take_in_time(struct udp_server *server, struct err *err)
{
    int64_t now_ns = clock_now_ns();

    answers_release(&server->answers, now_ns);
    if (inject_flush(&server->inject, now_ns, err) < 0)
        return -1;
    if (wait_ns(server, now_ns) == SERVE_LONGEST_WAIT_NS)
        return take_next(server, err);
    return serve_wait(&server->serve, wait_ns(server, now_ns))
               ? take_all(server, err)
               : 0;
}

/* As long as nothing is held back, recv itself waits, but not for ever. */
static int serve_all(struct udp_server *server, struct err *err)
{
    int fd = server->serve.listener, failed = 0;

    if (net_set_blocking(fd, 1) < 0)
        return err_sys(err, ERR_RESOURCE, "listen-failed", "cannot wait");
    serve_beat();
    serve_hear_signals(&server->serve);
    while (!serve_stopped() && !failed)
        failed = next_ns(server) == INT64_MAX ? take_next(server, err)
                                              : take_in_time(server, err);
    return failed;
}

/* ---- options ---- */

static int set_plain(int key, const char *value, void *ctx, struct err *err)
{
    struct gate *gate = ctx;

    (void)key, (void)value, (void)err;
    gate->plain = 1;
    return 0;
}

static int parse(struct udp_server *server, int argc, char **argv, int *done,
                 struct err *err)
{
    static const struct args_option own[] = {
        {"plain", 0, NULL, NULL,
         "answer any datagram, not only echolab's, on every address"},
        {0},
    };
    struct args_group groups[] = {
        serve_listen_group(&server->serve),
        serve_limits_group(&server->serve),
        guard_key_group(&server->serve.guard),
        {own, set_plain, &server->gate},
        inject_group(&server->inject),
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
        .ngroups = 5,
    };

    return args_parse(&spec, argc, argv, done, err);
}

/* ---- the program ---- */

static int64_t refused(const struct udp_server *server)
{
    return refusals_sum(&server->gate.refusals);
}

static void tell(const struct udp_server *server)
{
    const struct inject *inject = &server->inject;
    const struct answers *answers = &server->answers;

    serve_tell("served received=%lld answered=%lld refused=%lld dropped=%lld "
               "duplicated=%lld reordered=%lld unsent=%lld bytes_in=%lld "
               "bytes_out=%lld throttled=%lld local_drops=%lld",
               (long long)server->received, (long long)answers->sent,
               (long long)refused(server), (long long)inject->dropped,
               (long long)inject->duplicated, (long long)inject->reordered,
               (long long)answers->unsent, (long long)server->bytes_in,
               (long long)answers->bytes,
               (long long)server->serve.bucket.refusals,
               (long long)net_socket_drops(server->serve.listener));
    serve_tell_refusals(&server->gate.refusals);
}

/* Every datagram that came, and every copy we made, has gone somewhere. */
static int check_balance(const struct udp_server *server, struct err *err)
{
    int64_t in = server->received + server->inject.duplicated;
    int64_t out = server->answers.sent + server->answers.unsent +
                  refused(server) + server->inject.dropped;

    if (in == out)
        return 0;
    return err_set(err, ERR_BUG, "counts-differ",
                   "%lld datagrams and copies, but %lld fates", (long long)in,
                   (long long)out);
}

static int check_plain(const struct udp_server *server, struct err *err)
{
    if (!server->gate.plain || !server->serve.guard.has_key)
        return 0;
    err_set(err, ERR_USAGE, "usage",
            "--plain and --key-from-stdin do not go together");
    return err_hint(err, "strangers have no key: leave one of the two out");
}

static int begin(struct udp_server *server, struct err *err)
{
    if (check_plain(server, err) < 0 ||
        impair_check(&server->inject.impair, err) < 0 ||
        serve_open(&server->serve, err) < 0 ||
        inject_open(&server->inject, err) < 0)
        return -1;
    server->gate.bound = &server->serve.bound;
    server->gate.guard = &server->serve.guard;
    server->answers.fd = server->serve.listener;
    server->answers.inject = &server->inject;
    net_set_buffers(server->serve.listener, SOCKET_BYTES);
    serve_hear_signals(&server->serve);
    serve_show_config(&server->serve);
    inject_show(&server->inject, &server->serve);
    serve_ready(&server->serve);
    return 0;
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
    if (begin(server, err) < 0)
        return -1;
    failed = serve_all(server, err);
    answers_release(&server->answers, INT64_MAX);
    if (inject_close(&server->inject, failed ? &later : err) < 0)
        failed = -1;
    tell(server);
    serve_close(&server->serve);
    return failed ? failed : check_balance(server, err);
}

int main(int argc, char **argv)
{
    /* Static for its size: the buffer. */
    static struct udp_server server;
    struct err err = {0};

    start_standard_fds();
    serve_init(&server.serve);
    inject_init(&server.inject);
    server.serve.is_udp = 1;
    if (run(&server, argc, argv, &err) == 0)
        return 0;
    err_print(&err, "echo-udp-server", stderr);
    return (int)err.code;
}
