#define _GNU_SOURCE
#include "servers/relay_tcp.h"

#include "lib/clock.h"
#include "servers/flow.h"
#include "servers/path.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

enum {
    CHUNK_BYTES = 64 << 10,
    QUEUE_BYTES = 16 << 20, /* stop reading a side beyond this */
    EVENTS = 256,
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
    struct net_addr client;
    struct side side[2];
    struct pair *prev, *next;
    int dead; /* in relay->ended: later events skip it */
};

struct relay {
    struct path *path;
    struct pair *pairs;
    struct pair *ended; /* to be freed after this round */
    int live;
    int64_t accepted, failed, bytes;
    struct refusals refusals;
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
    (void)epoll_ctl(relay->path->epoll, EPOLL_CTL_MOD, side->fd, &event);
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
    side->out.link_free_ns = &relay->path->link_free_ns[which];
    (void)net_set_nodelay(fd);
    return epoll_ctl(relay->path->epoll, EPOLL_CTL_ADD, fd, &event);
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

static void target_failed(struct relay *relay, int cause)
{
    relay->failed++;
    serve_say(&relay->path->serve, "target %s: %s", relay->path->target.text,
              err_name(cause));
}

/* The target's end of a new pair takes the place of the spare descriptor. */
static int connect_target(struct relay *relay)
{
    close(relay->spare);
    relay->spare = -1;
    return net_connect_start(&relay->path->target);
}

/* Why this client is not relayed. */
static enum refusal judge(const struct relay *relay,
                          const struct net_addr *peer)
{
    int64_t most = relay->path->serve.limits.value[LIMIT_PER_SOURCE], n = 0;

    if (!guard_admits(&relay->path->serve.guard, peer))
        return REFUSED_ADDRESS;
    if (relay->live >= relay->path->serve.max_connections)
        return REFUSED_FULL;
    for (const struct pair *p = relay->pairs; most != LIMIT_NONE && p;
         p = p->next)
        n += net_is_same_host(&p->client, peer);
    return n < most ? REFUSED_NOT : REFUSED_PER_SOURCE;
}

static struct pair *new_pair(struct relay *relay, int client, int target)
{
    struct pair *pair = calloc(1, sizeof *pair);

    if (pair && net_set_blocking(client, 0) == 0 &&
        add_side(relay, pair, CLIENT, client) == 0 &&
        add_side(relay, pair, TARGET, target) == 0)
        return pair;
    free(pair);
    return NULL;
}

static void refuse(struct relay *relay, const char *name, enum refusal why)
{
    relay->refusals.count[why]++;
    serve_say(&relay->path->serve, "Client %s refused!", name);
}

/* NULL when it cannot be relayed, which is told and counted. */
static struct pair *join_target(struct relay *relay, int client,
                                const char *name)
{
    int target = connect_target(relay);
    struct pair *pair = target < 0 ? NULL : new_pair(relay, client, target);

    if (pair)
        return pair;
    if (target < 0 && !path_is_short(errno)) {
        relay->accepted++;
        target_failed(relay, errno);
        return NULL;
    }
    if (target >= 0)
        close(target);
    refuse(relay, name, REFUSED_MEMORY);
    return NULL;
}

static void take_client(struct relay *relay, int fd,
                        const struct net_addr *peer)
{
    enum refusal why = judge(relay, peer);
    struct pair *pair = NULL;
    char name[NET_TUPLE_SIZE];

    net_tuple_text(peer, name);
    if (why == REFUSED_NOT)
        pair = join_target(relay, fd, name);
    else
        refuse(relay, name, why);
    if (!pair) {
        net_close_reset(fd);
        return;
    }
    pair->client = *peer;
    serve_say(&relay->path->serve, "Client %s relayed!", name);
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
    (void)epoll_ctl(relay->path->epoll, EPOLL_CTL_DEL, side->fd, NULL);
    if (other(side)->broken ||
        flow_put(way_out, &relay->path->emulated, "", 0, clock_now_ns()) < 0)
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
    return flow_put(&other(side)->out, &relay->path->emulated, relay->chunk,
                    (size_t)n, clock_now_ns());
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
    target_failed(relay, cause);
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
        (void)epoll_ctl(relay->path->epoll, EPOLL_CTL_DEL, side->fd, NULL);
    if (failed)
        end_pair(relay, side->pair, 1);
    else
        deliver(relay, side, clock_now_ns());
}

/* Tell epoll whether to look at the listener. */
static void watch_listener(struct relay *relay, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.ptr = NULL};

    (void)epoll_ctl(relay->path->epoll, EPOLL_CTL_MOD,
                    relay->path->serve.listener, &event);
}

/* A descriptor may become free; waiting for it must neither spin nor block. */
static void pause_accepting(struct relay *relay)
{
    if (!relay->is_short)
        serve_say(&relay->path->serve,
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
        relay->spare = fcntl(relay->path->serve.listener, F_DUPFD_CLOEXEC, 0);
    return relay->spare >= 0;
}

static void accept_all(struct relay *relay)
{
    struct net_addr peer;
    int fd;

    while (has_spare(relay) &&
           (fd = net_accept(relay->path->serve.listener, &peer)) >= 0) {
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

static void deliver_all(struct relay *relay)
{
    int64_t now_ns = path_wake_ns(next_due_ns(relay));
    struct pair *next;

    for (struct pair *p = relay->pairs; p; p = next) {
        next = p->next;
        for (int i = 0; i < 2 && !p->dead; i++)
            if (flow_next_ns(&p->side[i].out) <= now_ns)
                deliver(relay, &p->side[i], now_ns);
    }
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
    int n = path_wait(relay->path, events, EVENTS, next_due_ns(relay));

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

static void finish(struct relay *relay)
{
    while (relay->pairs)
        end_pair(relay, relay->pairs, 0);
    bury(relay);
    if (relay->spare >= 0)
        close(relay->spare);
    serve_tell("relayed connections=%lld refused=%lld failed=%lld bytes=%lld",
               (long long)relay->accepted,
               (long long)refusals_sum(&relay->refusals),
               (long long)relay->failed, (long long)relay->bytes);
    serve_tell_refusals(&relay->refusals);
}

int relay_tcp(struct path *path, struct err *err)
{
    struct relay *relay = calloc(1, sizeof *relay);

    if (!relay)
        return err_sys(err, ERR_RESOURCE, "memory", "cannot relay");
    relay->path = path;
    relay->spare = -1;
    while (!serve_stopped())
        one_round(relay);
    finish(relay);
    free(relay);
    return 0;
}
