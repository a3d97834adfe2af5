/*
 * A lane is the load of one thread: its connections, which are called lines,
 * the schedule, the clock and the way to the record.  What TCP and UDP do each
 * in its own way is behind struct lane_transport; clients/engine.h runs lanes.
 *
 * What takes an err returns 0, or -1 with what keeps us from measuring: memory
 * (ERR_RESOURCE), or what the record says (ERR_RESULTS).
 */
#ifndef CLIENTS_LANE_H
#define CLIENTS_LANE_H

#include "clients/arrival.h"
#include "clients/flight.h"
#include "clients/load.h"
#include "clients/ticker.h"
#include "clients/wait.h"
#include "lib/err.h"
#include "lib/msg.h"

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

enum line_state {
    LINE_CLOSED, /* not connected, or no more */
    LINE_CONNECTING,
    LINE_OPEN,
};

/*
 * One connection and its open messages; times are CLOCK_MONOTONIC, 0: none.
 * What every message needs comes first: with thousands of lines each has left
 * the cache when its turn comes.
 */
struct line {
    int fd; /* -1 when closed */
    enum line_state state;
    int64_t pause_ns; /* no new message before */

    /* How far the bytes are, on a stream. */
    uint64_t sending;   /* the first message that is not wholly sent */
    size_t sent;        /* bytes of it */
    size_t got;         /* bytes of the oldest open message's echo */
    int differs;        /* some of these are wrong */
    int is_write_asked; /* we wait for room in the socket, too */

    struct flight flight;
    uint64_t stamp_seq;
    struct msg_stamp stamp; /* of message stamp_seq */
    uint32_t number;
    int64_t first_byte_ns, last_byte_ns;

    uint64_t proofs; /* of a key, one for each connection made */
    int64_t connect_start_ns, connect_end_ns;
    enum outcome end; /* OUTCOME_OK while the connection is sound */
    int end_errno;
    int is_recorded;    /* its line is in connections.csv */
    int64_t retry_ns;   /* when to connect again */
    int64_t backoff_ns; /* the wait before that */
};

struct lane;

struct lane_transport {
    /* Begin a message, due at scheduled_ns; 0: now.  The line is ready. */
    int (*begin)(struct lane *lane, struct line *line, int64_t scheduled_ns,
                 struct err *err);
    /* Take what has come; with NET_WAIT block for it until a signal comes. */
    int (*receive)(struct lane *lane, struct line *line, int dont_wait,
                   struct err *err);
    /* There is room for more of what is being sent. */
    int (*push)(struct lane *lane, struct line *line, struct err *err);
    /* Time-outs and final rows, at lane->now_ns. */
    int (*scan)(struct lane *lane, struct line *line, struct err *err);
    /* The run is over: all open messages become rows. */
    int (*abort)(struct lane *lane, struct line *line, struct err *err);
    /* Write its line of connections.csv and close it. */
    int (*close)(struct lane *lane, struct line *line, struct err *err);
};

struct lane {
    const struct load_plan *plan; /* the share of this lane */
    const struct load_out *out;
    struct load_result *result;
    const struct lane_transport *transport;
    struct ticker ticker;
    struct wait *wait;
    const atomic_int *is_given_up; /* another lane failed */
    struct line *lines;            /* plan->connections of them */
    uint32_t first_number;         /* of the first of these */
    int is_lone;       /* one connection, closed loop: block in recv */
    int64_t now_ns;    /* of the last look at the clock; see lane_look */
    int64_t wait_ns;   /* what may be waited until the next one */
    int64_t gap_ns;    /* when it takes so much longer, we were held up */
    int continues;     /* ticker_continues() at the last look */
    int64_t open;      /* messages whose row is still to be written */
    int usable;        /* lines that are open */
    int down;          /* lines to be connected again */
    unsigned source;   /* which of our loopback addresses connects */
    int64_t resume_ns; /* when the next pause ends; 0: none */
    /* One message of size_bytes: the header is put in per send. */
    char *message;
    char *buffer; /* of one recv */
    size_t buffer_bytes;
    /* Open loop. */
    struct arrival arrival;
    int64_t due_ns;       /* the next message */
    int64_t last_sent_ns; /* the last one */
    int sent_all;         /* nothing more is to be sent */
    /* What was due before and not sent, 0: nothing; and how such a row ends. */
    int64_t missed_until_ns;
    struct flight_message missed;
    int next_line; /* whose turn it is */
    /* By how much it was suspended before the last tick, and when that was. */
    int64_t slept_ns, tick_ns;
    /* UDP: of the second that began then. */
    int64_t second_ns, second_intended, second_refused;
};

/*
 * The load begins, at lane->now_ns: from here on gaps are told.  One is when
 * the process was stopped, however shortly, and when there is more between two
 * looks at the clock than lane->wait_ns, and 100 ms or 10 intervals of an open
 * loop.
 */
void lane_begin(struct lane *lane);

/* Look at the clock: lane->now_ns.  What may have been waited is used up. */
void lane_look(struct lane *lane);

/* From from_ns to lane->now_ns it stood still. */
void lane_add_gap(struct lane *lane, int64_t from_ns);

/* 1 when it can take a new message at lane->now_ns. */
int lane_is_ready(const struct lane *lane, const struct line *line);

/* The header of message `seq` of this line; valid until the next call. */
const char *lane_stamp(struct line *line, uint64_t seq);

/* A new message: it is open, counted, and sent at lane->now_ns. */
int lane_add(struct lane *lane, struct line *line, int64_t scheduled_ns,
             struct err *err);

/*
 * A new message that came to nothing at once: its times (sent_ns 0: it was not
 * sent), outcome and errno are those of `how`.  No other is open on the line.
 */
int lane_add_failed(struct lane *lane, struct line *line,
                    const struct flight_message *how, struct err *err);

/* A correct echo has come in time, at message->received_ns. */
void lane_count_answer(struct lane *lane, const struct flight_message *message);

/* The message is final: count it, write its row. */
int lane_settle(struct lane *lane, const struct line *line, uint64_t seq,
                const struct flight_message *message, struct err *err);

/*
 * Close the line and write it, once, to connections.csv: with what the kernel
 * told of it, NULL for nothing.
 */
int lane_close(struct lane *lane, struct line *line,
               const struct net_tcp_info *info, struct err *err);

/* Closed loop: begin messages until the line's window is full. */
int lane_fill(struct lane *lane, struct line *line, struct err *err);

#endif
