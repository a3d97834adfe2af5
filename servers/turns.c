#include "servers/turns.h"

#include "lib/crc.h"

#include <string.h>

static struct turns_host *host_of(struct turns *turns,
                                  const struct session *session)
{
    return &turns->host[session->host % TURNS_HOSTS];
}

void turns_join(struct turns *turns, struct session *session)
{
    char text[NET_NAME_SIZE];

    net_host_text(&session->peer, text, sizeof text);
    session->host = crc_32c(0, text, strlen(text));
    turns->hosts += host_of(turns, session)->members++ == 0;
}

/* ---- the hosts where somebody asks ---- */

static void append_host(struct turns *turns, struct turns_host *host)
{
    host->next = NULL;
    if (turns->last)
        turns->last->next = host;
    else
        turns->first = host;
    turns->last = host;
}

static void remove_host(struct turns *turns, struct turns_host *host)
{
    struct turns_host *before = NULL, *at = turns->first;

    for (; at != host; at = at->next)
        before = at;
    if (before)
        before->next = host->next;
    else
        turns->first = host->next;
    if (turns->last == host)
        turns->last = before;
}

/* ---- those who ask ---- */

static void withdraw(struct turns *turns, struct turns_host *host,
                     struct session *session)
{
    if (session->asks_before)
        session->asks_before->asks_after = session->asks_after;
    else
        host->first = session->asks_after;
    if (session->asks_after)
        session->asks_after->asks_before = session->asks_before;
    else
        host->last = session->asks_before;
    session->asks = 0;
    turns->asking--;
}

void turns_ask(struct turns *turns, struct session *session)
{
    struct turns_host *host = host_of(turns, session);

    if (session->asks)
        return;
    session->asks = 1;
    turns->asking++;
    session->asks_after = NULL;
    session->asks_before = host->last;
    if (host->last) {
        host->last->asks_after = session;
    } else {
        host->first = session;
        append_host(turns, host);
    }
    host->last = session;
}

struct session *turns_next(struct turns *turns)
{
    struct turns_host *host = turns->first;
    struct session *session;

    if (!host)
        return NULL;
    session = host->first;
    withdraw(turns, host, session);
    remove_host(turns, host);
    if (host->first)
        append_host(turns, host);
    return session;
}

void turns_leave(struct turns *turns, struct session *session)
{
    struct turns_host *host = host_of(turns, session);

    if (session->asks) {
        withdraw(turns, host, session);
        if (!host->first)
            remove_host(turns, host);
    }
    turns->hosts -= --host->members == 0;
}

int turns_at_once(const struct turns *turns)
{
    return turns->hosts > 1 ? 1 : turns->asking;
}
