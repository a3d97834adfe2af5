#include "clients/loop.h"

#include "clients/connect.h"
#include "clients/datagram.h"
#include "clients/missed.h"
#include "clients/stream.h"
#include "lib/clock.h"

#include <stdlib.h>
#include <string.h>

enum {
    EVENTS = 256,
    BURST = 16,     /* overdue messages between two looks at replies */
    UDP_SLICES = 8, /* of Tmax: how closely time-outs are seen */
};

/* How closely time-outs are seen, at least. */
static const int64_t longest_slice_ns = CLOCK_NS_PER_S / 5;
/* A wait is never longer: what comes later tells that we were held up. */
static const int64_t longest_wait_ns = CLOCK_NS_PER_S / 40;
/* How closely connections that are down are looked at. */
static const int64_t down_wait_ns = CLOCK_NS_PER_MS;
/* A sleep ends late by about so much: the rest is spun when asked. */
static const int64_t spin_ns = CLOCK_NS_PER_MS / 5;
/* What was due before the end may still be sent so much after it. */
static const int64_t grace_ns = CLOCK_NS_PER_S / 10;

static int is_open_loop(const struct lane *lane)
{
    return lane->plan->rate_per_s > 0;
}

/* ---- the schedule of an open loop ---- */

static void schedule_next(struct lane *lane)
{
    lane->due_ns = lane->ticker.first_send_ns + arrival_due_ns(&lane->arrival);
}

/* Is one more message to be sent at lane->due_ns, even if that is over? */
static int wants_due(const struct lane *lane)
{
    const struct load_plan *plan = lane->plan;

    return is_open_loop(lane) && lane->usable + lane->down > 0 &&
           ticker_may_begin(&lane->ticker, lane->due_ns) &&
           (!plan->duration_ns || lane->now_ns - lane->ticker.first_send_ns <
                                      plan->duration_ns + grace_ns);
}

/* Lines take turns; one that cannot take a message is passed over. */
static struct line *next_ready(struct lane *lane)
{
    for (int i = 0; i < lane->plan->connections; i++) {
        struct line *line = &lane->lines[lane->next_line];

        if (++lane->next_line == lane->plan->connections)
            lane->next_line = 0;
        if (lane_is_ready(lane, line))
            return line;
    }
    return NULL;
}

static int send_due(struct lane *lane, struct err *err)
{
    lane_look(lane);
    for (int i = 0; i < BURST; i++) {
        struct line *line;

        if (lane->due_ns > lane->now_ns || !wants_due(lane) ||
            !(line = next_ready(lane)))
            return 0;
        if (lane->transport->begin(lane, line, lane->due_ns, err) < 0)
            return -1;
        lane->last_sent_ns = lane->now_ns;
        arrival_next(&lane->arrival);
        schedule_next(lane);
    }
    return 0;
}

/*
 * Nothing more is to be sent.  How much of the schedule was kept: what it has
 * up to the next message to the time that went by, and not more than all.
 */
static void judge_schedule(struct lane *lane)
{
    int64_t begin_ns = lane->ticker.first_send_ns;
    int is_behind = lane->due_ns < lane->now_ns;
    int64_t end_ns = is_behind ? lane->now_ns : lane->last_sent_ns;
    double share = 1;

    lane->sent_all = 1;
    if (end_ns > begin_ns)
        share = (double)(lane->due_ns - begin_ns) / (double)(end_ns - begin_ns);
    lane->result->achieved_per_s = lane->plan->rate_per_s *
                                   (share < 1 ? share : 1);
    missed_judge(lane);
}

/* ---- waiting ---- */

static int64_t most_wait_ns(const struct lane *lane)
{
    return lane->ticker.slice_ns < longest_wait_ns ? lane->ticker.slice_ns
                                                   : longest_wait_ns;
}

/* How long nothing needs to be done by itself. */
static int64_t patience_ns(const struct lane *lane)
{
    int64_t wait_ns = lane->down ? down_wait_ns : most_wait_ns(lane);

    if (lane->resume_ns && lane->resume_ns - lane->now_ns < wait_ns)
        wait_ns = lane->resume_ns - lane->now_ns;
    if (is_open_loop(lane) && wants_due(lane) &&
        lane->due_ns - lane->now_ns < wait_ns)
        wait_ns = lane->due_ns - lane->now_ns;
    if (lane->plan->busy_poll)
        wait_ns = is_open_loop(lane) ? wait_ns - spin_ns : 0;
    return wait_ns > 0 ? wait_ns : 0;
}

static int on_event(struct lane *lane, const struct wait_event *event,
                    struct err *err)
{
    struct line *line = &lane->lines[event->number];

    if (line->state == LINE_OPEN && event->writable &&
        lane->transport->push(lane, line, err) < 0)
        return -1;
    if (line->state == LINE_OPEN && event->readable)
        return lane->transport->receive(lane, line, NET_DONT_WAIT, err);
    return 0;
}

static int step_many(struct lane *lane, struct err *err)
{
    struct wait_event events[EVENTS];
    int n;

    lane->wait_ns = patience_ns(lane);
    n = wait_for(lane->wait, events, EVENTS, lane->wait_ns);
    for (int i = 0; i < n; i++)
        if (on_event(lane, &events[i], err) < 0)
            return -1;
    lane_look(lane);
    return 0;
}

/*
 * One connection needs no epoll: recv itself waits, which saves a system call
 * a message.  A message too big for the socket buffer has to be sent and
 * received at once, so then both sides are only tried.
 */
static int step_lone(struct lane *lane, struct err *err)
{
    struct line *line = &lane->lines[0];
    int dont_wait = lane->plan->busy_poll ? NET_DONT_WAIT : NET_WAIT;

    lane->wait_ns = lane->plan->busy_poll ? 0 : most_wait_ns(lane);
    if (line->sending < line->flight.next) {
        lane->wait_ns = most_wait_ns(lane);
        net_wait_io(line->fd, lane->wait_ns);
        if (lane->transport->push(lane, line, err) < 0)
            return -1;
        dont_wait = NET_DONT_WAIT;
    }
    return line->state == LINE_OPEN
               ? lane->transport->receive(lane, line, dont_wait, err)
               : 0;
}

/*
 * While the machine is suspended our clock stands still too, and only the time
 * since boot tells of it.
 */
static void look_for_sleep(struct lane *lane)
{
    int64_t slept_ns = clock_boot_offset_ns();

    if (slept_ns - lane->slept_ns > lane->gap_ns &&
        lane->now_ns > lane->tick_ns)
        lane_add_gap(lane, lane->tick_ns);
    lane->slept_ns = slept_ns;
    lane->tick_ns = lane->now_ns;
}

/* ---- what happens now and then ---- */

static int scan_all(struct lane *lane, struct err *err)
{
    lane->resume_ns = 0;
    if (lane->plan->is_udp)
        datagram_judge_second(lane);
    for (int i = 0; i < lane->plan->connections; i++) {
        lane_look(lane);
        if (lane->transport->scan(lane, &lane->lines[i], err) < 0)
            return -1;
    }
    return 0;
}

static int abort_all(struct lane *lane, struct err *err)
{
    int failed = 0;

    for (int i = 0; i < lane->plan->connections; i++)
        if (lane->transport->abort(lane, &lane->lines[i], err) < 0)
            failed = -1;
    return failed;
}

static int tick(struct lane *lane, struct err *err)
{
    int due = ticker_tick(&lane->ticker, lane->now_ns, err);

    if (due < 0)
        return -1;
    look_for_sleep(lane);
    if (ticker_is_over(&lane->ticker, lane->now_ns))
        return abort_all(lane, err);
    return due ? scan_all(lane, err) : 0;
}

static int goes_on(const struct lane *lane)
{
    if (atomic_load_explicit(lane->is_given_up, memory_order_relaxed))
        return 0;
    return lane->open > 0 || wants_due(lane) ||
           (lane->down && ticker_may_begin(&lane->ticker, lane->now_ns));
}

static int one_round(struct lane *lane, struct err *err)
{
    if (is_open_loop(lane) && send_due(lane, err) < 0)
        return -1;
    if ((lane->is_lone ? step_lone(lane, err) : step_many(lane, err)) < 0)
        return -1;
    if (ticker_is_due(&lane->ticker, lane->now_ns) && tick(lane, err) < 0)
        return -1;
    if (lane->resume_ns && lane->now_ns >= lane->resume_ns &&
        scan_all(lane, err) < 0)
        return -1;
    return lane->down ? connect_revive(lane, err) : 0;
}

static int loop(struct lane *lane, struct err *err)
{
    while (goes_on(lane)) {
        if (one_round(lane, err) < 0)
            return -1;
        if (is_open_loop(lane) && !lane->sent_all && !wants_due(lane))
            judge_schedule(lane);
    }
    /* No connection was left to begin with, or a stop came just now. */
    if (is_open_loop(lane) && !lane->sent_all &&
        (lane->last_sent_ns || !ticker_stops()))
        judge_schedule(lane);
    return 0;
}

/* ---- beginning and end ---- */

static int begin_all(struct lane *lane, struct err *err)
{
    lane_begin(lane);
    lane->tick_ns = lane->now_ns;
    lane->slept_ns = clock_boot_offset_ns();
    schedule_next(lane);
    if (!lane->plan->is_udp && connect_mourn(lane, err) < 0)
        return -1;
    for (int i = 0; i < lane->plan->connections; i++) {
        if (lane_fill(lane, &lane->lines[i], err) < 0)
            return -1;
        lane_look(lane);
    }
    return 0;
}

static int allocate(struct lane *lane)
{
    const struct load_plan *plan = lane->plan;

    lane->buffer_bytes = plan->is_udp ? DATAGRAM_BUFFER_BYTES
                                      : (size_t)plan->buffer_bytes;
    lane->lines = calloc((size_t)plan->connections, sizeof *lane->lines);
    lane->wait = wait_new();
    lane->message = malloc((size_t)plan->size_bytes);
    lane->buffer = malloc(lane->buffer_bytes);
    if (!lane->lines || !lane->wait || !lane->message || !lane->buffer)
        return -1;
    memset(lane->message, '0', (size_t)plan->size_bytes);
    return 0;
}

static int64_t slice_ns(const struct load_plan *plan)
{
    int64_t ns = plan->is_udp ? plan->timeout_ns / UDP_SLICES
                              : plan->timeout_ns /
                                    (plan->timeout_ns / longest_slice_ns + 1);

    return ns < longest_slice_ns ? ns : longest_slice_ns;
}

static int cannot_prepare(const struct lane *lane, struct err *err)
{
    err_sys(err, ERR_RESOURCE, "memory", "cannot prepare %d connections",
            lane->plan->connections);
    return err_hint(err, "fewer --connections, or a smaller --length");
}

int loop_prepare(struct lane *lane, struct err *err)
{
    const struct load_plan *plan = lane->plan;

    lane->transport = plan->is_udp ? &datagram_transport : &stream_transport;
    lane->ticker.slice_ns = slice_ns(plan);
    if (allocate(lane) < 0)
        return cannot_prepare(lane, err);
    for (int i = 0; i < plan->connections; i++) {
        struct line *line = &lane->lines[i];

        line->fd = -1;
        line->number = lane->first_number + (uint32_t)i;
        msg_stamp_init(&line->stamp, 'Q', plan->run_id, line->number);
        flight_init(&line->flight, plan->timeout_ns);
    }
    if (is_open_loop(lane))
        clock_sharpen();
    if (plan->is_udp)
        datagram_open_all(lane);
    else
        connect_all(lane);
    return 0;
}

int loop_run(struct lane *lane, struct err *err)
{
    int failed;

    if (lane->is_lone)
        ticker_beat(most_wait_ns(lane));
    failed = begin_all(lane, err) < 0 || loop(lane, err) < 0 ||
             missed_settle(lane, err) < 0;
    if (lane->is_lone)
        ticker_beat(0);
    lane->result->stopped = ticker_stops() > 0;
    return failed ? -1 : 0;
}

int loop_finish(struct lane *lane, int failed, struct err *err)
{
    struct err later = {0};

    for (int i = 0; lane->lines && i < lane->plan->connections; i++) {
        struct line *line = &lane->lines[i];

        if (lane->transport->abort(lane, line, failed ? &later : err) < 0)
            failed = 1;
        if (lane->transport->close(lane, line, failed ? &later : err) < 0)
            failed = 1;
        flight_release(&line->flight);
    }
    wait_free(lane->wait);
    free(lane->lines);
    free(lane->message);
    free(lane->buffer);
    return failed ? -1 : 0;
}
