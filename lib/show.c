#include "lib/show.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* Length of the well-formed UTF-8 sequence at c (at most n bytes), or 0. */
static size_t utf8_length(const unsigned char *c, size_t n, uint32_t *point)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t len = *c < 0x80 ? 1 : *c >> 5 == 6 ? 2 : *c >> 4 == 14 ? 3 : 4;

    if (len == 4 && *c >> 3 != 30)
        return 0;
    if (len > n)
        return 0;
    *point = len == 1 ? *c : *c & (0x7fU >> len);
    for (size_t i = 1; i < len; i++) {
        if (c[i] >> 6 != 2)
            return 0;
        *point = *point << 6 | (c[i] & 0x3fU);
    }
    if (*point < least[len] || *point > 0x10ffff || *point >> 11 == 27)
        return 0;
    return len;
}

/* Neither a control character nor one that turns the writing around. */
static int is_harmless(uint32_t point)
{
    if (point < 0x20 || point == '\\' || (point >= 0x7f && point < 0xa0))
        return 0;
    return !(point >= 0x200b && point <= 0x200f) &&
           !(point >= 0x2028 && point <= 0x202e) &&
           !(point >= 0x2066 && point <= 0x2069) && point != 0xfeff;
}

static size_t without_newline(const char *bytes, size_t n)
{
    if (n > 0 && bytes[n - 1] == '\n')
        n--;
    if (n > 0 && bytes[n - 1] == '\r')
        n--;
    return n;
}

const char *show_bytes(const char *bytes, size_t n, size_t most, char *text,
                       size_t size)
{
    enum { TAIL = 40 }; /* room for the note on the length */
    const unsigned char *c = (const unsigned char *)bytes;
    size_t whole = n, used = 0, at = 0;

    n = without_newline(bytes, n);
    while (at < n && at < most && used + TAIL < size) {
        uint32_t point = 0;
        size_t len = utf8_length(c + at, n - at, &point);

        if (len > 0 && is_harmless(point)) {
            memcpy(text + used, bytes + at, len);
            used += len;
            at += len;
        } else {
            used += (size_t)snprintf(text + used, size - used, "\\x%02x",
                                     c[at++]);
        }
    }
    text[used] = '\0';
    if (at < n)
        snprintf(text + used, size - used, "... (%zu bytes)", whole);
    return text;
}
