/* Numbers that somebody typed into a TeX text, where a key should stand. */
#ifndef HARNESS_TEX_NUMBERS_H
#define HARNESS_TEX_NUMBERS_H

#include "harness/claims.h"
#include "lib/err.h"

/*
 * Call `differ` for each number of the text that the template has not, or not
 * so often: the key says in which line.  A number is a run of digits, with
 * points and commas inside; those of comments, and of what only names
 * something (\R{KEY}, \ref{NAME}), are none.  The name of a file that \input,
 * \include or \includegraphics brings in counts like a number, for there may
 * be some in it.  Error: no-memory.
 */
int tex_numbers_compare(const char *text, const char *template,
                        claims_differ_fn differ, void *ctx, struct err *err);

#endif
