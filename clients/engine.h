/*
 * The closed loop: on every connection a message is sent as soon as the echo
 * of the one before is back, and each becomes a row of the record.
 */
#ifndef CLIENTS_ENGINE_H
#define CLIENTS_ENGINE_H

#include "clients/meter.h"
#include "lib/err.h"
#include "lib/net.h"
#include "lib/record.h"

#include <stdint.h>

struct engine_plan {
    struct net_addr target;
    uint64_t run_id;
    int64_t size_bytes; /* 1 .. MSG_MAX_BYTES */
    int64_t buffer_bytes;
    int connections;     /* 1 .. */
    int64_t duration_ns; /* from the first send; 0: no limit */
    int64_t messages;    /* over all connections; 0: no limit */
    int64_t timeout_ns;  /* Tmax */
    int64_t connect_timeout_ns;
};

/* Where results go; each may be absent. */
struct engine_out {
    struct record *messages;
    struct record *connections;
    void (*on_progress)(const struct progress *progress, void *ctx);
    void *ctx;
};

struct engine_result {
    struct meter meter;
    int64_t intended; /* messages begun = rows */
    int connected;    /* connections that were established */
    int broken;       /* of these, how many ended before the run did */
    int first_broken_errno;
    enum outcome first_broken;
    int stray;   /* connections on which more came than was asked for */
    int stopped; /* by engine_stop */
};

/*
 * Run the plan.  Failures of the target are rows and counts; err is for what
 * keeps us from measuring: memory, descriptors, the record.  The rows made
 * until then are kept.  The ledger balances: intended = rows = the sum over
 * outcomes.
 */
int engine_run(const struct engine_plan *plan, const struct engine_out *out,
               struct engine_result *result, struct err *err);

/*
 * From a signal handler.  Once: no new messages, what is in flight gets at
 * most a second.  Twice: end now; what is in flight is `aborted`.
 */
void engine_stop(void);

#endif
