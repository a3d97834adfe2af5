#include "clients/datagram.h"

#include "clients/flight.h"
#include "clients/ticker.h"
#include "clients/wait.h"
#include "lib/clock.h"
#include "lib/msg.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    EVENTS = 256,
    BUFFER_BYTES = 1 << 16, /* more than any datagram holds */
    ROWS_AT_ONCE = 4,       /* between two messages, so as not to delay them */
    SLICES = 8,             /* of Tmax: how closely time-outs are seen */
};

static const int64_t longest_slice_ns = CLOCK_NS_PER_S / 5;
static const int64_t longest_pause_ns = 10 * CLOCK_NS_PER_MS;

/* One connection. */
struct line {
    int fd; /* -1: none */
    uint32_t number;
    int busy;         /* the newest message waits for its answer */
    int64_t pause_ns; /* no new message before; 0: no pause */
    int64_t opened_ns, first_byte_ns, last_byte_ns;
    int open_errno;
    struct msg_stamp stamp;
    struct flight flight;
};

struct datagram {
    const struct load_plan *plan;
    const struct load_out *out;
    struct load_result *result;
    struct ticker ticker;
    struct line *lines;
    struct wait *wait;
    int lone;          /* one connection: block in recv */
    int active;        /* lines with anything left to do */
    char *message;     /* one of size_bytes; the header is put in per send */
    char *buffer;      /* BUFFER_BYTES */
    int64_t now_ns;    /* of the last look at the clock */
    int64_t resume_ns; /* when the next pause ends; 0: none */
    /* of the second that began then */
    int64_t second_ns, second_intended, second_refused;
};

/* ---- rows ---- */

static int settle(struct datagram *gram, const struct line *line, uint64_t seq,
                  const struct flight_message *message, struct err *err)
{
    struct load_result *result = gram->result;
    int64_t sent_ns = ticker_since_epoch(&gram->ticker, message->sent_ns);
    struct record_row row = {
        .conn = line->number,
        .seq = seq,
        .scheduled_ns = sent_ns,
        .sent_ns = sent_ns,
        .received_ns = ticker_since_epoch(&gram->ticker, message->received_ns),
        .bytes = gram->plan->size_bytes,
        .bytes_back = message->bytes_back,
        .outcome = message->outcome,
        .copies = (int)message->copies,
        .late_by = (int)message->late_by,
        .sys_errno = message->sys_errno,
    };

    result->duplicated += message->copies > 1;
    result->reordered += message->late_by > 0;
    if (message->outcome != OUTCOME_OK) /* those were counted when they came */
        meter_failed(&result->meter, message->outcome);
    return gram->out->messages ? record_add(gram->out->messages, &row, err) : 0;
}

static int settle_final(struct datagram *gram, struct line *line, int most,
                        struct err *err)
{
    struct flight_message message;
    uint64_t seq;

    while (most-- > 0 &&
           flight_expire(&line->flight, gram->now_ns, &seq, &message))
        if (settle(gram, line, seq, &message, err) < 0)
            return -1;
    return 0;
}

static int add_unmatched(struct datagram *gram, const struct line *line,
                         int64_t seq, const char *reason, struct err *err)
{
    char row[RECORD_ROW_MAX], *to = row;

    gram->result->unmatched++;
    if (!gram->out->unmatched)
        return 0;
    to = record_put_int(to, line->number);
    to = record_put_int(to, seq);
    to = record_put_int(to, ticker_since_epoch(&gram->ticker, gram->now_ns));
    to = record_put_text(to, reason);
    to[-1] = '\n';
    *to = '\0';
    return record_add_line(gram->out->unmatched, row, err);
}

/* ---- sending ---- */

/* The newest message came to nothing; wait a moment before the next. */
static void fail(struct datagram *gram, struct line *line, int sys_errno)
{
    int64_t pause_ns = gram->plan->timeout_ns < longest_pause_ns
                           ? gram->plan->timeout_ns
                           : longest_pause_ns;
    enum outcome outcome = outcome_of_errno(sys_errno);

    flight_fail(&line->flight, line->flight.next - 1, outcome, sys_errno);
    gram->second_refused += outcome == OUTCOME_REFUSED;
    line->busy = 0;
    line->pause_ns = gram->now_ns + pause_ns;
    if (!gram->resume_ns || line->pause_ns < gram->resume_ns)
        gram->resume_ns = line->pause_ns;
}

/*
 * A refusal of an earlier message, of which nobody waits for the answer any
 * more, can make a send fail; the next one tells of its own message.
 */
static int send_message(const struct datagram *gram, const struct line *line)
{
    int refused = 0;
    size_t n = (size_t)gram->plan->size_bytes;

    while (net_send(line->fd, gram->message, n, NET_WAIT) < 0) {
        if (errno == EINTR || (errno == ECONNREFUSED && !refused++))
            continue;
        return -1;
    }
    return 0;
}

static int begin_message(struct datagram *gram, struct line *line,
                         struct err *err)
{
    msg_stamp_seq(&line->stamp, line->flight.next);
    memcpy(gram->message, line->stamp.header, MSG_HEADER_BYTES);
    line->pause_ns = 0;
    gram->now_ns = clock_now_ns();
    if (flight_send(&line->flight, gram->now_ns) < 0) {
        err_sys(err, ERR_RESOURCE, "memory", "cannot keep %llu open messages",
                (unsigned long long)(line->flight.next - line->flight.first));
        return err_hint(err, "a smaller --timeout keeps fewer");
    }
    line->busy = 1;
    gram->result->intended++;
    gram->second_intended++;
    if (send_message(gram, line) < 0)
        fail(gram, line, errno);
    return 0;
}

static int begin_if_due(struct datagram *gram, struct line *line,
                        struct err *err)
{
    if (line->busy || line->fd < 0 || line->pause_ns > gram->now_ns ||
        !ticker_may_begin(&gram->ticker, gram->now_ns))
        return 0;
    return begin_message(gram, line, err);
}

/* ---- receiving ---- */

struct reply {
    int64_t seq; /* RECORD_NONE: not told */
    int intact;
    const char *reason; /* why it belongs to no message; NULL when it does */
};

/* Servers of ours turn the kind, and nothing else. */
static void identify(const struct datagram *gram, const struct line *line,
                     size_t n, struct reply *reply)
{
    struct msg_header header;
    size_t size = (size_t)gram->plan->size_bytes;

    if (n > MSG_KIND_AT && gram->buffer[MSG_KIND_AT] == 'R')
        gram->buffer[MSG_KIND_AT] = 'Q';
    if (n >= MSG_HEADER_BYTES &&
        memcmp(gram->buffer, line->stamp.header, MSG_HEADER_BYTES) == 0) {
        reply->seq = (int64_t)line->flight.next - 1;
    } else if (n >= MSG_HEADER_BYTES && msg_read(gram->buffer, &header) == 0 &&
               header.kind == 'Q') {
        reply->seq = (int64_t)header.seq;
        if (header.run_id != gram->plan->run_id)
            reply->reason = "stale";
        else if (header.conn != line->number)
            reply->reason = "unknown";
    } else {
        reply->reason = "malformed";
    }
    reply->intact = !reply->reason && n == size &&
                    memcmp(gram->buffer + MSG_HEADER_BYTES,
                           gram->message + MSG_HEADER_BYTES,
                           size - MSG_HEADER_BYTES) == 0;
}

static void count_answer(struct datagram *gram, const struct line *line,
                         uint64_t seq)
{
    const struct flight_message *message = flight_find(&line->flight, seq);

    if (message->outcome == OUTCOME_OK)
        meter_ok(&gram->result->meter, gram->now_ns - message->sent_ns,
                 gram->plan->size_bytes, gram->now_ns);
}

static int take_datagram(struct datagram *gram, struct line *line, size_t n,
                         struct err *err)
{
    struct reply reply = {.seq = RECORD_NONE};
    enum flight_verdict verdict;
    uint64_t seq;

    if (!line->first_byte_ns)
        line->first_byte_ns = gram->now_ns;
    line->last_byte_ns = gram->now_ns;
    identify(gram, line, n, &reply);
    if (reply.reason)
        return add_unmatched(gram, line, reply.seq, reply.reason, err);
    seq = (uint64_t)reply.seq;
    verdict = flight_reply(&line->flight, seq, gram->now_ns, reply.intact,
                           (uint32_t)n);
    if (verdict == FLIGHT_STALE || verdict == FLIGHT_UNKNOWN)
        return add_unmatched(gram, line, reply.seq,
                             verdict == FLIGHT_STALE ? "stale" : "unknown",
                             err);
    if (verdict == FLIGHT_ANSWER)
        count_answer(gram, line, seq);
    if (seq != line->flight.next - 1 || !line->busy)
        return 0;
    line->busy = 0;
    if (settle_final(gram, line, ROWS_AT_ONCE, err) < 0)
        return -1;
    return begin_if_due(gram, line, err);
}

/* What recv gave: a datagram, an ICMP error, or nothing. */
static int took(struct datagram *gram, struct line *line, ssize_t n,
                struct err *err)
{
    if (n >= 0)
        return take_datagram(gram, line, (size_t)n, err);
    if (errno != EINTR && errno != EAGAIN && line->busy)
        fail(gram, line, errno);
    return 0;
}

static int step_lone(struct datagram *gram, struct err *err)
{
    struct line *line = &gram->lines[0];
    ssize_t n;
    int cause;

    if (line->pause_ns)
        clock_sleep_until_ns(line->pause_ns);
    n = net_recv(line->fd, gram->buffer, BUFFER_BYTES,
                 line->pause_ns ? NET_DONT_WAIT : NET_WAIT);
    cause = errno;
    gram->now_ns = clock_now_ns();
    errno = cause;
    return took(gram, line, n, err);
}

static int step_many(struct datagram *gram, struct err *err)
{
    struct wait_event events[EVENTS];
    int64_t wait_ns = gram->ticker.slice_ns;
    int n;

    if (gram->resume_ns && gram->resume_ns - gram->now_ns < wait_ns)
        wait_ns = gram->resume_ns - gram->now_ns;
    n = wait_for(gram->wait, events, EVENTS, wait_ns > 0 ? wait_ns : 0);
    for (int i = 0; i < n; i++) {
        struct line *line = &gram->lines[events[i].number];
        ssize_t got = net_recv(line->fd, gram->buffer, BUFFER_BYTES,
                               NET_DONT_WAIT);
        int cause = errno;

        gram->now_ns = clock_now_ns();
        errno = cause;
        if (took(gram, line, got, err) < 0)
            return -1;
    }
    gram->now_ns = clock_now_ns();
    return 0;
}

/* ---- what happens now and then ---- */

/* Nobody is there any more: to go on would tell nothing new. */
static void judge_second(struct datagram *gram)
{
    if (gram->now_ns - gram->second_ns < CLOCK_NS_PER_S)
        return;
    if (!gram->plan->persists &&
        2 * gram->second_refused > gram->second_intended)
        gram->result->refusing = 1;
    gram->second_ns = gram->now_ns;
    gram->second_intended = gram->second_refused = 0;
}

static int scan_line(struct datagram *gram, struct line *line, struct err *err)
{
    const struct flight_message *newest = flight_find(&line->flight,
                                                      line->flight.next - 1);

    if (line->busy && newest &&
        gram->now_ns - newest->sent_ns > gram->plan->timeout_ns)
        line->busy = 0;
    if (line->pause_ns <= gram->now_ns)
        line->pause_ns = 0;
    if (settle_final(gram, line, INT32_MAX, err) < 0)
        return -1;
    return begin_if_due(gram, line, err);
}

/* Time-outs, final rows, pauses: all lines. */
static int scan(struct datagram *gram, struct err *err)
{
    judge_second(gram);
    gram->active = 0;
    gram->resume_ns = 0;
    for (int i = 0; i < gram->plan->connections; i++) {
        struct line *line = &gram->lines[i];

        gram->now_ns = clock_now_ns();
        if (scan_line(gram, line, err) < 0)
            return -1;
        if (line->pause_ns &&
            (!gram->resume_ns || line->pause_ns < gram->resume_ns))
            gram->resume_ns = line->pause_ns;
        gram->active += flight_due_ns(&line->flight) != INT64_MAX;
    }
    return 0;
}

/* The rows of all that is open, now. */
static int abort_all(struct datagram *gram, struct err *err)
{
    int failed = 0;

    for (int i = 0; gram->lines && i < gram->plan->connections; i++) {
        struct line *line = &gram->lines[i];

        flight_abort(&line->flight, clock_now_ns());
        gram->now_ns = INT64_MAX;
        if (settle_final(gram, line, INT32_MAX, err) < 0)
            failed = -1;
    }
    gram->active = 0;
    return failed;
}

static int tick(struct datagram *gram, struct err *err)
{
    int due = ticker_tick(&gram->ticker, gram->now_ns, err);

    if (due < 0)
        return -1;
    if (ticker_is_over(&gram->ticker, gram->now_ns))
        return abort_all(gram, err);
    return due ? scan(gram, err) : 0;
}

static int loop(struct datagram *gram, struct err *err)
{
    while (gram->active) {
        if ((gram->lone ? step_lone : step_many)(gram, err) < 0)
            return -1;
        if (ticker_is_due(&gram->ticker, gram->now_ns) && tick(gram, err) < 0)
            return -1;
        if (gram->resume_ns && gram->now_ns >= gram->resume_ns &&
            scan(gram, err) < 0)
            return -1;
    }
    return 0;
}

/* ---- beginning and end ---- */

static void open_line(struct datagram *gram, struct line *line)
{
    line->opened_ns = clock_now_ns();
    line->fd = net_connect_udp(&gram->plan->target);
    if (line->fd >= 0 &&
        (gram->lone || wait_add(gram->wait, line->fd, line->number, 0) == 0)) {
        gram->result->connected++;
        return;
    }
    line->open_errno = errno;
    if (line->fd >= 0)
        close(line->fd);
    line->fd = -1;
}

static int prepare(struct datagram *gram, struct err *err)
{
    const struct load_plan *plan = gram->plan;
    int64_t slice_ns = plan->timeout_ns / SLICES;

    gram->lone = plan->connections == 1;
    gram->lines = calloc((size_t)plan->connections, sizeof *gram->lines);
    gram->wait = wait_new();
    gram->message = malloc((size_t)plan->size_bytes);
    gram->buffer = malloc(BUFFER_BYTES);
    gram->ticker = (struct ticker){
        .plan = plan, .out = gram->out, .result = gram->result};
    ticker_init(&gram->ticker,
                slice_ns < longest_slice_ns ? slice_ns : longest_slice_ns);
    if (!gram->lines || !gram->wait || !gram->message || !gram->buffer)
        return err_sys(err, ERR_RESOURCE, "memory",
                       "cannot prepare %d connections", plan->connections);
    memset(gram->message, '0', (size_t)plan->size_bytes);
    for (int i = 0; i < plan->connections; i++) {
        struct line *line = &gram->lines[i];

        line->number = (uint32_t)i;
        msg_stamp_init(&line->stamp, 'Q', plan->run_id, line->number);
        flight_init(&line->flight, plan->timeout_ns);
        open_line(gram, line);
    }
    return 0;
}

static int close_line(struct datagram *gram, struct line *line, struct err *err)
{
    struct ticker_connection end = {
        .number = line->number,
        .connect_start_ns = line->opened_ns,
        .connect_end_ns = line->fd >= 0 ? line->opened_ns : 0,
        .first_byte_ns = line->first_byte_ns,
        .last_byte_ns = line->last_byte_ns,
        .end = line->fd >= 0 ? OUTCOME_OK : outcome_of_errno(line->open_errno),
        .end_errno = line->open_errno,
    };
    int64_t drops = line->fd >= 0 ? net_socket_drops(line->fd) : 0;

    if (drops > 0)
        gram->result->local_drops += drops;
    if (line->fd >= 0)
        close(line->fd);
    flight_release(&line->flight);
    return line->opened_ns ? ticker_connection(&gram->ticker, &end, err) : 0;
}

/* Rows for what is still open, lines for all connections. */
static int finish(struct datagram *gram, int failed, struct err *err)
{
    struct err later = {0}; /* only the first failure is told */

    if (abort_all(gram, failed ? &later : err) < 0)
        failed = 1;
    for (int i = 0; gram->lines && i < gram->plan->connections; i++)
        if (close_line(gram, &gram->lines[i], failed ? &later : err) < 0)
            failed = 1;
    wait_free(gram->wait);
    free(gram->lines);
    free(gram->message);
    free(gram->buffer);
    return failed ? -1 : 0;
}

int datagram_run(const struct load_plan *plan, const struct load_out *out,
                 struct load_result *result, struct err *err)
{
    struct datagram gram = {.plan = plan, .out = out, .result = result};
    int failed = prepare(&gram, err) < 0;

    if (!failed) {
        if (gram.lone)
            ticker_beat(gram.ticker.slice_ns);
        ticker_begin(&gram.ticker);
        gram.second_ns = gram.ticker.first_send_ns;
        failed = scan(&gram, err) < 0 || loop(&gram, err) < 0;
        if (gram.lone)
            ticker_beat(0);
        ticker_report(&gram.ticker, clock_now_ns());
    }
    return finish(&gram, failed, err);
}
