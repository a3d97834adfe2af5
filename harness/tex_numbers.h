/* Numbers that somebody typed into a TeX text, where a key should stand, and
 * what could bring in others. */
#ifndef HARNESS_TEX_NUMBERS_H
#define HARNESS_TEX_NUMBERS_H

#include "harness/claims.h"
#include "lib/err.h"

/*
 * Call `differ` for each number of the text that the template has not, or not
 * so often: the key says in which line.  A number is a run of digits, with
 * points and commas inside; those of comments, and of what only names
 * something (\R{KEY}, \ref{NAME}), are none.  These count like numbers:
 *
 * - the name of a file that \input, \include or \includegraphics brings in,
 *   and of what \begin or \end do, but for lists and quotations
 * - a command that is more than typography; it may only stand in a line that
 *   the template has, for TeX can make numbers of anything (\def, ^^, \char)
 * - the first line that differs before \begin{document}, where the template
 *   has that: all that is defined is defined there
 *
 * Error: no-memory.
 */
int tex_numbers_compare(const char *text, const char *template,
                        claims_differ_fn differ, void *ctx, struct err *err);

#endif
