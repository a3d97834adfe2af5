#define _GNU_SOURCE
#include "clients/engine.h"

#include "clients/conn.h"
#include "clients/wait.h"
#include "lib/clock.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

enum { EVENTS = 256, CONNECTING_AT_ONCE = 64 };

static const int64_t progress_every_ns = CLOCK_NS_PER_S / 4;
static const int64_t flush_every_ns = CLOCK_NS_PER_S;
static const int64_t stop_drain_ns = CLOCK_NS_PER_S;
/* A wait is never longer, so that a stop is seen however it is timed. */
static const int64_t longest_wait_ns = CLOCK_NS_PER_S / 5;

struct engine {
    const struct engine_plan *plan;
    const struct engine_out *out;
    struct engine_result *result;
    struct conn_shared shared;
    struct conn *conns;
    struct wait *wait;
    int lone;         /* one connection: block in recv, no epoll */
    int busy;         /* connections with a message in flight */
    int64_t epoch_ns; /* times in the record count from here */
    int64_t first_send_ns;
    int64_t stop_ns;  /* when the stop was seen; 0: not */
    int64_t slice_ns; /* of waiting */
    int64_t next_progress_ns, next_flush_ns, next_scan_ns;
};

static volatile sig_atomic_t stops;

void engine_stop(void)
{
    stops = stops + 1;
}

static int64_t since_epoch(const struct engine *engine, int64_t ns)
{
    return ns ? ns - engine->epoch_ns : RECORD_NONE;
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

static int write_connection(struct engine *engine, const struct conn *conn,
                            const struct net_tcp_info *info, struct err *err)
{
    char line[RECORD_ROW_MAX], *to = line;

    to = record_put_int(to, conn->number);
    to = record_put_int(to, since_epoch(engine, conn->connect_start_ns));
    to = record_put_int(to, since_epoch(engine, conn->connect_end_ns));
    to = record_put_text(to, outcome_name(conn->end));
    to = record_put_int(to, since_epoch(engine, conn->first_byte_ns));
    to = record_put_int(to, since_epoch(engine, conn->last_byte_ns));
    to = record_put_int(to, info ? info->retransmits : RECORD_NONE);
    to = record_put_int(to, info ? info->rtt_us : RECORD_NONE);
    to = record_put_int(to, info ? info->min_rtt_us : RECORD_NONE);
    to = record_put_int(to, info ? info->rcv_rtt_us : RECORD_NONE);
    to = record_put_int(to, info ? info->mss_bytes : RECORD_NONE);
    to = record_put_text(to, conn->end_errno ? err_name(conn->end_errno) : "");
    to[-1] = '\n';
    *to = '\0';
    return record_add_line(engine->out->connections, line, err);
}

static int close_conn(struct engine *engine, struct conn *conn, struct err *err)
{
    struct net_tcp_info info;
    int known = conn->fd >= 0 && net_tcp_info(conn->fd, &info) == 0;
    int failed = 0;

    if (engine->out->connections)
        failed = write_connection(engine, conn, known ? &info : NULL, err);
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
    return close_conn(engine, conn, err);
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

    while (first_open < n && !stops) {
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

static int may_begin(const struct engine *engine, int64_t now_ns)
{
    const struct engine_plan *plan = engine->plan;

    if (stops)
        return 0;
    if (plan->messages && engine->result->intended >= plan->messages)
        return 0;
    return !plan->duration_ns ||
           now_ns - engine->first_send_ns < plan->duration_ns;
}

static int follow(struct engine *engine, struct conn *conn, enum conn_step step,
                  struct err *err);

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
    if (!may_begin(engine, conn->received_ns))
        return 0;
    return begin_message(engine, conn, err);
}

static int begin_all(struct engine *engine, struct err *err)
{
    engine->first_send_ns = clock_now_ns();
    engine->result->meter.recent_since_ns = engine->first_send_ns;
    engine->result->meter.first_sent_ns = engine->first_send_ns;
    engine->next_progress_ns = engine->first_send_ns + progress_every_ns;
    engine->next_flush_ns = engine->first_send_ns + flush_every_ns;
    for (int i = 0; i < engine->plan->connections; i++) {
        if (engine->conns[i].state == CONN_IDLE &&
            may_begin(engine, clock_now_ns()) &&
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
    int n = wait_for(engine->wait, events, EVENTS, engine->slice_ns);

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
    net_wait_io(conn->fd, engine->slice_ns);
    step = conn_push(conn, &engine->shared);
    if (step == CONN_WAIT)
        step = conn_receive(conn, &engine->shared, NET_DONT_WAIT);
    return follow(engine, conn, step, err);
}

/* ---- what happens now and then ---- */

static void report_progress(struct engine *engine, int64_t now_ns)
{
    struct progress progress = {
        .elapsed_ns = now_ns - engine->first_send_ns,
        .limit_ns = engine->plan->duration_ns,
        .limit = engine->plan->messages,
    };

    engine->next_progress_ns = now_ns + progress_every_ns;
    meter_progress(&engine->result->meter, now_ns, &progress);
    if (engine->out->on_progress)
        engine->out->on_progress(&progress, engine->out->ctx);
}

static int expire(struct engine *engine, int64_t now_ns, struct err *err)
{
    int64_t limit_ns = engine->plan->timeout_ns;
    enum outcome outcome = OUTCOME_TIMEOUT;

    if (engine->stop_ns && now_ns - engine->stop_ns >= stop_drain_ns) {
        limit_ns = 0;
        outcome = OUTCOME_ABORTED;
    }
    if (stops > 1) {
        limit_ns = -1;
        outcome = OUTCOME_ABORTED;
    }
    engine->next_scan_ns = now_ns + engine->slice_ns;
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
    if (stops && !engine->stop_ns) {
        engine->stop_ns = now_ns;
        engine->result->stopped = 1;
    }
    if (now_ns >= engine->next_progress_ns)
        report_progress(engine, now_ns);
    if (now_ns >= engine->next_flush_ns && engine->out->messages) {
        engine->next_flush_ns = now_ns + flush_every_ns;
        if (record_flush(engine->out->messages, err) < 0)
            return -1;
    }
    if (now_ns >= engine->next_scan_ns || stops > 1)
        return expire(engine, now_ns, err);
    return 0;
}

static int is_due(const struct engine *engine, int64_t now_ns)
{
    return now_ns >= engine->next_progress_ns ||
           now_ns >= engine->next_flush_ns || now_ns >= engine->next_scan_ns ||
           (stops && !engine->stop_ns) || stops > 1;
}

static int loop(struct engine *engine, struct err *err)
{
    while (engine->busy > 0) {
        int64_t now_ns;

        if ((engine->lone ? step_lone : step_many)(engine, err) < 0)
            return -1;
        now_ns = engine->lone ? engine->conns[0].received_ns : clock_now_ns();
        if (is_due(engine, now_ns) && tick(engine, clock_now_ns(), err) < 0)
            return -1;
    }
    return 0;
}

/* ---- beginning and end ---- */

static void on_beat(int signal_number)
{
    (void)signal_number;
}

/*
 * What ends a blocking recv in time to look at clocks: a timer of its own,
 * five times a second.  A time-out of the socket (SO_RCVTIMEO) would have the
 * kernel set and cancel a timer for every message.
 */
static void beat(int64_t every_ns)
{
    struct sigaction wake = {.sa_handler = on_beat};
    struct timeval every = {
        .tv_sec = (time_t)(every_ns / CLOCK_NS_PER_S),
        .tv_usec = (suseconds_t)(every_ns % CLOCK_NS_PER_S / 1000),
    };
    struct itimerval timer = {.it_interval = every, .it_value = every};

    (void)sigaction(SIGALRM, &wake, NULL);
    (void)setitimer(ITIMER_REAL, &timer, NULL);
}

static int prepare(struct engine *engine, struct err *err)
{
    const struct engine_plan *plan = engine->plan;
    int64_t parts = plan->timeout_ns / longest_wait_ns + 1;

    engine->slice_ns = plan->timeout_ns / parts;
    engine->lone = plan->connections == 1;
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
        if (conn->connect_start_ns && !conn->recorded &&
            close_conn(engine, conn, err) < 0)
            failed = 1;
    }
    wait_free(engine->wait);
    free(engine->conns);
    conn_shared_release(&engine->shared);
    return failed ? -1 : 0;
}

int engine_run(const struct engine_plan *plan, const struct engine_out *out,
               struct engine_result *result, struct err *err)
{
    struct engine engine = {.plan = plan, .out = out, .result = result};
    int failed = prepare(&engine, err) < 0;

    engine.epoch_ns = clock_now_ns();
    if (!failed) {
        connect_all(&engine);
        if (engine.lone)
            beat(engine.slice_ns);
        failed = begin_all(&engine, err) < 0 || loop(&engine, err) < 0;
        if (engine.lone)
            beat(0);
        result->stopped = stops > 0;
        report_progress(&engine, clock_now_ns());
    }
    return finish(&engine, failed, err);
}
