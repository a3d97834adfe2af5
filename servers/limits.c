#include "servers/limits.h"

#include "lib/clock.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Who may lift a limit with -1. */
enum lift { NOBODY, LOOPBACK, ANYBODY };

static const struct row {
    const char *option, *arg, *doc;
    int64_t unit, loopback, elsewhere, most;
    enum lift lift;
} rows[LIMITS] = {
    [LIMIT_CONNECTIONS] = {"max-connections", "N",
                           "connections served at once; more are closed and "
                           "counted",
                           1, 1024, 64, 100000, NOBODY},
    [LIMIT_PER_SOURCE] =
        {"max-per-source", "N",
         "of these, connections from one address (IPv6: one /64); -1: no "
         "limit",
         1, LIMIT_NONE, 16, 100000, ANYBODY},
    [LIMIT_HELLO] = {"hello-timeout", "SECONDS",
                     "close a connection that has not said anything so long "
                     "after it began; -1: no limit",
                     CLOCK_NS_PER_S, LIMIT_NONE, 3, 3600, ANYBODY},
    [LIMIT_MESSAGE] = {"max-message", "BYTES",
                       "longest datagram that is answered", 1, 65507, 1472,
                       65507, NOBODY},
    [LIMIT_BYTES] =
        {"max-rate", "BYTES",
         "most bytes taken in a second, from all together; -1: no limit", 1,
         LIMIT_NONE, 10000000, INT64_C(1) << 40, ANYBODY},
    [LIMIT_PACKETS] =
        {"max-packets", "N",
         "most reads or datagrams in a second, all together; -1: no limit", 1,
         LIMIT_NONE, 20000, INT64_C(1) << 30, ANYBODY},
    [LIMIT_LIFETIME] = {"lifetime", "SECONDS",
                        "end after so long; -1 for never, on loopback only",
                        CLOCK_NS_PER_S, LIMIT_NONE, 900, 86400, LOOPBACK},
};

/* ---- options ---- */

static int set_limit(int key, const char *value, void *ctx, struct err *err)
{
    struct limits *limits = ctx;
    const struct row *row = &rows[key];
    char want[64];
    long long n = 0;

    limits->given[key] = 1;
    limits->value[key] = LIMIT_NONE;
    if (row->lift != NOBODY && strcmp(value, "-1") == 0)
        return 0;
    if (args_int(value, ARGS_RANGE(row->option, 1, row->most), &n, err) == 0) {
        limits->value[key] = n * row->unit;
        return 0;
    }
    if (row->lift == NOBODY)
        return -1;
    snprintf(want, sizeof want,
             "a whole number, 1..%" PRId64 ", or -1 for none", row->most);
    return args_bad(err, row->option, value, want);
}

static const char *number(int64_t value, char *text, size_t size)
{
    snprintf(text, size, value == LIMIT_NONE ? "none" : "%" PRId64, value);
    return text;
}

static void describe(struct limits *limits, int key, struct args_option *to)
{
    const struct row *row = &rows[key];
    char here[24], there[24];

    snprintf(limits->fallback[key], sizeof limits->fallback[key],
             "%s, on loopback %s", number(row->elsewhere, there, sizeof there),
             number(row->loopback, here, sizeof here));
    *to = (struct args_option){row->option, key, row->arg,
                               limits->fallback[key], row->doc};
}

struct args_group limits_group(struct limits *limits, unsigned mask)
{
    struct args_option *to = limits->options;

    for (int key = 0; key < LIMITS; key++)
        if (mask & 1U << key)
            describe(limits, key, to++);
    *to = (struct args_option){0};
    return (struct args_group){limits->options, set_limit, limits};
}

/* ---- the values ---- */

static int64_t by_address(const struct row *row, int is_public)
{
    int64_t value = is_public ? row->elsewhere : row->loopback;

    return value == LIMIT_NONE ? value : value * row->unit;
}

int limits_settle(struct limits *limits, int is_public, struct err *err)
{
    char want[80];

    for (int key = 0; key < LIMITS; key++) {
        const struct row *row = &rows[key];

        if (!limits->given[key])
            limits->value[key] = by_address(row, is_public);
        if (!is_public || row->lift != LOOPBACK ||
            limits->value[key] != LIMIT_NONE)
            continue;
        snprintf(want, sizeof want,
                 "1..%" PRId64 " where strangers can connect", row->most);
        return args_bad(err, row->option, "-1", want);
    }
    return 0;
}
