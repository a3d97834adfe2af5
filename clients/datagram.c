#include "clients/datagram.h"

#include "lib/clock.h"
#include "lib/key.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum {
    ROWS_AT_ONCE = 4,       /* between two messages, so as not to delay them */
    SEND_TRIES = 16,        /* each held up by errors of earlier messages */
    SOCKET_BYTES = 1 << 20, /* asked for: what comes while we are held up */
};

static const int64_t longest_pause_ns = 10 * CLOCK_NS_PER_MS;

struct reply {
    int64_t seq; /* RECORD_NONE: not told */
    int intact;
    const char *reason; /* why it belongs to no row; NULL when it does */
};

/* ---- rows ---- */

static int settle_final(struct lane *lane, struct line *line, int most,
                        struct err *err)
{
    struct flight_message message;
    uint64_t seq;

    while (most-- > 0 &&
           flight_expire(&line->flight, lane->now_ns, &seq, &message))
        if (lane_settle(lane, line, seq, &message, err) < 0)
            return -1;
    return 0;
}

/* A datagram that came at came_ns belongs to no row. */
static int add_unmatched(struct lane *lane, const struct line *line,
                         const struct reply *reply, int64_t came_ns,
                         struct err *err)
{
    char row[RECORD_ROW_MAX], *to = row;

    lane->result->unmatched++;
    if (!lane->out->unmatched)
        return 0;
    to = record_put_int(to, line->number);
    to = record_put_int(to, reply->seq);
    to = record_put_int(to, ticker_since_epoch(&lane->ticker, came_ns));
    to = record_put_text(to, reply->reason);
    to[-1] = '\n';
    *to = '\0';
    return record_add_line(lane->out->unmatched, row, err);
}

/* ---- sending ---- */

/* A message came to nothing; wait a moment before the next. */
static void fail(struct lane *lane, struct line *line, uint64_t seq,
                 int sys_errno)
{
    int64_t pause_ns = lane->plan->timeout_ns < longest_pause_ns
                           ? lane->plan->timeout_ns
                           : longest_pause_ns;
    enum outcome outcome = outcome_of_errno(sys_errno);

    if (!flight_find(&line->flight, seq))
        return;
    flight_fail(&line->flight, seq, outcome, sys_errno);
    lane->second_refused += outcome == OUTCOME_REFUSED;
    if (lane->plan->rate_per_s > 0)
        return; /* the schedule does not wait */
    line->pause_ns = lane->now_ns + pause_ns;
    if (!lane->resume_ns || line->pause_ns < lane->resume_ns)
        lane->resume_ns = line->pause_ns;
}

/* Does an error quote a message of this line? */
static int quotes(const struct lane *lane, const struct line *line,
                  const char *bytes, size_t n, uint64_t *seq)
{
    struct msg_header header;

    if (n != MSG_HEADER_BYTES || msg_read(bytes, &header) < 0 ||
        header.run_id != lane->plan->run_id || header.conn != line->number)
        return 0;
    *seq = header.seq;
    return 1;
}

/*
 * Take what the network answered instead of the server; an answer that quotes
 * too little is of message `last`.  How many there were.
 */
static int take_errors(struct lane *lane, struct line *line, uint64_t last)
{
    char bytes[MSG_HEADER_BYTES];
    size_t n = sizeof bytes;
    int taken = 0, cause;

    for (; (cause = net_next_error(line->fd, bytes, &n)) != 0; taken++) {
        uint64_t seq = last;

        (void)quotes(lane, line, bytes, n, &seq);
        fail(lane, line, seq, cause);
        n = sizeof bytes;
    }
    return taken;
}

/*
 * A send may only tell that earlier messages were refused.  Where the socket
 * had no room for what refused them, it was the one before.
 */
static int send_message(struct lane *lane, struct line *line)
{
    uint64_t before = line->flight.next - 2;
    size_t n = (size_t)lane->plan->size_bytes;
    int cause = 0;

    for (int tries = 0; tries < SEND_TRIES; tries++) {
        if (net_send(line->fd, lane->message, n, NET_WAIT) >= 0)
            return 0;
        cause = errno;
        if (cause == EINTR || take_errors(lane, line, before) > 0)
            continue;
        if (cause != ECONNREFUSED)
            break;
        fail(lane, line, before, cause);
    }
    errno = cause;
    return -1;
}

static int begin(struct lane *lane, struct line *line, int64_t scheduled_ns,
                 struct err *err)
{
    memcpy(lane->message, lane_stamp(line, line->flight.next),
           MSG_HEADER_BYTES);
    if (lane->plan->key)
        key_sign(lane->plan->key, lane->message);
    line->pause_ns = 0;
    lane_look(lane);
    if (lane_add(lane, line, scheduled_ns, err) < 0)
        return -1;
    line->sending = line->flight.next;
    lane->second_intended++;
    if (send_message(lane, line) < 0)
        fail(lane, line, line->flight.next - 1, errno);
    return 0;
}

/* ---- receiving ---- */

/* With a key: is it from who has it, and an answer? */
static int is_proven(const struct lane *lane, size_t n)
{
    return n >= KEY_MESSAGE_BYTES && lane->buffer[MSG_KIND_AT] == 'R' &&
           key_proves(lane->plan->key, lane->buffer);
}

/* Servers of ours turn the kind, and with a key the proof; nothing else. */
static void identify(const struct lane *lane, const struct line *line, size_t n,
                     struct reply *reply)
{
    struct msg_header header;
    size_t size = (size_t)lane->plan->size_bytes;
    size_t head = lane->plan->key ? KEY_MESSAGE_BYTES : MSG_HEADER_BYTES;

    if (lane->plan->key && !is_proven(lane, n)) {
        reply->reason = "malformed";
        return;
    }
    if (n > MSG_KIND_AT && lane->buffer[MSG_KIND_AT] == 'R')
        lane->buffer[MSG_KIND_AT] = 'Q';
    if (n >= MSG_HEADER_BYTES &&
        memcmp(lane->buffer, line->stamp.header, MSG_HEADER_BYTES) == 0) {
        reply->seq = (int64_t)line->stamp_seq; /* most often the newest */
    } else if (n >= MSG_HEADER_BYTES && msg_read(lane->buffer, &header) == 0 &&
               header.kind == 'Q') {
        reply->seq = (int64_t)header.seq;
        if (header.run_id != lane->plan->run_id)
            reply->reason = "stale";
        else if (header.conn != line->number)
            reply->reason = "unknown";
    } else {
        reply->reason = "malformed";
    }
    reply->intact = !reply->reason && n == size &&
                    memcmp(lane->buffer + head, lane->message + head,
                           size - head) == 0;
}

/* Is the message open, and this what is known of it? */
static int is_now(const struct flight_message *message, enum outcome outcome)
{
    return message && message->outcome == outcome;
}

/*
 * A reply to a message of this line.  A row tells of one: a wrong one is left
 * over when another was before it, or when the right one comes in time.
 */
static int take_reply(struct lane *lane, struct line *line, struct reply *reply,
                      size_t n, struct err *err)
{
    uint64_t seq = (uint64_t)reply->seq;
    const struct flight_message *message = flight_find(&line->flight, seq);
    int was_corrupt = is_now(message, OUTCOME_CORRUPT);
    int64_t came_ns = was_corrupt ? message->received_ns : lane->now_ns;
    enum flight_verdict verdict = flight_reply(&line->flight, seq, lane->now_ns,
                                               reply->intact, (uint32_t)n);

    if (verdict == FLIGHT_STALE)
        reply->reason = "overdue";
    else if (verdict == FLIGHT_UNKNOWN)
        reply->reason = "unknown";
    else if (verdict == FLIGHT_WRONG &&
             (was_corrupt || !is_now(message, OUTCOME_CORRUPT)))
        reply->reason = "wrong";
    if (reply->reason)
        return add_unmatched(lane, line, reply, lane->now_ns, err);
    if (verdict == FLIGHT_ANSWER && is_now(message, OUTCOME_OK))
        lane_count_answer(lane, message);
    if (verdict != FLIGHT_ANSWER || !was_corrupt)
        return 0;
    reply->reason = "wrong";
    return add_unmatched(lane, line, reply, came_ns, err);
}

static int take_datagram(struct lane *lane, struct line *line, size_t n,
                         struct err *err)
{
    struct reply reply = {.seq = RECORD_NONE};

    if (!line->first_byte_ns)
        line->first_byte_ns = lane->now_ns;
    line->last_byte_ns = lane->now_ns;
    identify(lane, line, n, &reply);
    if (reply.reason)
        return add_unmatched(lane, line, &reply, lane->now_ns, err);
    if (take_reply(lane, line, &reply, n, err) < 0 ||
        settle_final(lane, line, ROWS_AT_ONCE, err) < 0)
        return -1;
    return lane_fill(lane, line, err);
}

/* What recv gave: a datagram, that there are errors, or nothing. */
static int receive(struct lane *lane, struct line *line, int dont_wait,
                   struct err *err)
{
    ssize_t n;
    int cause;

    if (lane->is_lone && line->pause_ns) {
        clock_sleep_until_ns(line->pause_ns);
        dont_wait = NET_DONT_WAIT;
    }
    n = net_recv(line->fd, lane->buffer, lane->buffer_bytes, dont_wait);
    cause = n < 0 ? errno : 0;
    if (cause && cause != EINTR && cause != EAGAIN) {
        if (take_errors(lane, line, line->flight.next - 1) == 0)
            fail(lane, line, line->flight.next - 1, cause);
        n = net_recv(line->fd, lane->buffer, lane->buffer_bytes, NET_DONT_WAIT);
    }
    lane_look(lane);
    return n < 0 ? 0 : take_datagram(lane, line, (size_t)n, err);
}

/* A datagram leaves whole or not at all. */
static int push(struct lane *lane, struct line *line, struct err *err)
{
    (void)lane;
    (void)line;
    (void)err;
    return 0;
}

/* ---- time ---- */

void datagram_judge_second(struct lane *lane)
{
    if (lane->now_ns - lane->second_ns < CLOCK_NS_PER_S)
        return;
    if (!lane->plan->persists &&
        2 * lane->second_refused > lane->second_intended)
        lane->result->refusing = 1;
    lane->second_ns = lane->now_ns;
    lane->second_intended = lane->second_refused = 0;
}

static int scan(struct lane *lane, struct line *line, struct err *err)
{
    flight_time_out(&line->flight, lane->now_ns);
    if (line->pause_ns <= lane->now_ns)
        line->pause_ns = 0;
    else if (!lane->resume_ns || line->pause_ns < lane->resume_ns)
        lane->resume_ns = line->pause_ns;
    if (settle_final(lane, line, INT32_MAX, err) < 0)
        return -1;
    return lane_fill(lane, line, err);
}

static int abort_line(struct lane *lane, struct line *line, struct err *err)
{
    int failed;

    flight_abort(&line->flight, clock_now_ns());
    lane->now_ns = INT64_MAX;
    failed = settle_final(lane, line, INT32_MAX, err);
    lane->now_ns = clock_now_ns();
    return failed;
}

/* ---- beginning and end ---- */

static void open_line(struct lane *lane, struct line *line)
{
    line->connect_start_ns = clock_now_ns();
    line->fd = net_connect_udp(&lane->plan->target);
    if (line->fd >= 0 &&
        (lane->is_lone || wait_add(lane->wait, line->fd,
                                   (uint32_t)(line - lane->lines), 0) == 0)) {
        net_set_buffers(line->fd, SOCKET_BYTES);
        net_keep_errors(line->fd);
        line->connect_end_ns = line->connect_start_ns;
        line->state = LINE_OPEN;
        lane->usable++;
        lane->result->connected++;
        return;
    }
    line->end_errno = errno;
    line->end = outcome_of_errno(errno);
    if (line->fd >= 0)
        close(line->fd);
    line->fd = -1;
}

void datagram_open_all(struct lane *lane)
{
    for (int i = 0; i < lane->plan->connections && !ticker_stops(); i++)
        open_line(lane, &lane->lines[i]);
    lane->second_ns = clock_now_ns();
}

static int close_line(struct lane *lane, struct line *line, struct err *err)
{
    int64_t drops = line->fd >= 0 ? net_socket_drops(line->fd) : 0;

    if (drops > 0)
        lane->result->local_drops += drops;
    return lane_close(lane, line, NULL, err);
}

const struct lane_transport datagram_transport = {
    .begin = begin,
    .receive = receive,
    .push = push,
    .scan = scan,
    .abort = abort_line,
    .close = close_line,
};
