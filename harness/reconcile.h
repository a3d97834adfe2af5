/*
 * Is what the client lost what was lost on purpose?  Joins messages.csv with
 * what the server or relay wrote of each message by (connection, sequence):
 * injected.csv, its decisions, and served.csv, the questions that came to the
 * server; and with unmatched.csv, answers that came too late for a row.
 */
#ifndef HARNESS_RECONCILE_H
#define HARNESS_RECONCILE_H

#include "harness/result.h"
#include "lib/err.h"

/*
 * Fill run->reconciled from the files of the run, which must be whole.
 *
 *   true loss   the row is lost, and the message was dropped on purpose
 *   false loss  the row is lost, and not on purpose: the network or a kernel
 *               lost it.  A fact about the path, not an error of the data.
 *   overdue     a false loss whose answer is in unmatched.csv: it came after
 *               the row was final, so something was slow, and nothing lost it
 *   missed      dropped on purpose, yet the row is not lost (nor aborted or
 *               unsent): record and log disagree
 *
 * What the server did not see was lost on its way there, whoever lost it.
 * server_received counts messages, not copies; server_answered those of them
 * whose answer the server itself did not drop.
 *
 * Without injected.csv nothing was lost on purpose.  Without served.csv, as
 * over TCP, there is nothing to hold the record against: `has` is then 0.
 * With loss on purpose both must be there.
 *
 * Takes a byte per message (up to twice that while it grows) and 6 MiB.
 *
 * Errors (ERR_RESULTS): those of ledger_read and csv_read, results-damaged
 * for a row that cannot be: an unknown direction or action, two different
 * decisions about one message, a message that was never sent, a question
 * dropped on its way that was served, a decision about an answer or an answer
 * itself to a question that was not.  A row that is there twice is the copy of
 * a datagram, which shares the decision, and counts once.
 */
int reconcile_run(const struct result *result, struct result_run *run,
                  struct err *err);

#endif
