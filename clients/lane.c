#include "clients/lane.h"

#include "lib/clock.h"

#include <string.h>
#include <unistd.h>

enum { GAP_FACTOR = 10 }; /* of the interval between messages */

static const int64_t least_gap_ns = CLOCK_NS_PER_S / 10;

void lane_begin(struct lane *lane)
{
    double intervals_ns = lane->plan->rate_per_s > 0
                              ? GAP_FACTOR * lane->arrival.interval_ns
                              : 0;

    lane->now_ns = clock_now_ns();
    lane->gap_ns = intervals_ns > (double)least_gap_ns ? (int64_t)intervals_ns
                                                       : least_gap_ns;
    lane->continues = ticker_continues();
}

void lane_add_gap(struct lane *lane, int64_t from_ns)
{
    struct gap gap = {ticker_since_epoch(&lane->ticker, from_ns),
                      ticker_since_epoch(&lane->ticker, lane->now_ns)};

    gaps_add(&lane->result->gaps, gap);
}

/* Something held us up: a stopped process, a want of processors. */
void lane_look(struct lane *lane)
{
    int64_t before_ns = lane->now_ns, most_ns = lane->wait_ns + lane->gap_ns;
    int continues = ticker_continues();

    lane->now_ns = clock_now_ns();
    lane->wait_ns = 0;
    if (continues != lane->continues)
        most_ns = 0;
    lane->continues = continues;
    if (lane->now_ns - before_ns > most_ns)
        lane_add_gap(lane, before_ns);
}

int lane_is_ready(const struct lane *lane, const struct line *line)
{
    return line->state == LINE_OPEN && line->sending == line->flight.next &&
           line->pause_ns <= lane->now_ns;
}

const char *lane_stamp(struct line *line, uint64_t seq)
{
    if (line->stamp_seq != seq) {
        msg_stamp_seq(&line->stamp, seq);
        line->stamp_seq = seq;
    }
    return line->stamp.header;
}

int lane_add(struct lane *lane, struct line *line, int64_t scheduled_ns,
             struct err *err)
{
    if (!scheduled_ns)
        scheduled_ns = lane->now_ns;
    if (flight_send(&line->flight, scheduled_ns, lane->now_ns) < 0) {
        err_sys(err, ERR_RESOURCE, "memory", "cannot keep %llu open messages",
                (unsigned long long)(line->flight.next - line->flight.first));
        return err_hint(err, "a smaller --timeout keeps fewer");
    }
    lane->open++;
    lane->result->intended++;
    return 0;
}

int lane_add_failed(struct lane *lane, struct line *line,
                    const struct flight_message *how, struct err *err)
{
    uint64_t seq = line->flight.next;

    if (lane_add(lane, line, how->scheduled_ns, err) < 0)
        return -1;
    line->sending = line->flight.next;
    (void)flight_take(&line->flight);
    return lane_settle(lane, line, seq, how, err);
}

void lane_count_answer(struct lane *lane, const struct flight_message *message)
{
    int64_t received_ns = message->received_ns;
    int64_t bytes = lane->plan->size_bytes;

    meter_ok(&lane->result->meter, received_ns - message->sent_ns, bytes,
             received_ns);
    if (lane->plan->rate_per_s > 0)
        meter_ok(&lane->result->response, received_ns - message->scheduled_ns,
                 bytes, received_ns);
}

int lane_settle(struct lane *lane, const struct line *line, uint64_t seq,
                const struct flight_message *message, struct err *err)
{
    struct load_result *result = lane->result;
    const struct ticker *ticker = &lane->ticker;
    struct record_row row = {
        .conn = line->number,
        .seq = seq,
        .scheduled_ns = ticker_since_epoch(ticker, message->scheduled_ns),
        .sent_ns = ticker_since_epoch(ticker, message->sent_ns),
        .received_ns = ticker_since_epoch(ticker, message->received_ns),
        .bytes = lane->plan->size_bytes,
        .bytes_back = message->bytes_back,
        .outcome = (enum outcome)message->outcome,
        .copies = (int)message->copies,
        .late_by = message->late_by,
        .sys_errno = message->sys_errno,
    };

    lane->open--;
    result->duplicated += message->copies > 1;
    result->reordered += message->late_by > 0;
    if (message->outcome != OUTCOME_OK) /* those were counted when they came */
        meter_failed(&result->meter, (enum outcome)message->outcome,
                     message->sent_ns ? message->sent_ns
                                      : message->scheduled_ns);
    return lane->out->messages ? record_add(lane->out->messages, &row, err) : 0;
}

int lane_close(struct lane *lane, struct line *line,
               const struct net_tcp_info *info, struct err *err)
{
    struct ticker_connection end = {
        .number = line->number,
        .connect_start_ns = line->connect_start_ns,
        .connect_end_ns = line->connect_end_ns,
        .first_byte_ns = line->first_byte_ns,
        .last_byte_ns = line->last_byte_ns,
        .end = line->end,
        .end_errno = line->end_errno,
        .info = info,
    };

    if (line->fd >= 0)
        close(line->fd);
    line->fd = -1;
    lane->usable -= line->state == LINE_OPEN;
    line->state = LINE_CLOSED;
    if (line->is_recorded || !line->connect_start_ns)
        return 0;
    line->is_recorded = 1;
    return ticker_connection(&lane->ticker, &end, err);
}

int lane_fill(struct lane *lane, struct line *line, struct err *err)
{
    const struct load_plan *plan = lane->plan;

    while (plan->rate_per_s <= 0 && line->flight.waiting < plan->window &&
           lane_is_ready(lane, line) &&
           ticker_may_begin(&lane->ticker, lane->now_ns))
        if (lane->transport->begin(lane, line, 0, err) < 0)
            return -1;
    return 0;
}
