#include "clients/missed.h"

#include "lib/clock.h"

enum { ROWS_A_LOOK = 16384 }; /* at the clock: a few milliseconds */

/* How the connections ended, of which none is left. */
static void take_end(struct lane *lane)
{
    lane->missed.outcome = OUTCOME_TIMEOUT; /* still being made */
    for (int i = 0; i < lane->plan->connections; i++) {
        const struct line *line = &lane->lines[i];

        if (line->end == OUTCOME_OK)
            continue;
        lane->missed.outcome = (uint8_t)line->end;
        lane->missed.sys_errno = (int16_t)line->end_errno;
        return;
    }
}

void missed_judge(struct lane *lane)
{
    const struct ticker *ticker = &lane->ticker;
    int64_t end_ns = ticker->first_send_ns + lane->plan->duration_ns;

    lane->missed_until_ns = lane->plan->duration_ns && end_ns < lane->now_ns
                                ? end_ns
                                : lane->now_ns;
    if (ticker_stops() || lane->result->refusing)
        lane->missed.outcome = OUTCOME_ABORTED;
    else if (lane->usable > 0)
        lane->missed.outcome = OUTCOME_LOCAL_LIMIT;
    else
        take_end(lane);
}

static int has_room(const struct lane *lane)
{
    return !lane->plan->messages ||
           lane->result->intended < lane->plan->messages;
}

/* They would have gone on taking turns, those that ever had one. */
static struct line *next_in_turn(struct lane *lane)
{
    struct line *line = &lane->lines[0];

    for (int i = 0; i < lane->plan->connections; i++) {
        line = &lane->lines[lane->next_line];
        if (++lane->next_line == lane->plan->connections)
            lane->next_line = 0;
        if (line->flight.next > 0)
            break;
    }
    return line;
}

/*
 * Now and then, for so many rows take their time: what is due is done as ever.
 * 0 when the rest is no longer to be written.
 */
static int goes_on(struct lane *lane, struct err *err)
{
    int64_t now_ns = clock_now_ns();

    if (atomic_load_explicit(lane->is_given_up, memory_order_relaxed))
        return 0;
    if (ticker_is_due(&lane->ticker, now_ns) &&
        ticker_tick(&lane->ticker, now_ns, err) < 0)
        return -1;
    return !ticker_is_over(&lane->ticker, now_ns);
}

static int add_next(struct lane *lane, struct err *err)
{
    struct flight_message *missed = &lane->missed;

    if (lane_add_failed(lane, next_in_turn(lane), missed, err) < 0)
        return -1;
    lane->result->missed += missed->outcome != OUTCOME_ABORTED;
    arrival_next(&lane->arrival);
    missed->scheduled_ns = lane->ticker.first_send_ns +
                           arrival_due_ns(&lane->arrival);
    return 0;
}

int missed_settle(struct lane *lane, struct err *err)
{
    struct flight_message *missed = &lane->missed;
    int more = 1;

    if (!lane->missed_until_ns || lane->open > 0)
        return 0;
    missed->scheduled_ns = lane->due_ns;
    for (int64_t n = 1; more > 0 && ticker_stops() < 2 && has_room(lane) &&
                        missed->scheduled_ns < lane->missed_until_ns;
         n++) {
        if (add_next(lane, err) < 0)
            return -1;
        if (n % ROWS_A_LOOK == 0)
            more = goes_on(lane, err);
    }
    return more < 0 ? -1 : 0;
}
