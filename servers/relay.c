/*
 * echo-relay: a path on this machine.  Forwards TCP connections with delay,
 * jitter and a rate limit, each direction on its own, in order.
 */
#define _GNU_SOURCE
#include "lib/clock.h"
#include "lib/num.h"
#include "lib/start.h"
#include "servers/flow.h"
#include "servers/serve.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

enum {
    CHUNK_BYTES = 64 << 10,
    QUEUE_BYTES = 16 << 20, /* stop reading a side beyond this */
    EVENTS = 256,
    BACKLOG = 1024,
    SPIN_NS = 80000, /* a sleep overshoots by about as much */
    CLIENT = 0,
    TARGET = 1,
};

static const int64_t accept_pause_ns = CLOCK_NS_PER_S / 10;

/* One end of a pair; what it reads flows to the other end. */
struct side {
    struct pair *pair;
    int fd;
    int linked;        /* connected: bytes can be sent to it */
    int finished;      /* it has closed its half */
    int blocked;       /* its socket buffer is full */
    int broken;        /* reset: nothing can be sent to it or heard from it */
    uint32_t interest; /* what epoll was told */
    struct flow out;   /* what waits to be sent to it */
};

struct pair {
    struct side side[2];
    struct pair *prev, *next;
    int dead; /* in relay->ended: later events skip it */
};

struct relay {
    struct serve serve;
    struct flow_path path;
    int64_t link_free_ns[2]; /* of each direction, see struct flow */
    char target_name[NET_NAME_SIZE];
    int target_port;
    struct net_addr target;
    int epoll;
    struct pair *pairs;
    struct pair *ended; /* to be freed after this round */
    int live;
    int64_t accepted, refused, failed, bytes;
    int64_t accept_ns; /* out of descriptors: not accepting until then */
    int is_short;      /* of descriptors, and has said so */
    int spare;         /* a descriptor kept for the next client's target */
    char chunk[CHUNK_BYTES];
};

static struct side *other(struct side *side)
{
    return &side->pair->side[side == &side->pair->side[CLIENT]];
}

/* Tell epoll what this side waits for, when that has changed. */
static void watch(struct relay *relay, struct side *side)
{
    struct epoll_event event = {.data.ptr = side};

    if (!side->finished && other(side)->out.queued_bytes < QUEUE_BYTES)
        event.events |= EPOLLIN;
    if (!side->linked || side->blocked)
        event.events |= EPOLLOUT;
    if (event.events == side->interest)
        return;
    side->interest = event.events;
    (void)epoll_ctl(relay->epoll, EPOLL_CTL_MOD, side->fd, &event);
}

static void end_pair(struct relay *relay, struct pair *pair, int reset)
{
    for (int i = 0; i < 2; i++) {
        if (reset)
            net_close_reset(pair->side[i].fd);
        else
            close(pair->side[i].fd);
        flow_release(&pair->side[i].out);
    }
    if (pair->prev)
        pair->prev->next = pair->next;
    else
        relay->pairs = pair->next;
    if (pair->next)
        pair->next->prev = pair->prev;
    pair->dead = 1;
    pair->next = relay->ended;
    relay->ended = pair;
    relay->live--;
}

static int add_side(struct relay *relay, struct pair *pair, int which, int fd)
{
    struct side *side = &pair->side[which];
    struct epoll_event event = {.data.ptr = side};

    side->pair = pair;
    side->fd = fd;
    side->out.stream = (uint64_t)relay->accepted * 2 + (uint64_t)which;
    side->out.link_free_ns = &relay->link_free_ns[which];
    (void)net_set_nodelay(fd);
    return epoll_ctl(relay->epoll, EPOLL_CTL_ADD, fd, &event);
}

static void link_pair(struct relay *relay, struct pair *pair)
{
    pair->next = relay->pairs;
    if (pair->next)
        pair->next->prev = pair;
    relay->pairs = pair;
    relay->live++;
    relay->accepted++;
}

/* The target's end of a new pair takes the place of the spare descriptor. */
static int connect_target(struct relay *relay)
{
    close(relay->spare);
    relay->spare = -1;
    return net_connect_start(&relay->target);
}

static void take_client(struct relay *relay, int fd,
                        const struct net_addr *peer)
{
    int full = relay->live >= relay->serve.max_connections;
    int target = full ? -1 : connect_target(relay);
    struct pair *pair = target < 0 ? NULL : calloc(1, sizeof *pair);
    char name[NET_TUPLE_SIZE];

    net_tuple_text(peer, name);
    if (!pair || net_set_blocking(fd, 0) < 0 ||
        add_side(relay, pair, CLIENT, fd) < 0 ||
        add_side(relay, pair, TARGET, target) < 0) {
        serve_say(&relay->serve, "Client %s refused!", name);
        relay->refused++;
        net_close_reset(fd);
        if (target >= 0)
            close(target);
        free(pair);
        return;
    }
    serve_say(&relay->serve, "Client %s relayed!", name);
    link_pair(relay, pair);
    pair->side[CLIENT].linked = 1;
    watch(relay, &pair->side[CLIENT]);
    watch(relay, &pair->side[TARGET]);
}

/*
 * A side was reset.  What it had sent is still on the path, and only then
 * does the other side learn of it.
 */
static int lose_side(struct relay *relay, struct side *side)
{
    struct flow *way_out = &other(side)->out;

    if (side->broken)
        return 0;
    side->broken = 1;
    side->finished = 1;
    flow_release(&side->out);
    (void)epoll_ctl(relay->epoll, EPOLL_CTL_DEL, side->fd, NULL);
    if (other(side)->broken ||
        flow_put(way_out, &relay->path, "", 0, clock_now_ns()) < 0)
        return -1;
    way_out->tail->is_reset = 1;
    return 0;
}

/* Read what has come and put it on the path.  -1 when the pair must end. */
static int take_in(struct relay *relay, struct side *side)
{
    ssize_t n = net_recv(side->fd, relay->chunk, CHUNK_BYTES, NET_DONT_WAIT);

    if (n < 0)
        return errno == EAGAIN || errno == EINTR ? 0 : lose_side(relay, side);
    side->finished = n == 0;
    relay->bytes += n;
    if (other(side)->broken)
        return 0;
    return flow_put(&other(side)->out, &relay->path, relay->chunk, (size_t)n,
                    clock_now_ns());
}

/* What came of a due chunk. */
enum sent { SENT_ON, SENT_WAIT, SENT_BROKEN, SENT_RESET };

/* Send one due chunk, or as much as fits. */
static enum sent send_chunk(struct side *side)
{
    struct flow_chunk *chunk = side->out.head;
    ssize_t n;

    if (chunk->is_reset)
        return SENT_RESET;
    if (chunk->len == 0) {
        net_shutdown(side->fd, 'w');
        flow_pop(&side->out);
        return SENT_ON;
    }
    n = net_send(side->fd, chunk->bytes + chunk->done, chunk->len - chunk->done,
                 NET_DONT_WAIT);
    side->blocked = n < 0 && errno == EAGAIN;
    if (n < 0)
        return errno == EAGAIN || errno == EINTR ? SENT_WAIT : SENT_BROKEN;
    chunk->done += (size_t)n;
    if (chunk->done == chunk->len)
        flow_pop(&side->out);
    return SENT_ON;
}

static int is_over(const struct pair *pair)
{
    return pair->side[0].finished && pair->side[1].finished &&
           !pair->side[0].out.head && !pair->side[1].out.head;
}

static int can_take(const struct side *side)
{
    return side->linked && !side->blocked && !side->broken;
}

/* Deliver to this side all that is due. */
static void deliver(struct relay *relay, struct side *side, int64_t now_ns)
{
    struct pair *pair = side->pair;
    enum sent go = can_take(side) ? SENT_ON : SENT_WAIT;

    while (go == SENT_ON && flow_next_ns(&side->out) <= now_ns)
        go = send_chunk(side);
    if (go == SENT_RESET || (go == SENT_BROKEN && lose_side(relay, side) < 0)) {
        end_pair(relay, pair, 1);
        return;
    }
    if (is_over(pair)) {
        end_pair(relay, pair, 0);
        return;
    }
    watch(relay, side);
    watch(relay, other(side));
}

/* The connection to the target is decided.  -1 when it failed. */
static int finish_connect(struct relay *relay, struct side *side)
{
    int cause = net_connect_result(side->fd);

    if (cause == EINPROGRESS)
        return 0;
    side->linked = cause == 0;
    if (cause == 0)
        return 0;
    relay->failed++;
    serve_say(&relay->serve, "target %s: %s", relay->target.text,
              err_name(cause));
    return -1;
}

static void on_side(struct relay *relay, struct side *side, uint32_t events)
{
    int failed = 0;

    if (side->pair->dead || side->broken)
        return;
    if (!side->linked && events & (EPOLLOUT | EPOLLERR | EPOLLHUP))
        failed = finish_connect(relay, side) < 0;
    if (events & EPOLLOUT)
        side->blocked = 0;
    if (!failed && events & (EPOLLIN | EPOLLERR | EPOLLHUP) && side->linked &&
        !side->finished)
        failed = take_in(relay, side) < 0;
    else if (events & EPOLLERR)
        failed = failed || lose_side(relay, side) < 0;
    else if (events & EPOLLHUP) /* both halves closed: nothing more to hear */
        (void)epoll_ctl(relay->epoll, EPOLL_CTL_DEL, side->fd, NULL);
    if (failed)
        end_pair(relay, side->pair, 1);
    else
        deliver(relay, side, clock_now_ns());
}

/* Tell epoll whether to look at the listener. */
static void watch_listener(struct relay *relay, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.ptr = NULL};

    (void)epoll_ctl(relay->epoll, EPOLL_CTL_MOD, relay->serve.listener, &event);
}

/* A descriptor may become free; waiting for it must neither spin nor block. */
static void pause_accepting(struct relay *relay)
{
    if (!relay->is_short)
        serve_say(&relay->serve,
                  "out of descriptors: clients wait for others to leave");
    relay->is_short = 1;
    relay->accept_ns = clock_now_ns() + accept_pause_ns;
    watch_listener(relay, 0);
}

static void resume_accepting(struct relay *relay)
{
    if (!relay->accept_ns || clock_now_ns() < relay->accept_ns)
        return;
    relay->accept_ns = 0;
    watch_listener(relay, EPOLLIN);
}

/*
 * A client whose target could have no socket would be turned away; without a
 * spare descriptor it is left waiting to be accepted.
 */
static int has_spare(struct relay *relay)
{
    if (relay->spare < 0)
        relay->spare = fcntl(relay->serve.listener, F_DUPFD_CLOEXEC, 0);
    return relay->spare >= 0;
}

static void accept_all(struct relay *relay)
{
    struct net_addr peer;
    int fd;

    while (has_spare(relay) &&
           (fd = net_accept(relay->serve.listener, &peer)) >= 0) {
        take_client(relay, fd, &peer);
        relay->is_short = 0;
    }
    if (errno == EMFILE || errno == ENFILE || errno == ENOMEM)
        pause_accepting(relay);
}

/* The earliest delivery of all flows that can deliver, or the next accept. */
static int64_t next_due_ns(const struct relay *relay)
{
    int64_t next_ns = relay->accept_ns ? relay->accept_ns : INT64_MAX;

    for (const struct pair *p = relay->pairs; p; p = p->next) {
        for (int i = 0; i < 2; i++) {
            const struct side *side = &p->side[i];
            int64_t due_ns = flow_next_ns(&side->out);

            if (can_take(side) && due_ns < next_ns)
                next_ns = due_ns;
        }
    }
    return next_ns;
}

/* The last stretch before a delivery is waited for awake: sleep is late. */
static int64_t spin_until_due_ns(const struct relay *relay)
{
    int64_t due_ns = next_due_ns(relay);
    int64_t now_ns = clock_now_ns();

    if (due_ns - now_ns > SPIN_NS)
        return now_ns;
    while (now_ns < due_ns)
        now_ns = clock_now_ns();
    return now_ns;
}

static void deliver_all(struct relay *relay)
{
    int64_t now_ns = spin_until_due_ns(relay);
    struct pair *next;

    for (struct pair *p = relay->pairs; p; p = next) {
        next = p->next;
        for (int i = 0; i < 2 && !p->dead; i++)
            if (flow_next_ns(&p->side[i].out) <= now_ns)
                deliver(relay, &p->side[i], now_ns);
    }
}

static int wait_events(struct relay *relay, struct epoll_event *events)
{
    int64_t due_ns = next_due_ns(relay);
    int64_t left_ns = due_ns == INT64_MAX ? 0
                                          : due_ns - SPIN_NS - clock_now_ns();
    struct timespec left = {0};

    if (due_ns == INT64_MAX || left_ns > SERVE_LONGEST_WAIT_NS)
        left_ns = SERVE_LONGEST_WAIT_NS;
    if (left_ns > 0) {
        left.tv_sec = (time_t)(left_ns / CLOCK_NS_PER_S);
        left.tv_nsec = (long)(left_ns % CLOCK_NS_PER_S);
    }
    return epoll_pwait2(relay->epoll, events, EVENTS, &left, NULL);
}

/* A later event of the same round may still point at a pair that ended. */
static void bury(struct relay *relay)
{
    while (relay->ended) {
        struct pair *pair = relay->ended;

        relay->ended = pair->next;
        free(pair);
    }
}

static void one_round(struct relay *relay)
{
    struct epoll_event events[EVENTS];
    int n = wait_events(relay, events);

    for (int i = 0; i < n; i++) {
        struct side *side = events[i].data.ptr;

        if (side)
            on_side(relay, side, events[i].events);
        else
            accept_all(relay);
    }
    deliver_all(relay);
    resume_accepting(relay);
    bury(relay);
}

static int begin_waiting(struct relay *relay, struct err *err)
{
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};

    relay->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (relay->epoll < 0 || epoll_ctl(relay->epoll, EPOLL_CTL_ADD,
                                      relay->serve.listener, &event) < 0)
        return err_sys(err, ERR_RESOURCE, "epoll", "cannot wait for events");
    return 0;
}

static void show_config(const struct relay *relay)
{
    const struct serve *serve = &relay->serve;
    char delay[24], jitter[24], rate[24];

    num_duration((double)relay->path.delay_ns, delay, sizeof delay);
    num_duration((double)relay->path.jitter_ns, jitter, sizeof jitter);
    num_bitrate(relay->path.rate_bits_per_s, rate, sizeof rate);
    serve_say(serve, "Relay Config:");
    serve_say(serve, "    listen port: %d", net_port(&serve->bound));
    serve_say(serve, "    to: %s", relay->target.text);
    serve_say(serve, "    delay: %s +- %s, one way", delay, jitter);
    serve_say(serve, "    rate: %s",
              relay->path.rate_bits_per_s > 0 ? rate : "no limit");
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

static int set_count(struct relay *relay, int key, const char *value,
                     struct err *err)
{
    long long n = 0;

    if (key == SEED) {
        if (args_int(value, ARGS_RANGE("seed", 0, INT64_C(1) << 53), &n, err) <
            0)
            return -1;
        relay->path.seed = (uint64_t)n;
        return 0;
    }
    if (args_int(value, ARGS_RANGE("max-connections", 1, 9000), &n, err) < 0)
        return -1;
    relay->serve.max_connections = (int)n;
    return 0;
}

static int set_path(int key, const char *value, void *ctx, struct err *err)
{
    struct relay *relay = ctx;
    double mbit = 0;

    switch (key) {
    case TO:
        if (net_split(value, relay->target_name, &relay->target_port) < 0)
            return args_bad(err, "to", value, "HOST:PORT or [ADDR]:PORT");
        return 0;
    case DELAY:
        return set_ms("delay-ms", value, &relay->path.delay_ns, err);
    case JITTER:
        return set_ms("jitter-ms", value, &relay->path.jitter_ns, err);
    case RATE:
        if (set_real("rate-mbit", value, 1e6, &mbit, err) < 0)
            return -1;
        relay->path.rate_bits_per_s = mbit * 1e6;
        return 0;
    default:
        return set_count(relay, key, value, err);
    }
}

static int parse(struct relay *relay, int argc, char **argv, int *done,
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
        serve_listen_group(&relay->serve),
        {own, set_path, relay},
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

static int resolve_target(struct relay *relay, struct err *err)
{
    struct net_addrs addrs = {0};

    if (net_resolve(relay->target_name, relay->target_port, &addrs, err) < 0)
        return -1;
    relay->target = addrs.at[0];
    return 0;
}

static void finish(struct relay *relay)
{
    while (relay->pairs)
        end_pair(relay, relay->pairs, 0);
    bury(relay);
    close(relay->serve.listener);
    if (relay->spare >= 0)
        close(relay->spare);
    close(relay->epoll);
    serve_tell("relayed connections=%lld refused=%lld failed=%lld bytes=%lld",
               (long long)relay->accepted, (long long)relay->refused,
               (long long)relay->failed, (long long)relay->bytes);
}

static int run(struct relay *relay, int argc, char **argv, struct err *err)
{
    int done = 0;

    if (parse(relay, argc, argv, &done, err) < 0)
        return -1;
    if (done)
        return 0;
    if (resolve_target(relay, err) < 0 || serve_open(&relay->serve, err) < 0 ||
        begin_waiting(relay, err) < 0)
        return -1;
    clock_sharpen();
    serve_hear_signals(&relay->serve);
    show_config(relay);
    serve_ready(&relay->serve);
    while (!serve_stopped())
        one_round(relay);
    finish(relay);
    return 0;
}

int main(int argc, char **argv)
{
    struct relay relay = {.target_name = "127.0.0.1",
                          .target_port = 2333,
                          .epoll = -1,
                          .spare = -1,
                          .path = {.seed = 1}};
    struct err err = {0};

    start_standard_fds();
    serve_init(&relay.serve);
    relay.serve.backlog = BACKLOG;
    if (run(&relay, argc, argv, &err) == 0)
        return 0;
    err_print(&err, "echo-relay", stderr);
    return (int)err.code;
}
