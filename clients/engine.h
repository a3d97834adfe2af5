/*
 * The measuring engine.  In a closed loop every connection keeps its window of
 * messages in flight; in an open loop messages go out when they are due,
 * whether or not replies came.  Each message becomes a row of the record.
 */
#ifndef CLIENTS_ENGINE_H
#define CLIENTS_ENGINE_H

#include "clients/load.h"
#include "lib/err.h"

/*
 * Run the plan.  Failures of the target are rows and counts; err is for what
 * keeps us from measuring: memory, threads, cpu (ERR_RESOURCE), or what the
 * record says (ERR_RESULTS); the result is -1 then, and the rows made until
 * then are kept.  `result` comes all 0.  The ledger balances: intended = rows =
 * the sum over outcomes.
 */
int engine_run(const struct load_plan *plan, const struct load_out *out,
               struct load_result *result, struct err *err);

#endif
