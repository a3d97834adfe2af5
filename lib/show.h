/* Bytes from outside, made fit for a terminal. */
#ifndef LIB_SHOW_H
#define LIB_SHOW_H

#include <stddef.h>

/*
 * n bytes as one line of text: UTF-8 letters stay as they are; control
 * characters, what could change the direction of writing, broken UTF-8 and the
 * backslash become \xHH.  One final newline is dropped.  Text of more than
 * `most` bytes is cut, and its whole length told: "abc... (1000 bytes)".
 * Returns text, always NUL-ended.
 */
const char *show_bytes(const char *bytes, size_t n, size_t most, char *text,
                       size_t size);

#endif
