/* The run is over: was it what was asked for? */
#ifndef CLIENTS_JUDGE_H
#define CLIENTS_JUDGE_H

#include "clients/load.h"
#include "lib/err.h"

/*
 * 0, or -1: echo-differs (ERR_PEER); server-gone, reply-timeout, and over UDP
 * no-answer, when nothing at all came back (ERR_CUT);
 * connect-some (ERR_CUT, or ERR_TARGET when none did).  Where the plan
 * persists, and where we were stopped, failures are what was asked for.
 */
int judge_result(const struct load_plan *plan, const struct load_result *result,
                 struct err *err);

#endif
