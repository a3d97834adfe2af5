/* Texts that are the same but for their numbers, to be told as one. */
#ifndef HARNESS_ALIKE_H
#define HARNESS_ALIKE_H

#include "lib/buf.h"

/* So many numbers may differ: spans of more would not say which go together. */
enum { ALIKE_NUMBERS = 2 };

/*
 * 1 when both have the same words in the same order, and a number (digits,
 * with one point at most) where the other has one, and no more than
 * ALIKE_NUMBERS of these differ.  An address is a word.
 */
int alike_is(const char *a, const char *b);

/*
 * Append the first of `n` texts, 1 or more, that are all alike; where a number
 * is not the same in all of them, the least and the greatest as they stand
 * there: "open after 83.8 to 109 us".
 */
void alike_put(struct buf *to, const char *const *texts, int n);

#endif
