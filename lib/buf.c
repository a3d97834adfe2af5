#include "lib/buf.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int reserve(struct buf *buf, size_t more)
{
    size_t need = buf->len + more + 1;
    size_t cap = buf->cap ? buf->cap : 256;
    char *text;

    if (need < more || need > SIZE_MAX / 2)
        buf->failed = 1;
    if (buf->failed)
        return -1;
    while (cap < need)
        cap *= 2;
    if (cap == buf->cap)
        return 0;
    text = realloc(buf->text, cap);
    if (!text) {
        buf->failed = 1;
        return -1;
    }
    buf->text = text;
    buf->cap = cap;
    return 0;
}

void buf_add_n(struct buf *buf, const char *bytes, size_t n)
{
    if (reserve(buf, n) < 0)
        return;
    memcpy(buf->text + buf->len, bytes, n);
    buf->len += n;
    buf->text[buf->len] = '\0';
}

void buf_add(struct buf *buf, const char *text)
{
    buf_add_n(buf, text, strlen(text));
}

void buf_addf(struct buf *buf, const char *fmt, ...)
{
    va_list args, again;
    int n;

    va_start(args, fmt);
    va_copy(again, args);
    n = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    if (n >= 0 && reserve(buf, (size_t)n) == 0) {
        vsnprintf(buf->text + buf->len, (size_t)n + 1, fmt, again);
        buf->len += (size_t)n;
    }
    va_end(again);
}

const char *buf_text(const struct buf *buf)
{
    return buf->text ? buf->text : "";
}

void buf_release(struct buf *buf)
{
    free(buf->text);
    memset(buf, 0, sizeof *buf);
}
