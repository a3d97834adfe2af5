#include "harness/capture.h"

#include "lib/num.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void capture_name_port(struct capture *capture, int port, const char *word)
{
    int i = 0;

    while (i < capture->n && capture->known[i].port != port)
        i++;
    if (i == CAPTURE_MAX_PORTS)
        return;
    capture->known[i].port = port;
    snprintf(capture->known[i].word, sizeof capture->known[i].word, "%s", word);
    if (i == capture->n)
        capture->n++;
}

static int ends_with(const struct buf *buf, const char *end)
{
    size_t n = strlen(end);

    return buf->len >= n && memcmp(buf->text + buf->len - n, end, n) == 0;
}

/* Does what stands in `to` announce a port, and `after` end it? */
static int is_place_of_port(const struct buf *to, char after)
{
    if (ends_with(to, "', "))
        return after == ')';
    return (ends_with(to, " port: ") || ends_with(to, ":")) &&
           (after == '\n' || after == '\r' || after == '\0');
}

/* The word for a number of n digits, or NULL. */
static const char *word_for(const struct capture *capture, const char *digits,
                            size_t n, const struct buf *to)
{
    char number[8];
    int64_t port = 0;

    if (n == 0 || n > 5 || !is_place_of_port(to, digits[n]))
        return NULL;
    snprintf(number, sizeof number, "%.*s", (int)n, digits);
    (void)num_parse_int(number, 1, 65535, &port);
    for (int i = 0; i < capture->n; i++)
        if (capture->known[i].port == port)
            return capture->known[i].word;
    return NULL;
}

static void add_byte(const char *at, struct buf *to)
{
    unsigned char c = (unsigned char)*at;

    if (c == '\r' && at[1] == '\n')
        return;
    if (c == '\n' || (c >= ' ' && c != 0x7f))
        buf_add_n(to, at, 1);
    else
        buf_addf(to, "\\x%02x", c);
}

static void add_text(const struct capture *capture, const char *text, size_t n,
                     struct buf *to)
{
    for (size_t i = 0; i < n;) {
        size_t digits = strspn(text + i, "0123456789");
        const char *word = word_for(capture, text + i, digits, to);

        if (word)
            buf_add(to, word);
        else if (digits > 0)
            buf_add_n(to, text + i, digits);
        else
            add_byte(text + i, to);
        i += digits > 0 ? digits : 1;
    }
}

void capture_add(const struct capture *capture, const char *bytes, size_t n,
                 struct buf *to)
{
    char *text = malloc(n + 1);

    if (!text) {
        to->failed = 1;
        return;
    }
    memcpy(text, bytes, n);
    text[n] = '\0';
    add_text(capture, text, n, to);
    free(text);
}
