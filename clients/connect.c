#include "clients/connect.h"

#include "lib/clock.h"
#include "lib/key.h"

#include <errno.h>
#include <unistd.h>

enum { AT_ONCE = 64 };

/* Between two attempts to connect again: doubled from the first to the last. */
static const int64_t first_backoff_ns = 10 * CLOCK_NS_PER_MS;
static const int64_t last_backoff_ns = CLOCK_NS_PER_S;
/* Between two looks at connections that are under way. */
static const int64_t glance_ns = CLOCK_NS_PER_MS / 10;

static void give_up(struct line *line, int sys_errno)
{
    line->end = outcome_of_errno(sys_errno);
    line->end_errno = sys_errno;
    line->state = LINE_CLOSED;
}

int connect_close(struct lane *lane, struct line *line, struct err *err)
{
    struct net_tcp_info info;
    int known = line->fd >= 0 && net_tcp_info(line->fd, &info) == 0;

    return lane_close(lane, line, known ? &info : NULL, err);
}

int connect_lose(struct lane *lane, struct line *line, struct err *err)
{
    if (lane->result->broken++ == 0) {
        lane->result->first_broken = line->end;
        lane->result->first_broken_errno = line->end_errno;
    }
    if (connect_close(lane, line, err) < 0)
        return -1;
    if (lane->plan->persists) {
        lane->down++;
        line->backoff_ns = first_backoff_ns;
        line->retry_ns = clock_now_ns() + line->backoff_ns;
    }
    return 0;
}

void connect_listen_once_more(struct lane *lane, struct line *line)
{
    ssize_t n = net_recv(line->fd, lane->buffer, lane->buffer_bytes,
                         NET_DONT_WAIT);

    if (n > 0) {
        line->end = OUTCOME_CORRUPT;
        lane->result->stray++;
    } else if (n == 0) {
        line->end = OUTCOME_EOF;
    } else if (errno != EAGAIN && errno != EINTR) {
        line->end = outcome_of_errno(errno);
        line->end_errno = errno;
    }
}

/* ---- making one ---- */

/*
 * One address has ports for some 28 000 connections to one peer.  On loopback
 * there are more addresses: when the ports of one have run out, take the next.
 */
static void begin_connect(struct lane *lane, struct line *line)
{
    const struct net_addr *to = &lane->plan->target;

    line->connect_start_ns = clock_now_ns();
    do
        line->fd = net_connect_from(to, lane->source);
    while (line->fd < 0 && errno == EADDRNOTAVAIL && net_is_loopback(to) &&
           lane->source < CONNECT_SOURCES && ++lane->source);
    line->state = LINE_CONNECTING;
    if (line->fd < 0)
        give_up(line, errno);
}

static int use_socket(struct lane *lane, struct line *line)
{
    line->is_write_asked = 0;
    if (net_set_nodelay(line->fd) < 0)
        return -1;
    if (!lane->is_lone)
        return wait_add(lane->wait, line->fd, (uint32_t)(line - lane->lines),
                        0);
    return net_set_blocking(line->fd, 1);
}

/* With a key a connection begins with the proof; the server just takes it. */
static int prove_key(const struct lane *lane, struct line *line)
{
    char proof[KEY_MESSAGE_BYTES];
    struct msg_header header = {.kind = 'K',
                                .run_id = lane->plan->run_id,
                                .conn = line->number,
                                .seq = line->proofs++};

    if (!lane->plan->key)
        return 0;
    key_message(lane->plan->key, 'K', &header, proof);
    errno = EIO; /* of a part */
    return net_send(line->fd, proof, sizeof proof, NET_DONT_WAIT) ==
                   (ssize_t)sizeof proof
               ? 0
               : -1;
}

/* 1 while the outcome of this connect is open. */
static int check_connect(struct lane *lane, struct line *line)
{
    int64_t now_ns = clock_now_ns();
    int cause = net_connect_result(line->fd);

    if (cause == EINPROGRESS &&
        now_ns - line->connect_start_ns < lane->plan->connect_timeout_ns)
        return 1;
    if (cause == EINPROGRESS)
        cause = ETIMEDOUT;
    if (cause == 0 && (prove_key(lane, line) < 0 || use_socket(lane, line) < 0))
        cause = errno;
    if (cause) {
        give_up(line, cause);
        return 0;
    }
    line->connect_end_ns = now_ns;
    line->state = LINE_OPEN;
    lane->usable++;
    lane->result->connected++;
    return 0;
}

/* A few at a time, so that a storm of SYNs does not overflow the backlog. */
void connect_all(struct lane *lane)
{
    int n = lane->plan->connections, begun = 0, first_open = 0;

    while (first_open < n && !ticker_stops()) {
        int pending = 0;

        for (int i = first_open; i < begun; i++)
            if (lane->lines[i].state == LINE_CONNECTING)
                pending += check_connect(lane, &lane->lines[i]);
        while (begun < n && pending < AT_ONCE) {
            struct line *line = &lane->lines[begun++];

            begin_connect(lane, line);
            if (line->state == LINE_CONNECTING)
                pending += check_connect(lane, line);
        }
        while (first_open < begun &&
               lane->lines[first_open].state != LINE_CONNECTING)
            first_open++;
        if (pending > 0)
            clock_sleep_until_ns(clock_now_ns() + glance_ns);
    }
}

/* ---- making one again ---- */

/* An attempt that came to nothing is a message that could not be sent. */
static int add_failed(struct lane *lane, struct line *line, struct err *err)
{
    struct flight_message how = {
        .scheduled_ns = line->connect_start_ns,
        .sent_ns = line->connect_start_ns,
        .outcome = (uint8_t)line->end,
        .sys_errno = (int16_t)line->end_errno,
    };

    return lane_add_failed(lane, line, &how, err);
}

static int give_attempt_up(struct lane *lane, struct line *line,
                           struct err *err)
{
    if (add_failed(lane, line, err) < 0)
        return -1;
    if (!lane->plan->persists) {
        lane->down--;
        return connect_lose(lane, line, err);
    }
    if (connect_close(lane, line, err) < 0)
        return -1;
    line->backoff_ns = line->backoff_ns ? 2 * line->backoff_ns
                                        : first_backoff_ns;
    if (line->backoff_ns > last_backoff_ns)
        line->backoff_ns = last_backoff_ns;
    line->retry_ns = clock_now_ns() + line->backoff_ns;
    return 0;
}

static void connect_again(struct lane *lane, struct line *line)
{
    line->is_recorded = 0;
    line->connect_end_ns = line->first_byte_ns = line->last_byte_ns = 0;
    line->end = OUTCOME_OK;
    line->end_errno = 0;
    begin_connect(lane, line);
}

static int revive(struct lane *lane, struct line *line, struct err *err)
{
    if (line->state == LINE_OPEN)
        return 0;
    lane_look(lane);
    if (line->state == LINE_CLOSED) {
        if (lane->now_ns < line->retry_ns ||
            !ticker_may_begin(&lane->ticker, lane->now_ns))
            return 0;
        connect_again(lane, line);
    }
    if (line->state == LINE_CONNECTING && check_connect(lane, line))
        return 0;
    if (line->state == LINE_CLOSED)
        return give_attempt_up(lane, line, err);
    lane->down--;
    return lane_fill(lane, line, err);
}

int connect_renew(struct lane *lane, struct line *line, struct err *err)
{
    if (connect_close(lane, line, err) < 0)
        return -1;
    lane->down++;
    line->retry_ns = line->backoff_ns = 0;
    return revive(lane, line, err);
}

int connect_revive(struct lane *lane, struct err *err)
{
    for (int i = 0; i < lane->plan->connections; i++)
        if (revive(lane, &lane->lines[i], err) < 0)
            return -1;
    return 0;
}

int connect_mourn(struct lane *lane, struct err *err)
{
    for (int i = 0; lane->plan->persists && i < lane->plan->connections; i++) {
        struct line *line = &lane->lines[i];

        if (line->state != LINE_CLOSED || !line->connect_start_ns)
            continue;
        lane->down++;
        if (give_attempt_up(lane, line, err) < 0)
            return -1;
    }
    return 0;
}
