/*
 * What a load does now and then: tell how far it is, flush the record, see
 * that it is to stop; and the beat that ends a blocking recv in time for that.
 */
#ifndef CLIENTS_TICKER_H
#define CLIENTS_TICKER_H

#include "clients/load.h"
#include "lib/err.h"

#include <stdint.h>

struct ticker {
    const struct load_plan *plan;
    const struct load_out *out;
    struct load_result *result;
    int64_t slice_ns; /* between two looks at time-outs */
    int64_t epoch_ns; /* times in the record count from here */
    int64_t first_send_ns;
    int64_t stop_ns; /* when the stop was seen; 0: not */
    int64_t next_progress_ns, next_flush_ns, next_scan_ns;
};

/* The first message is sent at now_ns. */
void ticker_begin(struct ticker *ticker, int64_t now_ns);

/* ns as the record has it; 0 is RECORD_NONE. */
int64_t ticker_since_epoch(const struct ticker *ticker, int64_t ns);

/* 1 while the plan has room for one more message. */
int ticker_may_begin(const struct ticker *ticker, int64_t now_ns);

/* 1 when a tick is due; costs next to nothing. */
int ticker_is_due(const struct ticker *ticker, int64_t now_ns);

/*
 * Do what is due.  1 when time-outs are to be looked at too, 0 when not, -1
 * when the record failed.
 */
int ticker_tick(struct ticker *ticker, int64_t now_ns, struct err *err);

/* A stop has had its second, or was asked for twice: end what is open. */
int ticker_is_over(const struct ticker *ticker, int64_t now_ns);

/* A connection at its end, as connections.csv tells it; times 0: not yet. */
struct ticker_connection {
    uint32_t number;
    int64_t connect_start_ns, connect_end_ns, first_byte_ns, last_byte_ns;
    enum outcome end;
    int end_errno;
    const struct net_tcp_info *info; /* NULL: not known */
};

/* Write its line, if there is such a record.  0 or -1. */
int ticker_connection(const struct ticker *ticker,
                      const struct ticker_connection *conn, struct err *err);

/* One more line of progress, at the end. */
void ticker_report(struct ticker *ticker, int64_t now_ns);

/*
 * From a signal handler.  Once: no new messages, what is in flight gets at
 * most a second.  Twice: end now; what is in flight is `aborted`.
 */
void ticker_stop(void);

/* How often that was asked for. */
int ticker_stops(void);

/*
 * From a signal handler, too: the process was stopped, and goes on.  And how
 * often that was.
 */
void ticker_continue(void);
int ticker_continues(void);

/*
 * Interrupt blocking calls every so many ns; 0: no more.  A timer of its own:
 * a time-out of the socket (SO_RCVTIMEO) would have the kernel set and cancel
 * a timer for every message.
 */
void ticker_beat(int64_t every_ns);

#endif
