/*
 * What an open loop was to send and did not: a slot of its schedule that came
 * while the load went on is a message intended, and so a row, though it was
 * never sent.  Without these rows every share and every percentile would be of
 * the messages that went well.
 */
#ifndef CLIENTS_MISSED_H
#define CLIENTS_MISSED_H

#include "clients/lane.h"

/*
 * Sending has ended, at lane->now_ns: which slots were missed, and why.  When
 * the run was stopped they are `aborted`; while connections were open it was
 * the client that could not (`local_limit`); else they share the fate of the
 * connections (`refused`, `eof`, `timeout`, ...).
 */
void missed_judge(struct lane *lane);

/*
 * A row for each, now that no message is open any more.  0 or -1.  A stop still
 * ends it, as it ends what is in flight: what has no row by then is not counted
 * as intended, either.
 */
int missed_settle(struct lane *lane, struct err *err);

#endif
