/*
 * The open messages of one connection that may lose them: what was sent, what
 * came back, and when a row is final.  Knows no clock and no socket; times are
 * nanoseconds of any one clock.
 *
 * Every message has the same two spans: Tmax for its reply, and as long again
 * for late replies and copies.  Then it is final, in the order of sending.
 */
#ifndef CLIENTS_FLIGHT_H
#define CLIENTS_FLIGHT_H

#include "lib/outcome.h"

#include <stddef.h>
#include <stdint.h>

struct flight_message {
    int64_t scheduled_ns; /* when the plan wanted it sent */
    int64_t sent_ns;
    int64_t received_ns; /* first correct reply, or wrong one; 0: none */
    uint32_t arrival; /* how many first replies were there with it; 0: none */
    uint32_t bytes_back; /* of that reply, or of the first wrong one */
    uint32_t copies;     /* correct replies */
    int32_t late_by;     /* reordering extent in messages (RFC 4737), 0: none */
    int16_t sys_errno;
    uint8_t outcome; /* enum outcome; OUTCOME_LOST until something is known */
    uint8_t waits;   /* neither answered, nor failed, nor out of time */
};

struct flight {
    int64_t timeout_ns; /* Tmax */
    uint64_t first;     /* the oldest message that is not final */
    uint64_t next;      /* the next to be sent */
    uint64_t timed;     /* all before it had Tmax */
    int waiting;        /* open messages that wait for their answer */
    uint32_t arrivals;
    uint64_t ahead; /* above every message that was answered */
    struct flight_message *ring;
    size_t size; /* of the ring: 0 or a power of two */
};

/* {0} but for timeout_ns is an empty one. */
void flight_init(struct flight *flight, int64_t timeout_ns);
void flight_release(struct flight *flight);

/* Message flight->next goes out now.  0, or -1 when out of memory. */
int flight_send(struct flight *flight, int64_t scheduled_ns, int64_t sent_ns);

/* No reply is there with its message or before, whatever a coarse clock says.
 */
static inline int64_t flight_came_ns(const struct flight_message *message,
                                     int64_t now_ns)
{
    return now_ns > message->sent_ns ? now_ns : message->sent_ns + 1;
}

enum flight_verdict {
    FLIGHT_ANSWER, /* the first correct reply, in time or late */
    FLIGHT_COPY,   /* a further correct one */
    FLIGHT_WRONG,  /* a reply with other bytes */
    FLIGHT_STALE,  /* of a message whose row is final */
    FLIGHT_UNKNOWN /* of a message that was never sent */
};

/* A reply to message seq of that many bytes, intact or not. */
enum flight_verdict flight_reply(struct flight *flight, uint64_t seq,
                                 int64_t received_ns, int intact,
                                 uint32_t bytes);

/* An open message without correct reply ends as `outcome`, unless one comes. */
void flight_fail(struct flight *flight, uint64_t seq, enum outcome outcome,
                 int sys_errno);

/* An open message, or NULL; valid until the next flight_send. */
const struct flight_message *flight_find(const struct flight *flight,
                                         uint64_t seq);

/* Messages that are older than Tmax at now_ns no longer wait. */
void flight_time_out(struct flight *flight, int64_t now_ns);

/*
 * Take the oldest open message out, whatever is known of it: there is one.  Of
 * a corrupt one no time is told.
 */
struct flight_message flight_take(struct flight *flight);

/* When the oldest open message is final; INT64_MAX without any. */
int64_t flight_due_ns(const struct flight *flight);

/*
 * Take the oldest message out when it is final at now_ns.  1 and its number
 * and copy, or 0.
 */
int flight_expire(struct flight *flight, int64_t now_ns, uint64_t *seq,
                  struct flight_message *message);

/*
 * The run stops at now_ns: whatever still had time for its reply is aborted,
 * and all are final.
 */
void flight_abort(struct flight *flight, int64_t now_ns);

#endif
