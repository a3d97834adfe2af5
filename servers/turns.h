/*
 * Whose turn it is: of those whose sockets have something to be read, one from
 * each host in turn.  However many connections a host has, and whatever they
 * send, who comes from another waits for one of them, not for all.
 */
#ifndef SERVERS_TURNS_H
#define SERVERS_TURNS_H

#include "servers/session.h"

/*
 * More hosts than the table is long share its rows, and with that their turns.
 */
enum { TURNS_HOSTS = 256 };

struct turns_host {
    struct session *first, *last; /* who asks for a turn, in that order */
    struct turns_host *next;      /* of those where somebody asks */
    int members;                  /* sessions, whether they ask or not */
    int64_t pause_ns;             /* no turn before */
};

struct turns {
    struct turns_host host[TURNS_HOSTS];
    struct turns_host *first, *last; /* where somebody asks; first is next */
    int hosts;                       /* where there are sessions at all */
    int asking;                      /* sessions */
};

/* A session comes; {0} is a struct turns of nobody. */
void turns_join(struct turns *turns, struct session *session);

/* It goes, and does not ask any more. */
void turns_leave(struct turns *turns, struct session *session);

/* It has something to do; nothing new when it has already asked. */
void turns_ask(struct turns *turns, struct session *session);

/* Nobody from its host has a turn before until_ns. */
void turns_pause(struct turns *turns, const struct session *session,
                 int64_t until_ns);

/* Who is next at now_ns, and no longer asks; NULL: nobody, for now. */
struct session *turns_next(struct turns *turns, int64_t now_ns);

/* How long until somebody has a turn; INT64_MAX: nobody asks. */
int64_t turns_wait_ns(const struct turns *turns, int64_t now_ns);

/*
 * So many turns at now_ns before the sockets are looked at again: one for each
 * host that asks and does not pause, or when all come from one host all that is
 * asked for.
 */
int turns_at_once(const struct turns *turns, int64_t now_ns);

#endif
