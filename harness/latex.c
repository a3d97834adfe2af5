#include "harness/latex.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>

/* ASCII that is not itself in OT1, or means something to TeX. */
static const char *ascii(uint32_t c)
{
    switch (c) {
    case '\\':
        return "\\textbackslash{}";
    case '~':
        return "\\textasciitilde{}";
    case '^':
        return "\\textasciicircum{}";
    case '<':
        return "$<$";
    case '>':
        return "$>$";
    case '|':
        return "$|$";
    case '"':
        return "''{}";
    case '{':
        return "\\{";
    case '}':
        return "\\}";
    case '$': /* \$ would take it from a bitmap font */
        return "$\\mathdollar$";
    case '&':
        return "\\&";
    case '#':
        return "\\#";
    case '_':
        return "\\_";
    case '%':
        return "\\%";
    case '[': /* after \\ it would begin an optional argument */
        return "{[}";
    case ']':
        return "{]}";
    case '-': /* -- and --- are dashes; ?` and !` are other letters */
        return "-{}";
    case '`':
        return "{}`{}";
    case '\'':
        return "'{}";
    default:
        return NULL;
    }
}

/* U+00C0 .. U+00FF without the four that OT1 has not. */
static const char *const letters[64] = {
    "\\`A{}",  "\\'A{}",  "\\^A{}",   "\\~A{}",   "\\\"A{}",  "\\AA{}",
    "\\AE{}",  "\\c{C}",  "\\`E{}",   "\\'E{}",   "\\^E{}",   "\\\"E{}",
    "\\`I{}",  "\\'I{}",  "\\^I{}",   "\\\"I{}",  "?",        "\\~N{}",
    "\\`O{}",  "\\'O{}",  "\\^O{}",   "\\~O{}",   "\\\"O{}",  "$\\times$",
    "\\O{}",   "\\`U{}",  "\\'U{}",   "\\^U{}",   "\\\"U{}",  "\\'Y{}",
    "?",       "\\ss{}",  "\\`a{}",   "\\'a{}",   "\\^a{}",   "\\~a{}",
    "\\\"a{}", "\\aa{}",  "\\ae{}",   "\\c{c}",   "\\`e{}",   "\\'e{}",
    "\\^e{}",  "\\\"e{}", "\\`\\i{}", "\\'\\i{}", "\\^\\i{}", "\\\"\\i{}",
    "?",       "\\~n{}",  "\\`o{}",   "\\'o{}",   "\\^o{}",   "\\~o{}",
    "\\\"o{}", "$\\div$", "\\o{}",    "\\`u{}",   "\\'u{}",   "\\^u{}",
    "\\\"u{}", "\\'y{}",  "?",        "\\\"y{}",
};

static const char *beyond_ascii(uint32_t c)
{
    if (c >= 0xc0 && c <= 0xff)
        return letters[c - 0xc0];
    switch (c) {
    case 0xa0:
        return "~";
    case 0xb1:
        return "$\\pm$";
    case 0xb5:
    case 0x3bc:
        return "$\\mu$";
    case 0xb7:
        return "$\\cdot$";
    case 0x2009:
        return "\\,";
    case 0x2013:
        return "--{}";
    case 0x2014:
        return "---{}";
    case 0x2018:
        return "{}`{}";
    case 0x2019:
        return "'{}";
    case 0x201c:
        return "{}``{}";
    case 0x201d:
        return "''{}";
    case 0x2026:
        return "\\dots{}";
    case 0x2212:
        return "$-$";
    case 0x2264:
        return "$\\le$";
    case 0x2265:
        return "$\\ge$";
    default:
        return "?";
    }
}

/* The code point at *text, which moves on; 0xfffd for what is no UTF-8. */
static uint32_t next_point(const char **text)
{
    const unsigned char *c = (const unsigned char *)*text;
    int more = c[0] >= 0xf0 ? 3 : c[0] >= 0xe0 ? 2 : c[0] >= 0xc0 ? 1 : 0;
    uint32_t point = more == 3   ? c[0] & 0x07
                     : more == 2 ? c[0] & 0x0f
                     : more == 1 ? c[0] & 0x1f
                                 : c[0];

    for (int i = 1; i <= more; i++) {
        if ((c[i] & 0xc0) != 0x80) {
            *text += i;
            return 0xfffd;
        }
        point = point << 6 | (c[i] & 0x3f);
    }
    *text += more + 1;
    return more == 0 && c[0] >= 0x80 ? 0xfffd : point;
}

/* A word longer than this may be broken anywhere: no column is that wide. */
enum { LONG_WORD = 20 };

void latex_escape(struct buf *to, const char *text)
{
    for (int word = 0; *text; word++) {
        uint32_t point = next_point(&text);
        char plain[2] = {(char)point, '\0'};
        const char *tex = point < 0x80 ? ascii(point) : beyond_ascii(point);

        if (point == ' ')
            word = -1;
        else if (word >= LONG_WORD)
            buf_add(to, "\\allowbreak{}");
        if (tex)
            buf_add(to, tex);
        else
            buf_add(to, point < ' ' || point == 0x7f ? "?" : plain);
    }
}

void latex_code(struct buf *to, const char *text)
{
    buf_add(to, "\\texttt{");
    for (; *text; text++) {
        char one[5] = {*text, '\0'};

        /* Keep a multi-byte character together. */
        for (int i = 1; i < 4 && (text[1] & 0xc0) == 0x80; i++)
            one[i] = *++text;
        if (strchr("\\{}<>|\"$_", one[0]))
            buf_addf(to, "\\char%d{}", one[0]);
        else
            latex_escape(to, one);
        if (strchr("/_-", one[0]))
            buf_add(to, "\\allowbreak{}");
    }
    buf_add(to, "}");
}

/* Bytes of the character at text[0..n): n > 0. */
static size_t length_of(const char *text, size_t n)
{
    size_t length = 1;

    while (length < n && length < 4 && (text[length] & 0xc0) == 0x80)
        length++;
    return length;
}

void latex_line(struct buf *to, const char *text, size_t n)
{
    char one[5];

    for (size_t at = 0, length; at < n; at += length) {
        unsigned char c = (unsigned char)text[at];

        length = length_of(text + at, n - at);
        memset(one, 0, sizeof one);
        memcpy(one, text + at, length);
        if (c == ' ' || c == '\t')
            buf_add(to, "\\ ");
        else if (c > ' ' && c < 0x7f && !isalnum(c))
            buf_addf(to, "\\char%d{}", c);
        else
            latex_escape(to, one[0] ? one : "\x7f");
    }
}

size_t latex_columns(const char *text, size_t n, int columns)
{
    size_t at = 0;

    while (at < n && columns-- > 0)
        at += length_of(text + at, n - at);
    return at;
}
