#include "servers/relay_udp.h"

#include "lib/clock.h"
#include "lib/msg.h"
#include "servers/agenda.h"
#include "servers/answers.h"
#include "servers/gate.h"
#include "servers/path.h"
#include "servers/peers.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

enum {
    DATAGRAM_BYTES = 65507,
    SOCKET_BYTES = 4 << 20,
    PATH_BYTES = 64 << 20, /* on the path at once: our memory */
    BATCH = 64,            /* of one socket, before others have their turn */
    EVENTS = 256,
};

static const int64_t sweep_every_ns = CLOCK_NS_PER_S / 4;

/* A datagram on the path. */
struct parcel {
    struct agenda_item item; /* first: the agenda gives it back */
    struct peer *peer;
    enum impair_direction direction;
    int is_hello; /* of ours: the handshake is not part of the test */
    struct inject_key key;
    size_t n;
    char bytes[];
};

struct counts {
    int64_t received, back; /* from clients, from the target */
    int64_t forwarded;      /* of the former */
    int64_t queue_dropped;  /* no room on the path */
    int64_t unsent;         /* the kernel would not take it forward */
    int64_t failed;         /* ICMP: the target refuses */
    int64_t on_path;        /* at the end */
    int64_t bytes;          /* that came in */
};

struct relay {
    struct path *path;
    const struct relay_udp_plan *plan;
    struct inject *inject;
    struct gate gate;
    struct answers answers;
    struct agenda agenda;
    struct peers peers;
    struct counts counts;
    int64_t path_bytes; /* on the path */
    int64_t sweep_ns;   /* when to look for silent clients next */
    int64_t told_ns;    /* when a trouble was told last */
    char buffer[DATAGRAM_BYTES];
};

/* What comes with every datagram is told once a second at most. */
static int may_tell(struct relay *relay)
{
    int64_t now_ns = clock_now_ns();

    if (relay->told_ns && now_ns - relay->told_ns < CLOCK_NS_PER_S)
        return 0;
    relay->told_ns = now_ns;
    return 1;
}

static void target_refused(struct relay *relay)
{
    relay->counts.failed++;
    if (may_tell(relay))
        serve_say(&relay->path->serve, "target %s: ECONNREFUSED",
                  relay->path->target.text);
}

/* ---- onto the path ---- */

/* Is there room behind what waits for the link, and in our memory? */
static int has_room(const struct relay *relay, const struct flow *flow,
                    size_t n, int64_t now_ns)
{
    int64_t waiting = flow_backlog_bytes(flow, &relay->path->emulated, now_ns);

    return (waiting == 0 || waiting + (int64_t)n <= relay->plan->queue_bytes) &&
           relay->path_bytes + (int64_t)n <= PATH_BYTES;
}

/* What is in the buffer, under way as `like` says. */
static void put_on_path(struct relay *relay, const struct parcel *like)
{
    struct flow *flow = &like->peer->flow[like->direction];
    int64_t now_ns = clock_now_ns();
    struct parcel *parcel;

    peers_touch(&relay->peers, like->peer, now_ns);
    if (!has_room(relay, flow, like->n, now_ns) ||
        !(parcel = malloc(sizeof *parcel + like->n))) {
        relay->counts.queue_dropped++;
        return;
    }
    memcpy(parcel, like, sizeof *parcel);
    memcpy(parcel->bytes, relay->buffer, like->n);
    if (agenda_put(&relay->agenda, &parcel->item,
                   flow_due_ns(flow, &relay->path->emulated, like->n, now_ns)) <
        0) {
        relay->counts.queue_dropped++;
        free(parcel);
        return;
    }
    parcel->peer->on_path++;
    relay->path_bytes += (int64_t)like->n;
}

/* ---- from clients ---- */

static int connect_peer(struct relay *relay, struct peer *peer)
{
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = peer};

    for (int i = 0; i < 2; i++) {
        peer->flow[i].stream = peer->number * 2 + (uint64_t)i;
        peer->flow[i].link_free_ns = &relay->path->link_free_ns[i];
    }
    peer->fd = net_connect_udp(&relay->path->target);
    if (peer->fd < 0)
        return -1;
    net_set_buffers(peer->fd, SOCKET_BYTES);
    return epoll_ctl(relay->path->epoll, EPOLL_CTL_ADD, peer->fd, &event);
}

/* NULL when there is none; the datagram then has its fate. */
static struct peer *new_peer(struct relay *relay, const struct net_addr *from)
{
    enum refusal why = peers_judge(&relay->peers, from);
    struct peer *peer = why == REFUSED_NOT
                            ? peers_add(&relay->peers, from, clock_now_ns())
                            : NULL;
    char name[NET_TUPLE_SIZE];

    net_tuple_text(from, name);
    if (peer && connect_peer(relay, peer) == 0) {
        serve_say(&relay->path->serve, "Client %s relayed!", name);
        return peer;
    }
    if (peer && !path_is_short(errno)) /* there is no way to the target */
        relay->counts.unsent++;
    else
        (void)gate_refuse(&relay->gate,
                          why == REFUSED_NOT ? REFUSED_MEMORY : why);
    if (peer)
        peers_drop(&relay->peers, peer);
    if (may_tell(relay))
        serve_say(&relay->path->serve, "Client %s refused!", name);
    return NULL;
}

/* A stranger's datagrams are counted, for want of a number of their own. */
static struct inject_key next_key(struct peer *peer,
                                  enum impair_direction direction)
{
    return (struct inject_key){.conn = (uint32_t)peer->number,
                               .seq = peer->strangers[direction]++};
}

static int admit(struct relay *relay, size_t n)
{
    enum refusal why = serve_admit(&relay->path->serve, n);

    if (why != REFUSED_NOT)
        (void)gate_refuse(&relay->gate, why);
    return why == REFUSED_NOT;
}

static int take_question(struct relay *relay, size_t n,
                         const struct net_addr *from, struct err *err)
{
    struct msg_header header = {0};
    enum gate_kind kind = gate_judge(&relay->gate, relay->buffer, n, from,
                                     &header);
    struct parcel like = {
        .direction = IMPAIR_FORWARD, .is_hello = kind == GATE_HELLO, .n = n};
    enum impair_action action = IMPAIR_PASS;

    if (kind == GATE_REFUSED || !admit(relay, n))
        return 0;
    like.peer = peers_find(&relay->peers, from);
    if (!like.peer)
        like.peer = new_peer(relay, from);
    if (!like.peer)
        return 0;
    like.key = kind == GATE_PLAIN ? next_key(like.peer, IMPAIR_FORWARD)
                                  : inject_key_of(relay->inject, &header);
    if (!like.is_hello && inject_decide(relay->inject, IMPAIR_FORWARD,
                                        &like.key, &action, err) < 0)
        return -1;
    if (action != IMPAIR_DROP)
        put_on_path(relay, &like);
    return 0;
}

static int take_questions(struct relay *relay, struct err *err)
{
    struct net_addr from = {0};
    int truncated;

    for (int i = 0; i < BATCH; i++) {
        ssize_t n = net_recv_from(relay->path->serve.listener, relay->buffer,
                                  sizeof relay->buffer, &from, &truncated);

        if (n < 0)
            return 0;
        relay->counts.received++;
        relay->counts.bytes += n;
        if (truncated) /* by IPv6 there are longer ones than we can send */
            (void)gate_refuse(&relay->gate, REFUSED_LENGTH);
        else if (take_question(relay, (size_t)n, &from, err) < 0)
            return -1;
    }
    return 0;
}

/* ---- from the target ---- */

/*
 * The header of a question that an answer of n bytes belongs to.  A server of
 * ours has turned the kind and left the CRC; a plain one has turned nothing.
 */
static int read_answer(const char *bytes, size_t n, struct msg_header *header)
{
    char question[MSG_HEADER_BYTES];

    if (n < sizeof question)
        return -1;
    memcpy(question, bytes, sizeof question);
    if (question[MSG_KIND_AT] == 'R')
        question[MSG_KIND_AT] = 'Q';
    else if (question[MSG_KIND_AT] == 'W')
        question[MSG_KIND_AT] = 'H';
    return msg_read(question, header);
}

static void take_answer(struct relay *relay, struct peer *peer, size_t n)
{
    struct msg_header header = {0};
    int is_ours = read_answer(relay->buffer, n, &header) == 0;
    struct parcel like = {.peer = peer,
                          .direction = IMPAIR_REVERSE,
                          .is_hello = is_ours && header.kind == 'H',
                          .n = n};

    like.key = is_ours ? inject_key_of(relay->inject, &header)
                       : next_key(peer, IMPAIR_REVERSE);
    put_on_path(relay, &like);
}

static void take_answers(struct relay *relay, struct peer *peer)
{
    struct net_addr from = {0};
    int truncated;

    for (int i = 0; i < BATCH; i++) {
        ssize_t n = net_recv_from(peer->fd, relay->buffer, sizeof relay->buffer,
                                  &from, &truncated);

        if (n < 0 && errno == ECONNREFUSED) {
            target_refused(relay);
            continue;
        }
        if (n < 0)
            return;
        relay->counts.back++;
        relay->counts.bytes += n;
        if (truncated)
            (void)gate_refuse(&relay->gate, REFUSED_LENGTH);
        else
            take_answer(relay, peer, (size_t)n);
    }
}

/* ---- off the path ---- */

/*
 * An earlier datagram's refusal makes a send fail that has nothing to do with
 * it; once that is told, the next try is for this one.
 */
static int send_to_target(struct relay *relay, const struct parcel *parcel)
{
    int fd = parcel->peer->fd;

    for (int i = 0; i < 2; i++) {
        if (net_send(fd, parcel->bytes, parcel->n, NET_DONT_WAIT) >= 0)
            return 0;
        if (errno != ECONNREFUSED)
            return -1;
        target_refused(relay);
    }
    return -1;
}

static int deliver_question(struct relay *relay, const struct parcel *parcel,
                            struct err *err)
{
    if (send_to_target(relay, parcel) < 0) {
        relay->counts.unsent++;
        return 0;
    }
    relay->counts.forwarded++;
    return parcel->is_hello ? 0
                            : inject_served(relay->inject, &parcel->key, err);
}

static int deliver_answer(struct relay *relay, const struct parcel *parcel,
                          struct err *err)
{
    struct answers_datagram answer = {.bytes = parcel->bytes,
                                      .n = parcel->n,
                                      .to = &parcel->peer->addr,
                                      .key = parcel->key};

    if (!parcel->is_hello)
        return answers_give(&relay->answers, &answer, err);
    answers_send(&relay->answers, parcel->bytes, parcel->n,
                 &parcel->peer->addr);
    return 0;
}

/* The first of the agenda leaves the path. */
static struct parcel *take_parcel(struct relay *relay)
{
    struct parcel *parcel = (struct parcel *)agenda_take(&relay->agenda);

    if (!parcel)
        return NULL;
    parcel->peer->on_path--;
    relay->path_bytes -= (int64_t)parcel->n;
    return parcel;
}

static int deliver_all(struct relay *relay, int64_t now_ns, struct err *err)
{
    int failed = 0;

    answers_release(&relay->answers, now_ns);
    while (!failed && agenda_next_ns(&relay->agenda) <= now_ns) {
        struct parcel *parcel = take_parcel(relay);

        peers_touch(&relay->peers, parcel->peer, now_ns);
        failed = parcel->direction == IMPAIR_FORWARD
                     ? deliver_question(relay, parcel, err)
                     : deliver_answer(relay, parcel, err);
        free(parcel);
    }
    return failed;
}

/* ---- rounds ---- */

/* When something leaves, even if nothing comes. */
static int64_t next_ns(const struct relay *relay)
{
    int64_t parcel_ns = agenda_next_ns(&relay->agenda);
    int64_t answer_ns = answers_next_ns(&relay->answers);

    return parcel_ns < answer_ns ? parcel_ns : answer_ns;
}

/* And when rows are to be in their files. */
static int64_t wait_until_ns(const struct relay *relay)
{
    int64_t flush_ns = relay->inject->flush_ns, due_ns = next_ns(relay);

    return flush_ns && flush_ns < due_ns ? flush_ns : due_ns;
}

static int keep_house(struct relay *relay, int64_t now_ns, struct err *err)
{
    if (now_ns >= relay->sweep_ns) {
        peers_expire(&relay->peers, now_ns - relay->plan->idle_ns, now_ns);
        relay->sweep_ns = now_ns + sweep_every_ns;
    }
    return inject_flush(relay->inject, now_ns, err);
}

/* No peer goes before the last event of a round has been looked at. */
static int one_round(struct relay *relay, struct err *err)
{
    struct epoll_event events[EVENTS];
    int n = path_wait(relay->path, events, EVENTS, wait_until_ns(relay));
    int64_t now_ns;

    for (int i = 0; i < n; i++) {
        struct peer *peer = events[i].data.ptr;

        if (peer)
            take_answers(relay, peer);
        else if (take_questions(relay, err) < 0)
            return -1;
    }
    now_ns = path_wake_ns(next_ns(relay));
    if (deliver_all(relay, now_ns, err) < 0)
        return -1;
    return keep_house(relay, now_ns, err);
}

/* ---- the end ---- */

/* Every datagram that came, and every copy we made, has gone somewhere. */
static int check_balance(const struct relay *relay, struct err *err)
{
    const struct counts *counts = &relay->counts;
    const struct answers *answers = &relay->answers;
    int64_t in = counts->received + counts->back + relay->inject->duplicated;
    int64_t out = counts->forwarded + refusals_sum(&relay->gate.refusals) +
                  counts->queue_dropped + counts->unsent + counts->on_path +
                  relay->inject->dropped + answers->sent + answers->unsent;

    if (in == out)
        return 0;
    return err_set(err, ERR_BUG, "counts-differ",
                   "%lld datagrams and copies, but %lld fates", (long long)in,
                   (long long)out);
}

static void tell(const struct relay *relay)
{
    const struct counts *counts = &relay->counts;
    const struct inject *inject = relay->inject;
    int64_t unsent = counts->unsent + relay->answers.unsent;
    int64_t drops = net_socket_drops(relay->path->serve.listener);

    drops = relay->peers.local_drops + (drops > 0 ? drops : 0);
    serve_tell(
        "relayed clients=%llu received=%lld forwarded=%lld back=%lld "
        "answered=%lld refused=%lld dropped=%lld queue_dropped=%lld "
        "duplicated=%lld reordered=%lld unsent=%lld failed=%lld on_path=%lld "
        "bytes=%lld local_drops=%lld",
        (unsigned long long)relay->peers.came, (long long)counts->received,
        (long long)counts->forwarded, (long long)counts->back,
        (long long)relay->answers.sent,
        (long long)refusals_sum(&relay->gate.refusals),
        (long long)inject->dropped, (long long)counts->queue_dropped,
        (long long)inject->duplicated, (long long)inject->reordered,
        (long long)unsent, (long long)counts->failed,
        (long long)counts->on_path, (long long)counts->bytes, (long long)drops);
    serve_tell_refusals(&relay->gate.refusals);
}

/* What is still on the path never arrives; what was only held back does. */
static void finish(struct relay *relay)
{
    struct parcel *parcel;

    answers_release(&relay->answers, INT64_MAX);
    while ((parcel = take_parcel(relay))) {
        relay->counts.on_path++;
        free(parcel);
    }
    agenda_release(&relay->agenda);
    peers_release(&relay->peers);
    tell(relay);
}

static struct relay *begin(struct path *path, const struct relay_udp_plan *plan,
                           struct inject *inject)
{
    struct relay *relay = calloc(1, sizeof *relay);

    if (!relay)
        return NULL;
    relay->path = path;
    relay->plan = plan;
    relay->inject = inject;
    relay->gate = (struct gate){.bound = &path->serve.bound,
                                .plain = plan->plain,
                                .guard = &path->serve.guard};
    relay->answers.fd = path->serve.listener;
    relay->answers.inject = inject;
    relay->peers.max = path->serve.max_connections;
    relay->peers.max_per_source = path->serve.limits.value[LIMIT_PER_SOURCE];
    net_set_buffers(path->serve.listener, SOCKET_BYTES);
    return relay;
}

int relay_udp(struct path *path, const struct relay_udp_plan *plan,
              struct inject *inject, struct err *err)
{
    struct relay *relay = begin(path, plan, inject);
    int failed = 0;

    if (!relay)
        return err_sys(err, ERR_RESOURCE, "memory", "cannot relay");
    while (!failed && !serve_stopped())
        failed = one_round(relay, err);
    finish(relay);
    if (!failed)
        failed = check_balance(relay, err);
    free(relay);
    return failed;
}
