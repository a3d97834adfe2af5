#include "servers/guard.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ALLOW, KEY };

static const struct args_option options[] = {
    {"key-from-stdin", KEY, NULL, NULL,
     "answer only who has the key: 32 hex digits, the first line of standard "
     "input"},
    {"allow", ALLOW, "ADDR[/BITS][,...]|any",
     "where you are over ssh, else any; on loopback any",
     "addresses that are served besides this machine's own loopback, with "
     "/BITS all that begin like it; others are closed, or not answered, and "
     "counted"},
    {0},
};

/* ---- addresses ---- */

static int add_range(struct guard *guard, const char *text)
{
    if (guard->n == GUARD_RANGES ||
        net_range_parse(&guard->range[guard->n], text) < 0)
        return -1;
    guard->n++;
    return 0;
}

static int set_allow(struct guard *guard, const char *list, struct err *err)
{
    char text[NET_RANGE_TEXT_SIZE];
    const char *at = list;
    size_t n;

    guard->was_told = 1;
    guard->n = 0;
    if (strcmp(list, "any") == 0)
        return 0;
    for (;; at += n + 1) {
        n = strcspn(at, ",");
        snprintf(text, sizeof text, "%.*s", n < sizeof text ? (int)n : 0, at);
        if (add_range(guard, text) < 0)
            return args_bad(err, "allow", list,
                            "addresses (/BITS: all that begin like it; behind "
                            "::ffff:... 96 or more) with commas between them, "
                            "32 at most, or any");
        if (!at[n])
            return 0;
    }
}

static int set(int key, const char *value, void *ctx, struct err *err)
{
    struct guard *guard = ctx;

    if (key == ALLOW)
        return set_allow(guard, value, err);
    guard->has_key = 1;
    return 0;
}

struct args_group guard_key_group(struct guard *guard)
{
    return (struct args_group){options, set, guard};
}

struct args_group guard_group(struct guard *guard)
{
    return (struct args_group){options + 1, set, guard};
}

/* "192.0.2.1 52000 192.0.2.7 22": where the operator is. */
void guard_settle(struct guard *guard, int is_public)
{
    const char *connection = getenv("SSH_CONNECTION");
    char text[NET_RANGE_TEXT_SIZE];

    if (!is_public || guard->was_told || !connection)
        return;
    /* Which of our links it came by (fe80::1%eth0) is not compared. */
    snprintf(text, sizeof text, "%.*s", (int)strcspn(connection, " %"),
             connection);
    (void)add_range(guard, text);
}

int guard_admits(const struct guard *guard, const struct net_addr *from)
{
    for (int i = 0; i < guard->n; i++)
        if (net_range_has(&guard->range[i], from))
            return 1;
    return guard->n == 0 || net_is_loopback(from);
}

/* ---- the key ---- */

int guard_take_key(struct guard *guard, struct err *err)
{
    replay_init(&guard->replay);
    return guard->has_key ? key_read(&guard->key, STDIN_FILENO, err) : 0;
}

enum refusal guard_judge(struct guard *guard, const char *message, size_t n,
                         const struct msg_header *header)
{
    if (!guard->has_key)
        return REFUSED_NOT;
    if (n < KEY_MESSAGE_BYTES || !key_proves(&guard->key, message))
        return REFUSED_UNKEYED;
    return replay_take(&guard->replay, header) ? REFUSED_NOT : REFUSED_REPLAYED;
}

void guard_answer(const struct guard *guard, char *message, char kind)
{
    message[MSG_KIND_AT] = kind;
    if (guard->has_key)
        key_sign(&guard->key, message);
}
