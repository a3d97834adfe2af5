#include "clients/engine.h"

#include "clients/conn.h"
#include "clients/ticker.h"
#include "clients/wait.h"
#include "lib/clock.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { EVENTS = 256, CONNECTING_AT_ONCE = 64 };

/* A wait is never longer, so that a stop is seen however it is timed. */
static const int64_t longest_wait_ns = CLOCK_NS_PER_S / 5;

/* Between two attempts to connect again: doubled from the first to the last. */
static const int64_t first_backoff_ns = 10 * CLOCK_NS_PER_MS;
static const int64_t last_backoff_ns = CLOCK_NS_PER_S;
/* How closely connections that are down are looked at. */
static const int64_t down_wait_ns = CLOCK_NS_PER_MS;

struct engine {
    const struct load_plan *plan;
    const struct load_out *out;
    struct load_result *result;
    struct ticker ticker;
    struct conn_shared shared;
    struct conn *conns;
    struct wait *wait;
    int lone; /* one connection: block in recv, no epoll */
    int busy; /* connections with a message in flight */
    int down; /* connections to be made again */
};

static int64_t since_epoch(const struct engine *engine, int64_t ns)
{
    return ticker_since_epoch(&engine->ticker, ns);
}

/* ---- rows ---- */

static int write_row(struct engine *engine, const struct conn *conn,
                     struct err *err)
{
    int ok = conn->outcome == OUTCOME_OK;
    struct record_row row = {
        .conn = conn->number,
        .seq = conn->seq,
        .scheduled_ns = since_epoch(engine, conn->sent_ns),
        .sent_ns = since_epoch(engine, conn->sent_ns),
        .received_ns = ok ? since_epoch(engine, conn->received_ns)
                          : RECORD_NONE,
        .bytes = engine->plan->size_bytes,
        .bytes_back = (int64_t)conn->got,
        .outcome = conn->outcome,
        .copies = ok,
        .sys_errno = conn->sys_errno,
    };

    return engine->out->messages ? record_add(engine->out->messages, &row, err)
                                 : 0;
}

/* The message in flight is final: count it, write it down. */
static int settle(struct engine *engine, struct conn *conn, struct err *err)
{
    struct meter *meter = &engine->result->meter;

    if (conn->outcome == OUTCOME_OK)
        meter_ok(meter, conn->received_ns - conn->sent_ns,
                 engine->plan->size_bytes, conn->received_ns);
    else
        meter_failed(meter, conn->outcome);
    engine->busy--;
    if (write_row(engine, conn, err) < 0)
        return -1;
    conn->seq++;
    return 0;
}

/* ---- connections ---- */

static int close_conn(struct engine *engine, struct conn *conn, struct err *err)
{
    struct net_tcp_info info;
    int known = conn->fd >= 0 && net_tcp_info(conn->fd, &info) == 0;
    struct ticker_connection line = {
        .number = conn->number,
        .connect_start_ns = conn->connect_start_ns,
        .connect_end_ns = conn->connect_end_ns,
        .first_byte_ns = conn->first_byte_ns,
        .last_byte_ns = conn->last_byte_ns,
        .end = conn->end,
        .end_errno = conn->end_errno,
        .info = known ? &info : NULL,
    };
    int failed = ticker_connection(&engine->ticker, &line, err);

    if (conn->fd >= 0)
        close(conn->fd);
    conn->fd = -1;
    conn->state = CONN_CLOSED;
    conn->recorded = 1;
    return failed;
}

/* The peer ended it, or it is of no more use. */
static int lose_conn(struct engine *engine, struct conn *conn, struct err *err)
{
    if (engine->result->broken++ == 0) {
        engine->result->first_broken = conn->end;
        engine->result->first_broken_errno = conn->end_errno;
    }
    if (close_conn(engine, conn, err) < 0)
        return -1;
    if (engine->plan->persists) {
        engine->down++;
        conn->backoff_ns = first_backoff_ns;
        conn->retry_ns = clock_now_ns() + conn->backoff_ns;
    }
    return 0;
}

static void begin_connect(struct engine *engine, struct conn *conn)
{
    conn->connect_start_ns = clock_now_ns();
    conn->fd = net_connect_start(&engine->plan->target);
    conn->state = CONN_CONNECTING;
    if (conn->fd >= 0)
        return;
    conn_give_up(conn, outcome_of_errno(errno), errno);
    conn->state = CONN_CLOSED;
}

static int use_socket(struct engine *engine, struct conn *conn)
{
    if (net_set_nodelay(conn->fd) < 0)
        return -1;
    if (!engine->lone)
        return wait_add(engine->wait, conn->fd, conn->number, 0);
    return net_set_blocking(conn->fd, 1);
}

/* 1 while the outcome of this connect is open. */
static int check_connect(struct engine *engine, struct conn *conn)
{
    int64_t now_ns = clock_now_ns();
    int cause = net_connect_result(conn->fd);

    if (cause == EINPROGRESS &&
        now_ns - conn->connect_start_ns < engine->plan->connect_timeout_ns)
        return 1;
    if (cause == EINPROGRESS)
        cause = ETIMEDOUT;
    if (cause == 0 && use_socket(engine, conn) < 0)
        cause = errno;
    if (cause == 0) {
        conn->connect_end_ns = now_ns;
        conn->state = CONN_IDLE;
        engine->result->connected++;
        return 0;
    }
    conn_give_up(conn, outcome_of_errno(cause), cause);
    conn->state = CONN_CLOSED;
    return 0;
}

/* A few at a time, so that a storm of SYNs does not overflow the backlog. */
static void connect_all(struct engine *engine)
{
    int n = engine->plan->connections, begun = 0, first_open = 0;

    while (first_open < n && !ticker_stops()) {
        int pending = 0;

        for (int i = first_open; i < begun; i++)
            if (engine->conns[i].state == CONN_CONNECTING)
                pending += check_connect(engine, &engine->conns[i]);
        while (begun < n && pending < CONNECTING_AT_ONCE) {
            struct conn *conn = &engine->conns[begun++];

            begin_connect(engine, conn);
            if (conn->state == CONN_CONNECTING)
                pending += check_connect(engine, conn);
        }
        while (first_open < begun &&
               engine->conns[first_open].state != CONN_CONNECTING)
            first_open++;
        if (pending > 0)
            clock_sleep_until_ns(clock_now_ns() + 100000);
    }
}

/* ---- messages ---- */

static int follow(struct engine *engine, struct conn *conn, enum conn_step step,
                  struct err *err);
static int renew(struct engine *engine, struct conn *conn, struct err *err);

static int begin_message(struct engine *engine, struct conn *conn,
                         struct err *err)
{
    enum conn_step step;

    engine->result->intended++;
    engine->busy++;
    step = conn_send(conn, &engine->shared);
    if (step == CONN_WAIT && conn_wants_write(conn, &engine->shared) &&
        !engine->lone)
        (void)wait_change(engine->wait, conn->fd, conn->number, 1);
    return step == CONN_WAIT ? 0 : follow(engine, conn, step, err);
}

/* Too late is no echo, whether we looked in time or not. */
static enum conn_step judge(const struct engine *engine, struct conn *conn,
                            enum conn_step step)
{
    int64_t rtt_ns = conn->received_ns - conn->sent_ns;

    if (step != CONN_DONE || rtt_ns <= engine->plan->timeout_ns)
        return step;
    conn_give_up(conn, OUTCOME_TIMEOUT, 0);
    return CONN_BROKEN;
}

/* A step of a connection has been made: what comes next? */
static int follow(struct engine *engine, struct conn *conn, enum conn_step step,
                  struct err *err)
{
    if (step == CONN_WAIT)
        return 0;
    step = judge(engine, conn, step);
    if (settle(engine, conn, err) < 0)
        return -1;
    if (step == CONN_BROKEN)
        return lose_conn(engine, conn, err);
    if (engine->plan->reconnects)
        return renew(engine, conn, err);
    if (!ticker_may_begin(&engine->ticker, conn->received_ns))
        return 0;
    return begin_message(engine, conn, err);
}

/* ---- connecting again ---- */

/* An attempt that came to nothing is a row: a message that could not be sent.
 */
static int give_attempt_up(struct engine *engine, struct conn *conn,
                           struct err *err)
{
    conn->sent_ns = conn->connect_start_ns;
    conn->sent = conn->got = 0;
    engine->result->intended++;
    engine->busy++;
    if (settle(engine, conn, err) < 0)
        return -1;
    if (!engine->plan->persists) {
        engine->down--;
        return lose_conn(engine, conn, err);
    }
    if (close_conn(engine, conn, err) < 0)
        return -1;
    conn->backoff_ns = conn->backoff_ns ? 2 * conn->backoff_ns
                                        : first_backoff_ns;
    if (conn->backoff_ns > last_backoff_ns)
        conn->backoff_ns = last_backoff_ns;
    conn->retry_ns = clock_now_ns() + conn->backoff_ns;
    return 0;
}

static void connect_again(struct engine *engine, struct conn *conn)
{
    conn->recorded = 0;
    conn->connect_end_ns = conn->first_byte_ns = conn->last_byte_ns = 0;
    conn->end = OUTCOME_OK;
    conn->end_errno = 0;
    begin_connect(engine, conn);
}

static int revive(struct engine *engine, struct conn *conn, struct err *err)
{
    int64_t now_ns = clock_now_ns();

    if (conn->state == CONN_IDLE || conn->state == CONN_BUSY)
        return 0;
    if (conn->state == CONN_CLOSED) {
        if (now_ns < conn->retry_ns ||
            !ticker_may_begin(&engine->ticker, now_ns))
            return 0;
        connect_again(engine, conn);
    }
    if (conn->state == CONN_CONNECTING && check_connect(engine, conn))
        return 0;
    if (conn->state == CONN_CLOSED)
        return give_attempt_up(engine, conn, err);
    engine->down--;
    return ticker_may_begin(&engine->ticker, now_ns)
               ? begin_message(engine, conn, err)
               : 0;
}

/* One message was all that this connection was for. */
static int renew(struct engine *engine, struct conn *conn, struct err *err)
{
    if (close_conn(engine, conn, err) < 0)
        return -1;
    engine->down++;
    conn->retry_ns = conn->backoff_ns = 0;
    return revive(engine, conn, err);
}

static int revive_all(struct engine *engine, struct err *err)
{
    for (int i = 0; i < engine->plan->connections; i++)
        if (revive(engine, &engine->conns[i], err) < 0)
            return -1;
    return 0;
}

/* Those that could not connect at the start: rows, and more attempts. */
static int mourn_all(struct engine *engine, struct err *err)
{
    for (int i = 0; i < engine->plan->connections; i++) {
        struct conn *conn = &engine->conns[i];

        if (conn->state != CONN_CLOSED || !conn->connect_start_ns)
            continue;
        engine->down++;
        if (give_attempt_up(engine, conn, err) < 0)
            return -1;
    }
    return 0;
}

static int begin_all(struct engine *engine, struct err *err)
{
    ticker_begin(&engine->ticker);
    if (engine->plan->persists && mourn_all(engine, err) < 0)
        return -1;
    for (int i = 0; i < engine->plan->connections; i++) {
        if (engine->conns[i].state == CONN_IDLE &&
            ticker_may_begin(&engine->ticker, clock_now_ns()) &&
            begin_message(engine, &engine->conns[i], err) < 0)
            return -1;
    }
    return 0;
}

/* ---- the loop ---- */

static enum conn_step push_more(struct engine *engine, struct conn *conn)
{
    enum conn_step step = conn_push(conn, &engine->shared);

    if (step == CONN_WAIT && !conn_wants_write(conn, &engine->shared))
        (void)wait_change(engine->wait, conn->fd, conn->number, 0);
    return step;
}

/*
 * Nothing is asked for, so what comes is the end, or bytes that no message of
 * ours was echoed by.  1 when the connection is of no more use.
 */
static int listen_once_more(struct engine *engine, struct conn *conn)
{
    conn->got = conn->sent = 0;
    if (conn_receive(conn, &engine->shared, NET_DONT_WAIT) == CONN_WAIT)
        return 0;
    engine->result->stray += conn->end == OUTCOME_CORRUPT;
    return 1;
}

static int on_idle(struct engine *engine, struct conn *conn, struct err *err)
{
    return listen_once_more(engine, conn) ? close_conn(engine, conn, err) : 0;
}

static int on_event(struct engine *engine, const struct wait_event *event,
                    struct err *err)
{
    struct conn *conn = &engine->conns[event->number];
    enum conn_step step = CONN_WAIT;

    if (conn->state == CONN_IDLE)
        return on_idle(engine, conn, err);
    if (conn->state != CONN_BUSY)
        return 0;
    if (event->writable)
        step = push_more(engine, conn);
    if (step == CONN_WAIT && event->readable)
        step = conn_receive(conn, &engine->shared, NET_DONT_WAIT);
    return follow(engine, conn, step, err);
}

static int step_many(struct engine *engine, struct err *err)
{
    struct wait_event events[EVENTS];
    int64_t wait_ns = engine->down ? down_wait_ns : engine->ticker.slice_ns;
    int n = wait_for(engine->wait, events, EVENTS, wait_ns);

    for (int i = 0; i < n; i++)
        if (on_event(engine, &events[i], err) < 0)
            return -1;
    return 0;
}

/*
 * One connection needs no epoll: recv itself waits, which saves a system call
 * a message.  A message too big for the socket buffer has to be sent and
 * received at once, so then both sides are only tried.
 */
static int step_lone(struct engine *engine, struct err *err)
{
    struct conn *conn = &engine->conns[0];
    enum conn_step step;

    if (!conn_wants_write(conn, &engine->shared)) {
        step = conn_receive(conn, &engine->shared, NET_WAIT);
        return follow(engine, conn, step, err);
    }
    net_wait_io(conn->fd, engine->ticker.slice_ns);
    step = conn_push(conn, &engine->shared);
    if (step == CONN_WAIT)
        step = conn_receive(conn, &engine->shared, NET_DONT_WAIT);
    return follow(engine, conn, step, err);
}

/* ---- what happens now and then ---- */

static int expire(struct engine *engine, int64_t now_ns, struct err *err)
{
    int64_t limit_ns = engine->plan->timeout_ns;
    enum outcome outcome = OUTCOME_TIMEOUT;

    if (ticker_is_over(&engine->ticker, now_ns)) {
        limit_ns = -1;
        outcome = OUTCOME_ABORTED;
    }
    for (int i = 0; i < engine->plan->connections; i++) {
        struct conn *conn = &engine->conns[i];

        if (conn->state != CONN_BUSY || now_ns - conn->sent_ns <= limit_ns)
            continue;
        conn_give_up(conn, outcome, 0);
        if (settle(engine, conn, err) < 0)
            return -1;
        if ((outcome == OUTCOME_TIMEOUT ? lose_conn : close_conn)(engine, conn,
                                                                  err) < 0)
            return -1;
    }
    return 0;
}

static int tick(struct engine *engine, int64_t now_ns, struct err *err)
{
    int due = ticker_tick(&engine->ticker, now_ns, err);

    return due > 0 ? expire(engine, now_ns, err) : due;
}

static int goes_on(const struct engine *engine)
{
    return engine->busy > 0 ||
           (engine->down && ticker_may_begin(&engine->ticker, clock_now_ns()));
}

static int loop(struct engine *engine, struct err *err)
{
    while (goes_on(engine)) {
        int64_t now_ns;

        if ((engine->lone ? step_lone : step_many)(engine, err) < 0)
            return -1;
        now_ns = engine->lone ? engine->conns[0].received_ns : clock_now_ns();
        if (ticker_is_due(&engine->ticker, now_ns) &&
            tick(engine, clock_now_ns(), err) < 0)
            return -1;
        if (engine->down && revive_all(engine, err) < 0)
            return -1;
    }
    return 0;
}

/* ---- beginning and end ---- */

static int prepare(struct engine *engine, struct err *err)
{
    const struct load_plan *plan = engine->plan;
    int64_t parts = plan->timeout_ns / longest_wait_ns + 1;

    engine->ticker = (struct ticker){
        .plan = plan, .out = engine->out, .result = engine->result};
    ticker_init(&engine->ticker, plan->timeout_ns / parts);
    engine->lone = plan->connections == 1 && !plan->persists &&
                   !plan->reconnects;
    engine->conns = calloc((size_t)plan->connections, sizeof *engine->conns);
    engine->wait = wait_new();
    if (!engine->conns || !engine->wait ||
        conn_shared_init(&engine->shared, (size_t)plan->size_bytes,
                         (size_t)plan->buffer_bytes) < 0) {
        err_sys(err, ERR_RESOURCE, "memory", "cannot prepare %d connections",
                plan->connections);
        return err_hint(err, "fewer --connections, or a smaller --length");
    }
    for (int i = 0; i < plan->connections; i++)
        conn_init(&engine->conns[i], (uint32_t)i, plan->run_id);
    return 0;
}

/*
 * The record failed or the run is over: rows for what is still in flight,
 * lines for all connections.  Only the first failure is told.
 */
static int finish(struct engine *engine, int failed, struct err *err)
{
    for (int i = 0; engine->conns && i < engine->plan->connections; i++) {
        struct conn *conn = &engine->conns[i];

        if (conn->state == CONN_CONNECTING)
            conn_give_up(conn, OUTCOME_ABORTED, 0);
        if (conn->state == CONN_IDLE)
            listen_once_more(engine, conn);
        if (conn->state == CONN_BUSY) {
            conn_give_up(conn, OUTCOME_ABORTED, 0);
            if (settle(engine, conn, err) < 0)
                failed = 1;
        }
        if (conn->state == CONN_CONNECTING)
            conn_give_up(conn, OUTCOME_ABORTED, 0);
        if (conn->connect_start_ns && !conn->recorded &&
            close_conn(engine, conn, err) < 0)
            failed = 1;
    }
    wait_free(engine->wait);
    free(engine->conns);
    conn_shared_release(&engine->shared);
    return failed ? -1 : 0;
}

int engine_run(const struct load_plan *plan, const struct load_out *out,
               struct load_result *result, struct err *err)
{
    struct engine engine = {.plan = plan, .out = out, .result = result};
    int failed = prepare(&engine, err) < 0;

    if (!failed) {
        connect_all(&engine);
        if (engine.lone)
            ticker_beat(engine.ticker.slice_ns);
        failed = begin_all(&engine, err) < 0 || loop(&engine, err) < 0;
        if (engine.lone)
            ticker_beat(0);
        result->stopped = ticker_stops() > 0;
        ticker_report(&engine.ticker, clock_now_ns());
    }
    return finish(&engine, failed, err);
}
