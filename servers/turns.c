#include "servers/turns.h"

static struct turns_host *host_of(struct turns *turns,
                                  const struct session *session)
{
    return &turns->host[session->host % TURNS_HOSTS];
}

void turns_join(struct turns *turns, struct session *session)
{
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

struct session *turns_next(struct turns *turns, int64_t now_ns)
{
    struct turns_host *host = turns->first;
    struct session *session;

    while (host && host->pause_ns > now_ns)
        host = host->next;
    if (!host)
        return NULL;
    session = host->first;
    withdraw(turns, host, session);
    remove_host(turns, host);
    if (host->first)
        append_host(turns, host);
    return session;
}

void turns_pause(struct turns *turns, const struct session *session,
                 int64_t until_ns)
{
    host_of(turns, session)->pause_ns = until_ns;
}

int64_t turns_wait_ns(const struct turns *turns, int64_t now_ns)
{
    int64_t wait_ns = INT64_MAX;

    for (const struct turns_host *at = turns->first; at; at = at->next)
        if (at->pause_ns - now_ns < wait_ns)
            wait_ns = at->pause_ns - now_ns;
    return wait_ns > 0 ? wait_ns : 0;
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

int turns_at_once(const struct turns *turns, int64_t now_ns)
{
    int n = 0;

    if (turns->hosts <= 1)
        return turns->asking;
    for (const struct turns_host *at = turns->first; at; at = at->next)
        n += at->pause_ns <= now_ns;
    return n;
}
