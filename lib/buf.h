/* A growable text.  {0} is a valid empty one; text is always NUL-ended. */
#ifndef LIB_BUF_H
#define LIB_BUF_H

#include <stddef.h>

struct buf {
    char *text; /* NULL only while nothing was ever added */
    size_t len; /* without the NUL */
    size_t cap;
    int failed; /* out of memory: everything added later is dropped */
};

/* Append.  Out of memory sets `failed`, which the caller checks once. */
void buf_add(struct buf *buf, const char *text);
void buf_add_n(struct buf *buf, const char *bytes, size_t n);
void buf_addf(struct buf *buf, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* The text, "" when empty; valid until the next call on buf. */
const char *buf_text(const struct buf *buf);

void buf_release(struct buf *buf);

#endif
