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
    {"allow", ALLOW, "ADDR[,ADDR...]|any",
     "where you are over ssh, else any; on loopback any",
     "addresses that are served besides this machine's own loopback; others "
     "are closed, or not answered, and counted"},
    {0},
};

/* ---- addresses ---- */

/* Digits and points, or colons: what no name service is asked about. */
static int is_address(const char *host)
{
    return strchr(host, ':') ||
           (strchr(host, '.') && !host[strspn(host, "0123456789.")]);
}

static int add_address(struct guard *guard, const char *host)
{
    struct net_addrs found = {0};
    struct err ignored = {0};

    if (guard->n == GUARD_ADDRESSES || !is_address(host) ||
        net_resolve(host, 1, &found, &ignored) < 0)
        return -1;
    guard->address[guard->n++] = found.at[0];
    return 0;
}

static int set_allow(struct guard *guard, const char *list, struct err *err)
{
    char host[NET_NAME_SIZE];
    const char *at = list;
    size_t n;

    guard->was_told = 1;
    guard->n = 0;
    if (strcmp(list, "any") == 0)
        return 0;
    for (;; at += n + 1) {
        n = strcspn(at, ",");
        snprintf(host, sizeof host, "%.*s", n < sizeof host ? (int)n : 0, at);
        if (add_address(guard, host) < 0)
            return args_bad(err, "allow", list,
                            "addresses with commas between them, 32 at most, "
                            "or any");
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
    char host[NET_NAME_SIZE];

    if (!is_public || guard->was_told || !connection)
        return;
    snprintf(host, sizeof host, "%.*s", (int)strcspn(connection, " "),
             connection);
    (void)add_address(guard, host);
}

int guard_admits(const struct guard *guard, const struct net_addr *from)
{
    for (int i = 0; i < guard->n; i++)
        if (net_is_same_host(&guard->address[i], from))
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
