/* What every program of ours does last. */
#ifndef LIB_FINISH_H
#define LIB_FINISH_H

#include "lib/err.h"

/*
 * What was printed must have arrived: a full disk is an error of its own.
 * Errors: stdout (ERR_RESULTS; 128 + SIGPIPE when the reader left).
 */
int finish_stdout(struct err *err);

/*
 * Say on stderr why a program fails, and return its exit status.  A signal
 * that stopped it is also how it ends, as shells expect; that the reader left
 * is no news.
 */
int finish_failed(const struct err *err, const char *prog);

#endif
