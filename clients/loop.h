/*
 * The loop of one lane: sends what is due or what fits the window, waits,
 * takes what came, looks at time-outs.
 */
#ifndef CLIENTS_LOOP_H
#define CLIENTS_LOOP_H

#include "clients/lane.h"

/*
 * Memory and connections, before the first message.  0 or -1: memory
 * (ERR_RESOURCE).
 */
int loop_prepare(struct lane *lane, struct err *err);

/*
 * From the first message, sent at lane->ticker.first_send_ns, to the last.  0
 * or -1, as what takes an err in clients/lane.h.
 */
int loop_run(struct lane *lane, struct err *err);

/*
 * Rows for what is still in flight, lines for all connections; frees all.
 * `failed` says that err is in use.  0, or -1 when anything failed.
 */
int loop_finish(struct lane *lane, int failed, struct err *err);

#endif
