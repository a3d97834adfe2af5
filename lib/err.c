#define _GNU_SOURCE
#include "lib/err.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <string.h>

const char *err_name(int sys_errno)
{
    const char *name = strerrorname_np(sys_errno);

    return name ? name : "EUNKNOWN";
}

static void append_cause(struct err *err, int cause)
{
    size_t used = strlen(err->msg);

    snprintf(err->msg + used, sizeof err->msg - used, ": %s (%s)",
             strerrordesc_np(cause) ? strerrordesc_np(cause) : "unknown error",
             err_name(cause));
}

__attribute__((format(printf, 4, 0))) static void
fill(struct err *err, enum err_code code, const char *id, const char *fmt,
     va_list args)
{
    memset(err, 0, sizeof *err);
    err->code = code;
    snprintf(err->id, sizeof err->id, "%s", id);
    vsnprintf(err->msg, sizeof err->msg, fmt, args);
}

int err_set(struct err *err, enum err_code code, const char *id,
            const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    fill(err, code, id, fmt, args);
    va_end(args);
    return -1;
}

int err_sys(struct err *err, enum err_code code, const char *id,
            const char *fmt, ...)
{
    int cause = errno;
    va_list args;

    va_start(args, fmt);
    fill(err, code, id, fmt, args);
    va_end(args);
    err->sys_errno = cause;
    append_cause(err, cause);
    return -1;
}

int err_hint(struct err *err, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    vsnprintf(err->hint, sizeof err->hint, fmt, args);
    va_end(args);
    return -1;
}

int err_kept(struct err *err, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    vsnprintf(err->kept, sizeof err->kept, fmt, args);
    va_end(args);
    return -1;
}

int err_wrap(struct err *err, const char *fmt, ...)
{
    char inner[sizeof err->msg];
    va_list args;
    size_t used;

    memcpy(inner, err->msg, sizeof inner);
    va_start(args, fmt);
    vsnprintf(err->msg, sizeof err->msg, fmt, args);
    va_end(args);
    used = strlen(err->msg);
    snprintf(err->msg + used, sizeof err->msg - used, ": %s", inner);
    return -1;
}

static int weight(enum err_code code)
{
    static const enum err_code lightest_first[] = {
        ERR_NONE,     ERR_NO,  ERR_HELPER, ERR_TARGET,  ERR_USAGE,
        ERR_RESOURCE, ERR_CUT, ERR_PEER,   ERR_RESULTS, ERR_BUG,
    };
    int n = (int)(sizeof lightest_first / sizeof *lightest_first);

    for (int i = 0; i < n; i++)
        if (lightest_first[i] == code)
            return i;
    return n;
}

void err_worse(struct err *err, const struct err *other)
{
    if (weight(other->code) > weight(err->code))
        *err = *other;
}

/* Bytes of UTF-8 pass; what could drive a terminal does not. */
static void print_clean(const char *text, FILE *to)
{
    for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
        int is_c1 = c[0] == 0xc2 && c[1] >= 0x80 && c[1] < 0xa0;

        fputc(is_c1 || *c < ' ' || *c == 0x7f ? '?' : *c, to);
        c += is_c1;
    }
    fputc('\n', to);
}

/* What to do when nobody said anything better. */
static const char *usual_hint(enum err_code code)
{
    switch (code) {
    case ERR_USAGE:
        return "--help tells what is wanted";
    case ERR_TARGET:
        return "is the server up, and reachable from here?";
    case ERR_CUT:
        return "run it again for a complete result";
    case ERR_RESULTS:
        return "check the disk and the permissions, or choose another place";
    case ERR_RESOURCE:
        return "ask for less, or raise the limits: ulimit -a shows them";
    case ERR_HELPER:
        return "install what is missing: sh setup.sh";
    case ERR_PEER:
        return "check host and port";
    case ERR_BUG:
        return "please report this, with the command that led to it";
    default:
        return "";
    }
}

void err_print(const struct err *err, const char *prog, FILE *to)
{
    const char *hint = err->hint[0] ? err->hint : usual_hint(err->code);

    fprintf(to, "%s: (%s) ", prog, err->id);
    print_clean(err->msg, to);
    if (hint[0]) {
        fputs("  hint: ", to);
        print_clean(hint, to);
    }
    if (err->kept[0]) {
        fputs("  kept: ", to);
        print_clean(err->kept, to);
    }
}

static void copy_line(char *to, size_t size, const char *from)
{
    snprintf(to, size, "%.*s", (int)strcspn(from, "\n"), from);
}

/* The text after "PROG: (" if this line is the head of an error message. */
static const char *head_id(const char *line)
{
    size_t name = strspn(line, "abcdefghijklmnopqrstuvwxyz-");

    if (name == 0 || strncmp(line + name, ": (", 3) != 0)
        return NULL;
    return line + name + 3;
}

static int parse_head(struct err *err, const char *line)
{
    const char *id = head_id(line);
    size_t len = id ? strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789-") : 0;

    if (len == 0 || len >= sizeof err->id || strncmp(id + len, ") ", 2) != 0)
        return -1;
    memcpy(err->id, id, len);
    err->id[len] = '\0';
    copy_line(err->msg, sizeof err->msg, id + len + 2);
    return 0;
}

int err_parse(struct err *err, enum err_code code, const char *text)
{
    struct err found = {.code = code};
    const char *line = text;

    for (; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (!found.id[0])
            (void)parse_head(&found, line);
        else if (strncmp(line, "  hint: ", 8) == 0)
            copy_line(found.hint, sizeof found.hint, line + 8);
        else if (strncmp(line, "  kept: ", 8) == 0)
            copy_line(found.kept, sizeof found.kept, line + 8);
    }
    if (!found.id[0])
        return -1;
    *err = found;
    return 0;
}
