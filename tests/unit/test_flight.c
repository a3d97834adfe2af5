#include "clients/flight.h"
#include "tests/unit/check.h"

#include <unistd.h>

/* Tmax is 100 throughout; times are worked out by hand. */
static struct flight begin(void)
{
    struct flight flight;

    flight_init(&flight, 100);
    return flight;
}

static void send_at(struct flight *flight, int64_t first_ns, int n)
{
    for (int i = 0; i < n; i++)
        (void)flight_send(flight, first_ns + i, first_ns + i);
}

/* The row that is final next; an outcome of no message when it is not `want`.
 */
static struct flight_message last(struct flight *flight, int64_t now_ns,
                                  uint64_t want)
{
    struct flight_message message = {0};
    uint64_t seq = UINT64_MAX;

    if (!flight_expire(flight, now_ns, &seq, &message) || seq != want)
        message.outcome = OUTCOME_COUNT;
    return message;
}

static void every_row_is_final_after_twice_the_time_out(void)
{
    struct flight flight = begin();
    struct flight_message message;
    uint64_t seq;

    CHECK_INT(flight_due_ns(&flight), INT64_MAX);
    CHECK_INT(flight_expire(&flight, INT64_MAX, &seq, &message), 0);
    send_at(&flight, 10, 2); /* at 10 and 11: final at 210 and 211 */
    CHECK_INT(flight_reply(&flight, 0, 30, 1, 48), FLIGHT_ANSWER);
    CHECK_INT(flight_due_ns(&flight), 210);
    CHECK_INT(flight_expire(&flight, 209, &seq, &message), 0);
    message = last(&flight, 210, 0);
    CHECK_INT(message.outcome, OUTCOME_OK);
    CHECK_INT(message.received_ns, 30);
    CHECK_INT(message.copies, 1);
    CHECK_INT(flight_expire(&flight, 210, &seq, &message), 0);
    message = last(&flight, 211, 1);
    CHECK_INT(message.outcome, OUTCOME_LOST);
    CHECK_INT(message.received_ns, 0);
    CHECK_INT(message.copies, 0);
    flight_release(&flight);
}

static void late_is_after_the_time_out_and_before_the_end(void)
{
    struct flight flight = begin();

    send_at(&flight, 0, 4);
    CHECK_INT(flight_reply(&flight, 0, 100, 1, 48), FLIGHT_ANSWER);
    CHECK_INT(flight_reply(&flight, 1, 102, 1, 48), FLIGHT_ANSWER);
    CHECK_INT(flight_reply(&flight, 2, 201, 1, 48), FLIGHT_ANSWER);
    /* Sent at 3, final at 203, whether or not its row was taken out. */
    CHECK_INT(flight_reply(&flight, 3, 203, 1, 48), FLIGHT_STALE);
    CHECK_INT(last(&flight, 300, 0).outcome, OUTCOME_OK);
    CHECK_INT(last(&flight, 300, 1).outcome, OUTCOME_LATE);
    CHECK_INT(last(&flight, 300, 2).outcome, OUTCOME_LATE);
    CHECK_INT(last(&flight, 300, 3).outcome, OUTCOME_LOST);
    flight_release(&flight);
}

static void copies_are_counted_until_the_end(void)
{
    struct flight flight = begin();
    struct flight_message message;

    send_at(&flight, 0, 1);
    CHECK_INT(flight_reply(&flight, 0, 20, 1, 48), FLIGHT_ANSWER);
    CHECK_INT(flight_reply(&flight, 0, 30, 1, 48), FLIGHT_COPY);
    CHECK_INT(flight_reply(&flight, 0, 199, 1, 48), FLIGHT_COPY);
    CHECK_INT(flight_reply(&flight, 0, 200, 1, 48), FLIGHT_STALE);
    message = last(&flight, 200, 0);
    CHECK_INT(message.copies, 3);
    CHECK_INT(message.received_ns, 20);
    CHECK_INT(message.late_by, 0);
    CHECK_INT(flight_reply(&flight, 0, 201, 1, 48), FLIGHT_STALE);
    CHECK_INT(flight_reply(&flight, 1, 201, 1, 48), FLIGHT_UNKNOWN);
    flight_release(&flight);
}

static void wrong_bytes_are_corrupt_unless_the_right_ones_come_in_time(void)
{
    struct flight flight = begin();
    struct flight_message message;

    send_at(&flight, 0, 4);
    CHECK_INT(flight_reply(&flight, 0, 20, 0, 47), FLIGHT_WRONG);
    CHECK_INT(flight_reply(&flight, 1, 20, 0, 47), FLIGHT_WRONG);
    CHECK_INT(flight_reply(&flight, 1, 90, 1, 48), FLIGHT_ANSWER);
    CHECK_INT(flight_reply(&flight, 2, 20, 0, 47), FLIGHT_WRONG);
    CHECK_INT(flight_reply(&flight, 2, 150, 1, 48), FLIGHT_WRONG);
    CHECK_INT(flight_reply(&flight, 3, 150, 0, 47), FLIGHT_WRONG);
    message = last(&flight, 300, 0);
    CHECK_INT(message.outcome, OUTCOME_CORRUPT);
    CHECK_INT(message.bytes_back, 47);
    CHECK_INT(message.received_ns, 0);
    CHECK_INT(message.copies, 0);
    message = last(&flight, 300, 1);
    CHECK_INT(message.outcome, OUTCOME_OK);
    CHECK_INT(message.bytes_back, 48);
    message = last(&flight, 300, 2);
    CHECK_INT(message.outcome, OUTCOME_CORRUPT);
    CHECK_INT(message.copies, 0);
    CHECK_INT(last(&flight, 300, 3).outcome, OUTCOME_LOST);
    flight_release(&flight);
}

/* Arrivals 0 3 1 2 4: 1 and 2 come behind 3, by 1 and by 2 messages. */
static void the_extent_of_reordering_is_that_of_rfc_4737(void)
{
    static const uint64_t order[] = {0, 3, 1, 2, 4};
    static const int want[] = {0, 1, 2, 0, 0};
    struct flight flight = begin();

    send_at(&flight, 0, 5);
    for (int i = 0; i < 5; i++)
        CHECK_INT(flight_reply(&flight, order[i], 20 + i, 1, 48),
                  FLIGHT_ANSWER);
    for (uint64_t seq = 0; seq < 5; seq++)
        CHECK_INT(last(&flight, 300, seq).late_by, want[seq]);
    flight_release(&flight);
}

/* Arrivals 2 4 1 3 0, with a copy of 4 that counts for nothing. */
static void the_earliest_later_message_counts(void)
{
    static const uint64_t order[] = {2, 4, 4, 1, 3, 0};
    /* 1 came 2 places behind 2; 3 came 2 behind 4; 0 came 4 behind 2. */
    static const int want[] = {4, 2, 0, 2, 0};
    struct flight flight = begin();

    send_at(&flight, 0, 5);
    for (int i = 0; i < 6; i++)
        (void)flight_reply(&flight, order[i], 20 + i, 1, 48);
    for (uint64_t seq = 0; seq < 5; seq++)
        CHECK_INT(last(&flight, 300, seq).late_by, want[seq]);
    flight_release(&flight);
}

static void a_failure_is_the_outcome_unless_an_answer_comes(void)
{
    struct flight flight = begin();
    struct flight_message message;

    send_at(&flight, 0, 3);
    flight_fail(&flight, 0, OUTCOME_REFUSED, 111);
    flight_fail(&flight, 1, OUTCOME_REFUSED, 111);
    CHECK_INT(flight_reply(&flight, 1, 20, 1, 48), FLIGHT_ANSWER);
    CHECK_INT(flight_reply(&flight, 2, 20, 1, 48), FLIGHT_ANSWER);
    flight_fail(&flight, 2, OUTCOME_REFUSED, 111);
    flight_fail(&flight, 3, OUTCOME_REFUSED, 111); /* never sent */
    message = last(&flight, 300, 0);
    CHECK_INT(message.outcome, OUTCOME_REFUSED);
    CHECK_INT(message.sys_errno, 111);
    message = last(&flight, 300, 1);
    CHECK_INT(message.outcome, OUTCOME_OK);
    CHECK_INT(message.sys_errno, 0);
    CHECK_INT(last(&flight, 300, 2).outcome, OUTCOME_OK);
    flight_release(&flight);
}

static void an_abort_spares_what_had_its_time(void)
{
    struct flight flight = begin();

    send_at(&flight, 0, 1);
    send_at(&flight, 50, 2);
    CHECK_INT(flight_reply(&flight, 1, 60, 1, 48), FLIGHT_ANSWER);
    flight_abort(&flight, 120);
    CHECK_INT(last(&flight, INT64_MAX, 0).outcome, OUTCOME_LOST);
    CHECK_INT(last(&flight, INT64_MAX, 1).outcome, OUTCOME_OK);
    CHECK_INT(last(&flight, INT64_MAX, 2).outcome, OUTCOME_ABORTED);
    flight_release(&flight);
}

/* The ring grows while its window has moved past its first size. */
static void many_open_messages_are_kept_apart(void)
{
    struct flight flight = begin();

    send_at(&flight, 0, 50);
    for (uint64_t seq = 0; seq < 40; seq++)
        CHECK_INT(last(&flight, 249, seq).sent_ns, seq);
    send_at(&flight, 1000, 950);
    for (uint64_t seq = 999; seq >= 40; seq -= 3)
        CHECK_INT(flight_reply(&flight, seq, seq < 50 ? 200 : 3000, 1, 48),
                  seq < 50 ? FLIGHT_ANSWER : FLIGHT_STALE);
    for (uint64_t seq = 40; seq < 1000; seq++)
        CHECK_INT(last(&flight, 5000, seq).sent_ns, seq < 50 ? seq : 950 + seq);
    CHECK_INT(flight_due_ns(&flight), INT64_MAX);
    flight_release(&flight);
}

/* Sent and answered within one step of the clock. */
static void no_reply_comes_with_its_message(void)
{
    struct flight flight = begin();

    send_at(&flight, 10, 1);
    CHECK_INT(flight_reply(&flight, 0, 10, 1, 48), FLIGHT_ANSWER);
    CHECK_INT(last(&flight, 300, 0).received_ns, 11);
    flight_release(&flight);
}

/*
 * Work for one answer does not grow with the messages under way: the product
 * of both would be far beyond the time that the alarm leaves.
 */
static void an_answer_in_order_looks_at_no_other_message(void)
{
    enum { UNDER_WAY = 1 << 19 };
    struct flight flight = begin();
    int64_t late = 0;

    alarm(60);
    for (int i = 0; i < UNDER_WAY; i++)
        (void)flight_send(&flight, 0, 0);
    for (uint64_t seq = 0; seq < UNDER_WAY; seq++)
        (void)flight_reply(&flight, seq, 50, 1, 48);
    for (uint64_t seq = 0; seq < UNDER_WAY; seq++)
        late += last(&flight, 300, seq).late_by;
    CHECK_INT(late, 0);
    CHECK_INT(flight.arrivals, UNDER_WAY);
    alarm(0);
    flight_release(&flight);
}

int main(void)
{
    every_row_is_final_after_twice_the_time_out();
    late_is_after_the_time_out_and_before_the_end();
    copies_are_counted_until_the_end();
    wrong_bytes_are_corrupt_unless_the_right_ones_come_in_time();
    the_extent_of_reordering_is_that_of_rfc_4737();
    the_earliest_later_message_counts();
    a_failure_is_the_outcome_unless_an_answer_comes();
    an_abort_spares_what_had_its_time();
    many_open_messages_are_kept_apart();
    no_reply_comes_with_its_message();
    an_answer_in_order_looks_at_no_other_message();
    return check_done();
}
