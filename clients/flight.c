#include "clients/flight.h"

#include <stdlib.h>
#include <string.h>

/* One in flight on each of many connections: no more memory than that. */
enum { FIRST_SIZE = 1 };

void flight_init(struct flight *flight, int64_t timeout_ns)
{
    memset(flight, 0, sizeof *flight);
    flight->timeout_ns = timeout_ns;
}

void flight_release(struct flight *flight)
{
    free(flight->ring);
    flight->ring = NULL;
    flight->size = 0;
    flight->first = flight->timed = flight->next;
    flight->waiting = 0;
}

static struct flight_message *at(const struct flight *flight, uint64_t seq)
{
    return &flight->ring[seq & (flight->size - 1)];
}

static int is_open(const struct flight *flight, uint64_t seq)
{
    return seq >= flight->first && seq < flight->next;
}

static void stop_waiting(struct flight *flight, struct flight_message *message)
{
    flight->waiting -= message->waits;
    message->waits = 0;
}

/*
 * A longer ring has room for the messages whose place is now further on; most
 * often there are none, because nothing was taken out yet.
 */
static int grow(struct flight *flight)
{
    size_t old = flight->size, size = old ? 2 * old : FIRST_SIZE;
    struct flight_message *ring = realloc(flight->ring, size * sizeof *ring);

    if (!ring)
        return -1;
    flight->ring = ring;
    flight->size = size;
    for (uint64_t seq = flight->first; seq < flight->next; seq++)
        if (seq & old)
            ring[seq & (size - 1)] = ring[seq & (old - 1)];
    return 0;
}

int flight_send(struct flight *flight, int64_t scheduled_ns, int64_t sent_ns)
{
    if (flight->next - flight->first == flight->size && grow(flight) < 0)
        return -1;
    *at(flight, flight->next) = (struct flight_message){
        .scheduled_ns = scheduled_ns,
        .sent_ns = sent_ns,
        .outcome = OUTCOME_LOST,
        .waits = 1,
    };
    flight->waiting++;
    flight->next++;
    return 0;
}

/*
 * RFC 4737: the distance to the earliest arrival of a later message.  Later
 * messages that came in order arrived in the order of their numbers, so the
 * nearest one of those is the earliest of all.  An answer ahead of all others
 * is in order, however many messages are under way behind it.
 */
static int32_t extent(const struct flight *flight, uint64_t seq)
{
    for (uint64_t later = seq + 1; later < flight->ahead; later++) {
        const struct flight_message *message = at(flight, later);

        if (message->arrival && !message->late_by)
            return (int32_t)(flight->arrivals - message->arrival);
    }
    return 0;
}

static void first_reply(struct flight *flight, uint64_t seq,
                        int64_t received_ns, uint32_t bytes)
{
    struct flight_message *message = at(flight, seq);
    int is_late = received_ns - message->sent_ns > flight->timeout_ns;

    message->arrival = ++flight->arrivals;
    message->late_by = extent(flight, seq);
    if (seq >= flight->ahead)
        flight->ahead = seq + 1;
    message->received_ns = flight_came_ns(message, received_ns);
    message->bytes_back = bytes;
    message->sys_errno = 0;
    message->outcome = is_late ? OUTCOME_LATE : OUTCOME_OK;
}

static enum flight_verdict wrong_reply(const struct flight *flight,
                                       struct flight_message *message,
                                       int64_t received_ns, uint32_t bytes)
{
    if (!message->copies && message->outcome != OUTCOME_CORRUPT &&
        received_ns - message->sent_ns <= flight->timeout_ns) {
        message->outcome = OUTCOME_CORRUPT;
        message->received_ns = received_ns;
        message->bytes_back = bytes;
        message->sys_errno = 0;
    }
    return FLIGHT_WRONG;
}

enum flight_verdict flight_reply(struct flight *flight, uint64_t seq,
                                 int64_t received_ns, int intact,
                                 uint32_t bytes)
{
    struct flight_message *message;

    if (seq >= flight->next)
        return FLIGHT_UNKNOWN;
    if (!is_open(flight, seq) ||
        received_ns >= at(flight, seq)->sent_ns + 2 * flight->timeout_ns)
        return FLIGHT_STALE;
    message = at(flight, seq);
    stop_waiting(flight, message);
    if (!intact)
        return wrong_reply(flight, message, received_ns, bytes);
    if (message->copies++)
        return FLIGHT_COPY;
    /* Wrong in time says more than right too late. */
    if (message->outcome == OUTCOME_CORRUPT &&
        received_ns - message->sent_ns > flight->timeout_ns) {
        message->copies = 0;
        return FLIGHT_WRONG;
    }
    first_reply(flight, seq, received_ns, bytes);
    return FLIGHT_ANSWER;
}

void flight_fail(struct flight *flight, uint64_t seq, enum outcome outcome,
                 int sys_errno)
{
    struct flight_message *message;

    if (!is_open(flight, seq))
        return;
    message = at(flight, seq);
    stop_waiting(flight, message);
    if (message->copies || message->outcome == OUTCOME_CORRUPT)
        return;
    message->outcome = (uint8_t)outcome;
    message->sys_errno = (int16_t)sys_errno;
}

const struct flight_message *flight_find(const struct flight *flight,
                                         uint64_t seq)
{
    return is_open(flight, seq) ? at(flight, seq) : NULL;
}

void flight_time_out(struct flight *flight, int64_t now_ns)
{
    struct flight_message *message;

    if (flight->timed < flight->first)
        flight->timed = flight->first;
    for (; flight->timed < flight->next; flight->timed++) {
        message = at(flight, flight->timed);
        if (now_ns - message->sent_ns <= flight->timeout_ns)
            return;
        stop_waiting(flight, message);
    }
}

struct flight_message flight_take(struct flight *flight)
{
    struct flight_message *message = at(flight, flight->first++);

    stop_waiting(flight, message);
    if (message->outcome == OUTCOME_CORRUPT)
        message->received_ns = 0;
    return *message;
}

int64_t flight_due_ns(const struct flight *flight)
{
    if (flight->first == flight->next)
        return INT64_MAX;
    return at(flight, flight->first)->sent_ns + 2 * flight->timeout_ns;
}

int flight_expire(struct flight *flight, int64_t now_ns, uint64_t *seq,
                  struct flight_message *message)
{
    if (flight->first == flight->next || now_ns < flight_due_ns(flight))
        return 0;
    *seq = flight->first;
    *message = flight_take(flight);
    return 1;
}

void flight_abort(struct flight *flight, int64_t now_ns)
{
    for (uint64_t seq = flight->first; seq < flight->next; seq++) {
        struct flight_message *message = at(flight, seq);

        if (now_ns - message->sent_ns <= flight->timeout_ns &&
            message->outcome == OUTCOME_LOST)
            message->outcome = OUTCOME_ABORTED;
    }
}
