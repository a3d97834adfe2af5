/*
 * What two runs must have in common to be compared: everything but the target.
 * A delay says nothing beside another of a different Type-P (RFC 2681): another
 * transport, size, load or time-out is another question.
 */
#ifndef HARNESS_COMPARABLE_H
#define HARNESS_COMPARABLE_H

#include "harness/result.h"
#include "lib/err.h"

#define COMPARABLE_TEXT 48

/*
 * The i-th of these conditions (0..) under the name of its key in a scenario,
 * with its value as text; NULL past the last.
 */
const char *comparable_key(const struct result_run *run, int i,
                           char text[COMPARABLE_TEXT]);

/* The i-th condition for readers: "message length", its values in " bytes". */
const char *comparable_words(int i, const char **unit);

/*
 * Error: not-comparable (ERR_USAGE), with the first key that differs and is
 * not one of `despite`.
 */
int comparable_check(const struct result_run *a, const struct result_run *b,
                     const char *const *despite, int ndespite, struct err *err);

/* Is it the name of a condition? */
int comparable_is_key(const char *name);

#endif
