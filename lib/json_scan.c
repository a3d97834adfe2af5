#include "lib/json_scan.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct scan {
    const char *start, *at, *end;
    const char *what; /* set once: the scan has failed */
    int depth;
    char path[256];   /* of the value at `at`; "" at the top */
    const char *want; /* NULL: only checking */
    int nth;          /* how many more matches until the wanted one */
    const char *found;
};

static int fail(struct scan *scan, const char *what)
{
    if (!scan->what)
        scan->what = what;
    return -1;
}

static int peek(const struct scan *scan)
{
    return scan->at < scan->end ? (unsigned char)*scan->at : -1;
}

static void skip_blanks(struct scan *scan)
{
    while (scan->at < scan->end && strchr(" \t\r\n", *scan->at) && *scan->at)
        scan->at++;
}

/* Length of the UTF-8 sequence at `c`, or 0 when it is not one. */
static int utf8_length(const unsigned char *c, size_t left)
{
    static const struct {
        unsigned char mask, lead;
        uint32_t least;
    } forms[] = {{0x80, 0, 0},
                 {0xe0, 0xc0, 0x80},
                 {0xf0, 0xe0, 0x800},
                 {0xf8, 0xf0, 0x10000}};

    for (int n = 0; n < 4; n++) {
        uint32_t point = c[0] & (unsigned char)~forms[n].mask;

        if ((c[0] & forms[n].mask) != forms[n].lead)
            continue;
        if (left < (size_t)n + 1)
            return 0;
        for (int i = 1; i <= n; i++) {
            if ((c[i] & 0xc0) != 0x80)
                return 0;
            point = point << 6 | (c[i] & 0x3f);
        }
        if (point < forms[n].least || point > 0x10ffff ||
            (point >= 0xd800 && point <= 0xdfff))
            return 0;
        return n + 1;
    }
    return 0;
}

/* Four hex digits at `at`, or -1. */
static int hex4(const struct scan *scan, const char *at)
{
    int value = 0;

    if (scan->end - at < 4)
        return -1;
    for (int i = 0; i < 4; i++) {
        const char *digits = "0123456789abcdef0123456789ABCDEF";
        const char *digit = at[i] ? strchr(digits, at[i]) : NULL;

        if (!digit)
            return -1;
        value = value << 4 | (int)((digit - digits) & 15);
    }
    return value;
}

/* `at` is on the 'u' of \uXXXX. */
static int scan_unicode(struct scan *scan)
{
    int high = hex4(scan, scan->at + 1), low;

    if (high < 0)
        return fail(scan, "\\u wants four hex digits");
    if (high == 0)
        return fail(scan, "\\u0000 is not allowed");
    scan->at += 5;
    if (high < 0xd800 || high > 0xdfff)
        return 0;
    low = scan->end - scan->at >= 6 && memcmp(scan->at, "\\u", 2) == 0
              ? hex4(scan, scan->at + 2)
              : -1;
    if (high > 0xdbff || low < 0xdc00 || low > 0xdfff)
        return fail(scan, "half a surrogate pair");
    scan->at += 6;
    return 0;
}

static int scan_escape(struct scan *scan)
{
    scan->at++;
    if (peek(scan) == 'u')
        return scan_unicode(scan);
    if (peek(scan) <= 0 || !strchr("\"\\/bfnrt", peek(scan)))
        return fail(scan, "unknown escape in a string");
    scan->at++;
    return 0;
}

static int scan_string(struct scan *scan)
{
    scan->at++;
    while (peek(scan) >= 0 && peek(scan) != '"') {
        int n = utf8_length((const unsigned char *)scan->at,
                            (size_t)(scan->end - scan->at));

        if (n == 0)
            return fail(scan, "invalid UTF-8");
        if (peek(scan) < ' ' || peek(scan) == 0x7f)
            return fail(scan, "control character in a string");
        if (peek(scan) != '\\')
            scan->at += n;
        else if (scan_escape(scan) < 0)
            return -1;
    }
    if (peek(scan) != '"')
        return fail(scan, "a string without an end");
    scan->at++;
    return 0;
}

static int scan_digits(struct scan *scan)
{
    const char *from = scan->at;

    while (peek(scan) >= '0' && peek(scan) <= '9')
        scan->at++;
    return scan->at > from ? 0 : fail(scan, "a digit is missing in a number");
}

static int scan_number_parts(struct scan *scan)
{
    if (peek(scan) == '-')
        scan->at++;
    if (peek(scan) == '0' && scan->at + 1 < scan->end && scan->at[1] >= '0' &&
        scan->at[1] <= '9')
        return fail(scan, "a number with a leading zero");
    if (scan_digits(scan) < 0)
        return -1;
    if (peek(scan) == '.') {
        scan->at++;
        if (scan_digits(scan) < 0)
            return -1;
    }
    if (peek(scan) == 'e' || peek(scan) == 'E') {
        scan->at++;
        if (peek(scan) == '+' || peek(scan) == '-')
            scan->at++;
        return scan_digits(scan);
    }
    return 0;
}

static int scan_number(struct scan *scan)
{
    char text[JSON_SCAN_MAX_NUMBER + 1] = "";
    const char *from = scan->at;

    if (scan_number_parts(scan) < 0)
        return -1;
    if (scan->at - from > JSON_SCAN_MAX_NUMBER)
        return fail(scan, "a number of more than 40 characters");
    memcpy(text, from, (size_t)(scan->at - from));
    if (!isfinite(strtod(text, NULL)))
        return fail(scan, "a number too large");
    return 0;
}

static int scan_word(struct scan *scan)
{
    static const char *const words[] = {"true", "false", "null"};

    for (int i = 0; i < 3; i++) {
        size_t n = strlen(words[i]);

        if ((size_t)(scan->end - scan->at) >= n &&
            memcmp(scan->at, words[i], n) == 0) {
            scan->at += n;
            return 0;
        }
    }
    return fail(scan, "a value is missing");
}

static int scan_value(struct scan *scan);

/* A value one step further down: its path is ours plus `step`. */
static int scan_child(struct scan *scan, size_t ours, const char *step,
                      size_t len)
{
    int status;

    if (ours + len < sizeof scan->path) {
        memcpy(scan->path + ours, step, len);
        scan->path[ours + len] = '\0';
    }
    status = scan_value(scan);
    scan->path[ours] = '\0';
    return status;
}

/* The step of a member: ".key", or "key" at the top. */
static int scan_member(struct scan *scan)
{
    size_t ours = strlen(scan->path), len;
    char step[sizeof scan->path];
    const char *key = scan->at + 1;

    if (peek(scan) != '"')
        return fail(scan, "a key in double quotes is missing");
    if (scan_string(scan) < 0)
        return -1;
    len = (size_t)(scan->at - 1 - key);
    if (len + 1 >= sizeof step)
        return fail(scan, "a key of more than 250 characters");
    step[0] = '.';
    memcpy(step + 1, key, len);
    skip_blanks(scan);
    if (peek(scan) != ':')
        return fail(scan, "a colon is missing");
    scan->at++;
    return ours ? scan_child(scan, ours, step, len + 1)
                : scan_child(scan, ours, step + 1, len);
}

static int scan_element(struct scan *scan, int index)
{
    char step[16];
    int n = snprintf(step, sizeof step, "[%d]", index);

    return scan_child(scan, strlen(scan->path), step, (size_t)n);
}

static int scan_container(struct scan *scan, int close)
{
    scan->at++;
    skip_blanks(scan);
    if (peek(scan) == close) {
        scan->at++;
        return 0;
    }
    for (int i = 0;; i++) {
        skip_blanks(scan);
        if ((close == '}' ? scan_member(scan) : scan_element(scan, i)) < 0)
            return -1;
        skip_blanks(scan);
        if (peek(scan) == close)
            break;
        if (peek(scan) != ',')
            return fail(scan, close == '}' ? "a comma or } is missing"
                                           : "a comma or ] is missing");
        scan->at++;
    }
    scan->at++;
    return 0;
}

static int scan_value(struct scan *scan)
{
    int status, c;

    skip_blanks(scan);
    if (scan->want && strcmp(scan->path, scan->want) == 0 && --scan->nth == 0)
        scan->found = scan->at;
    c = peek(scan);
    if (c == '"')
        return scan_string(scan);
    if (c == '-' || (c >= '0' && c <= '9'))
        return scan_number(scan);
    if (c != '{' && c != '[')
        return scan_word(scan);
    if (++scan->depth > JSON_SCAN_MAX_DEPTH)
        return fail(scan, "more than 16 levels deep");
    status = scan_container(scan, c == '{' ? '}' : ']');
    scan->depth--;
    return status;
}

static int scan_all(struct scan *scan)
{
    if (scan->end - scan->at >= 3 && memcmp(scan->at, "\xef\xbb\xbf", 3) == 0)
        return fail(scan, "a byte order mark is not allowed");
    if (scan_value(scan) < 0)
        return -1;
    skip_blanks(scan);
    return scan->at == scan->end ? 0
                                 : fail(scan, "text after the end of the JSON");
}

static int line_of(const char *start, const char *at)
{
    int line = 1;

    for (const char *c = start; c < at; c++)
        line += *c == '\n';
    return line;
}

static int begins(const struct scan *scan, const char *bytes)
{
    size_t n = strlen(bytes);

    return (size_t)(scan->end - scan->start) >= n &&
           memcmp(scan->start, bytes, n) == 0;
}

/* The comma before } or ], which other languages allow. */
static int is_after_comma(const struct scan *scan)
{
    const char *at = scan->at;

    while (at > scan->start && strchr(" \t\r\n", at[-1]))
        at--;
    return at > scan->start && at[-1] == ',' &&
           (peek(scan) == '}' || peek(scan) == ']');
}

/* What to do about habits that JSON does not share, by what stands there. */
static const char *advice(const struct scan *scan)
{
    if (begins(scan, "\xff\xfe") || begins(scan, "\xfe\xff"))
        return "this is UTF-16: save it as UTF-8";
    if (begins(scan, "\xef\xbb\xbf"))
        return "save it as UTF-8 without a byte order mark (BOM)";
    if (is_after_comma(scan))
        return "leave out the comma before it";
    switch (peek(scan)) {
    case '\'':
        return "JSON wants double quotes: \"like this\"";
    case '/':
    case '#':
        return "JSON has no comments: leave them out";
    default:
        return "mend it there, or just before: the file must hold one JSON "
               "object (RFC 8259) and nothing after it";
    }
}

int json_scan_check(const char *text, size_t len, struct json_fault *fault)
{
    struct scan scan = {.start = text, .at = text, .end = text + len};
    const char *begin;

    if (scan_all(&scan) == 0)
        return 0;
    begin = scan.at;
    while (begin > text && begin[-1] != '\n')
        begin--;
    fault->what = scan.what;
    fault->advice = advice(&scan);
    fault->line = line_of(text, scan.at);
    fault->column = (int)(scan.at - begin) + 1;
    return -1;
}

int json_scan_line(const char *text, size_t len, const char *path, int nth)
{
    struct scan scan = {
        .start = text, .at = text, .end = text + len, .want = path, .nth = nth};

    if (scan_all(&scan) < 0 || !scan.found)
        return 0;
    return line_of(text, scan.found);
}
