#include "clients/stream.h"

#include "clients/connect.h"
#include <errno.h>
#include <string.h>

static int wants_write(const struct line *line)
{
    return line->sending < line->flight.next;
}

/* ---- the end of messages ---- */

/* The oldest open message is final. */
static int settle_oldest(struct lane *lane, struct line *line,
                         enum outcome outcome, int sys_errno, struct err *err)
{
    uint64_t seq = line->flight.first;
    struct flight_message message = flight_take(&line->flight);

    message.outcome = (uint8_t)outcome;
    message.sys_errno = (int16_t)sys_errno;
    message.bytes_back = (uint32_t)line->got;
    if (outcome == OUTCOME_OK) {
        message.received_ns = flight_came_ns(&message, lane->now_ns);
        message.copies = 1;
        lane_count_answer(lane, &message);
    }
    line->got = 0;
    line->differs = 0;
    return lane_settle(lane, line, seq, &message, err);
}

/* Has message seq, which is open, been under way for longer than Tmax? */
static int had_its_time(const struct lane *lane, const struct line *line,
                        uint64_t seq)
{
    return lane->now_ns - flight_find(&line->flight, seq)->sent_ns >
           lane->plan->timeout_ns;
}

/*
 * All open messages are final.  Those that had their time ran out of it,
 * whatever came afterwards; the time-out of a message is none of a younger.
 */
static int settle_all(struct lane *lane, struct line *line,
                      enum outcome outcome, int sys_errno, struct err *err)
{
    enum outcome younger = outcome == OUTCOME_TIMEOUT && !sys_errno
                               ? OUTCOME_ABORTED
                               : outcome;

    while (line->flight.first < line->flight.next) {
        int is_over = had_its_time(lane, line, line->flight.first);

        if (settle_oldest(lane, line, is_over ? OUTCOME_TIMEOUT : younger,
                          is_over ? 0 : sys_errno, err) < 0)
            return -1;
    }
    line->sending = line->flight.next;
    line->sent = 0;
    return 0;
}

/*
 * The connection is of no more use, and takes with it what was in flight.  One
 * on which nothing was asked for, when nothing more will be, has just ended.
 */
static int break_line(struct lane *lane, struct line *line,
                      enum outcome outcome, int sys_errno, struct err *err)
{
    int idle = line->flight.first == line->flight.next;

    line->end = outcome;
    line->end_errno = sys_errno;
    if (idle && outcome == OUTCOME_CORRUPT)
        lane->result->stray++;
    if (settle_all(lane, line, outcome, sys_errno, err) < 0)
        return -1;
    if (idle && !ticker_may_begin(&lane->ticker, lane->now_ns))
        return connect_close(lane, line, err);
    return connect_lose(lane, line, err);
}

/* ---- sending ---- */

static const char *load_message(struct lane *lane, struct line *line)
{
    size_t size = (size_t)lane->plan->size_bytes;
    const char *header = lane_stamp(line, line->sending);

    if (size >= MSG_HEADER_BYTES)
        memcpy(lane->message, header, MSG_HEADER_BYTES);
    else
        msg_fill(lane->message, size, &line->stamp, line->sending);
    return lane->message;
}

/* Send what the socket takes of the message whose turn it is. */
static int put_bytes(struct lane *lane, struct line *line, struct err *err)
{
    size_t size = (size_t)lane->plan->size_bytes;
    const char *message = load_message(lane, line);
    ssize_t n = net_send(line->fd, message + line->sent, size - line->sent,
                         NET_DONT_WAIT);

    if (n < 0 && errno != EAGAIN && errno != EINTR)
        return break_line(lane, line, outcome_of_errno(errno), errno, err);
    if (n > 0)
        line->sent += (size_t)n;
    if (line->sent == size) {
        line->sending++;
        line->sent = 0;
    }
    if (wants_write(line) != line->is_write_asked && !lane->is_lone) {
        line->is_write_asked = wants_write(line);
        (void)wait_change(lane->wait, line->fd, (uint32_t)(line - lane->lines),
                          line->is_write_asked);
    }
    return 0;
}

static int begin(struct lane *lane, struct line *line, int64_t scheduled_ns,
                 struct err *err)
{
    lane_look(lane);
    if (lane_add(lane, line, scheduled_ns, err) < 0)
        return -1;
    return put_bytes(lane, line, err);
}

static int push(struct lane *lane, struct line *line, struct err *err)
{
    if (line->state != LINE_OPEN || !wants_write(line))
        return 0;
    if (put_bytes(lane, line, err) < 0)
        return -1;
    return lane_fill(lane, line, err);
}

/* ---- receiving ---- */

/* Are these n bytes of the oldest message, from line->got on? */
static int equals(const struct lane *lane, struct line *line, const char *bytes,
                  size_t n)
{
    uint64_t seq = line->flight.first;
    const char *header = lane_stamp(line, seq);
    size_t at = line->got, head = 0;

    if (lane->plan->size_bytes < MSG_HEADER_BYTES) {
        for (size_t i = 0; i < n; i++)
            if (bytes[i] != msg_pattern(seq, at + i))
                return 0;
        return 1;
    }
    if (at < MSG_HEADER_BYTES) {
        head = MSG_HEADER_BYTES - at < n ? MSG_HEADER_BYTES - at : n;
        if (memcmp(bytes, header + at, head) != 0)
            return 0;
    }
    return memcmp(bytes + head, lane->message + at + head, n - head) == 0;
}

/* All open messages had their time: nothing that may come is an echo. */
static int is_hopeless(const struct lane *lane, const struct line *line)
{
    return had_its_time(lane, line, line->flight.next - 1);
}

/* All bytes of the oldest message are back; too late is no echo. */
static int complete(struct lane *lane, struct line *line, struct err *err)
{
    enum outcome outcome = line->differs ? OUTCOME_CORRUPT : OUTCOME_OK;

    if (had_its_time(lane, line, line->flight.first)) {
        outcome = OUTCOME_TIMEOUT;
        if (is_hopeless(lane, line))
            return break_line(lane, line, outcome, 0, err);
    }
    return settle_oldest(lane, line, outcome, 0, err);
}

/* Bytes of the oldest message that were sent and are not back. */
static size_t outstanding(const struct lane *lane, const struct line *line)
{
    if (line->flight.first == line->flight.next)
        return 0;
    return (line->flight.first < line->sending ? (size_t)lane->plan->size_bytes
                                               : line->sent) -
           line->got;
}

static int is_last(const struct line *line)
{
    return line->flight.first + 1 >= line->sending + (line->sent > 0);
}

/* n bytes are in the buffer: echoes of one message or of several. */
static int take_bytes(struct lane *lane, struct line *line, size_t n,
                      struct err *err)
{
    const char *bytes = lane->buffer;

    while (n > 0 && line->state == LINE_OPEN) {
        size_t part = outstanding(lane, line);

        /* An echo cannot be ahead of what was sent. */
        if (n > part && is_last(line)) {
            line->got += n;
            return break_line(lane, line, OUTCOME_CORRUPT, 0, err);
        }
        if (n < part)
            part = n;
        if (!equals(lane, line, bytes, part))
            line->differs = 1;
        line->got += part;
        bytes += part;
        n -= part;
        if (line->got == (size_t)lane->plan->size_bytes &&
            complete(lane, line, err) < 0)
            return -1;
    }
    return 0;
}

static int took(struct lane *lane, struct line *line, ssize_t n,
                struct err *err)
{
    uint64_t first = line->flight.first;

    if (line->first_byte_ns == 0)
        line->first_byte_ns = lane->now_ns;
    line->last_byte_ns = lane->now_ns;
    if (take_bytes(lane, line, (size_t)n, err) < 0)
        return -1;
    if (lane->plan->reconnects && line->state == LINE_OPEN &&
        line->flight.first > first)
        return connect_renew(lane, line, err);
    return lane_fill(lane, line, err);
}

static int receive(struct lane *lane, struct line *line, int dont_wait,
                   struct err *err)
{
    ssize_t n = net_recv(line->fd, lane->buffer, lane->buffer_bytes, dont_wait);
    int cause = n < 0 ? errno : 0;

    lane_look(lane);
    if (n > 0)
        return took(lane, line, n, err);
    if (n == 0)
        return break_line(lane, line, OUTCOME_EOF, 0, err);
    if (cause == EAGAIN || cause == EINTR)
        return 0;
    return break_line(lane, line, outcome_of_errno(cause), cause, err);
}

/* ---- time ---- */

/*
 * What is behind a message that had its time cannot come before it, but may
 * yet come in its own: the connection is kept for that, as long again.
 */
static int scan(struct lane *lane, struct line *line, struct err *err)
{
    if (line->state != LINE_OPEN || line->flight.first == line->flight.next ||
        (!is_hopeless(lane, line) &&
         lane->now_ns < flight_due_ns(&line->flight)))
        return 0;
    return break_line(lane, line, OUTCOME_TIMEOUT, 0, err);
}

static int abort_line(struct lane *lane, struct line *line, struct err *err)
{
    if (line->state == LINE_CLOSED)
        return 0;
    if (line->state == LINE_CONNECTING ||
        line->flight.first < line->flight.next)
        line->end = OUTCOME_ABORTED;
    else if (line->end == OUTCOME_OK)
        connect_listen_once_more(lane, line);
    if (settle_all(lane, line, OUTCOME_ABORTED, 0, err) < 0)
        return -1;
    return connect_close(lane, line, err);
}

const struct lane_transport stream_transport = {
    .begin = begin,
    .receive = receive,
    .push = push,
    .scan = scan,
    .abort = abort_line,
    .close = connect_close,
};
