#define _GNU_SOURCE
#include "servers/crowd.h"

#include "lib/clock.h"

#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const int64_t sweep_every_ns = CLOCK_NS_PER_S / 4;

int crowd_init(struct crowd *crowd, struct serve *serve, struct err *err)
{
    pthread_condattr_t attr;

    memset(crowd, 0, sizeof *crowd);
    crowd->serve = serve;
    if (pthread_mutex_init(&crowd->lock, NULL) != 0 ||
        pthread_condattr_init(&attr) != 0 ||
        pthread_condattr_setclock(&attr, CLOCK_MONOTONIC) != 0 ||
        pthread_cond_init(&crowd->ended, &attr) != 0)
        return err_set(err, ERR_RESOURCE, "memory", "cannot make a lock");
    pthread_condattr_destroy(&attr);
    return 0;
}

/* The lock is held: else it could be closed meanwhile. */
static void shut(struct session *session, char half)
{
    if (session->apart.is_so)
        apart_shut(&session->apart, half);
    else
        net_shutdown(session->fd, half);
}

/* ---- the list, oldest activity first; the lock is held ---- */

static void append(struct crowd *crowd, struct session *session)
{
    session->prev = crowd->last;
    session->next = NULL;
    if (crowd->last)
        crowd->last->next = session;
    else
        crowd->first = session;
    crowd->last = session;
}

static void unlink_session(struct crowd *crowd, struct session *session)
{
    if (session->prev)
        session->prev->next = session->next;
    else
        crowd->first = session->next;
    if (session->next)
        session->next->prev = session->prev;
    else
        crowd->last = session->prev;
}

static int from_source(const struct crowd *crowd, const struct net_addr *host)
{
    int n = 0;

    for (const struct session *s = crowd->first; s; s = s->next)
        n += !s->is_leaving && net_is_same_host(&s->peer, host);
    return n;
}

/* ---- coming in; the lock is held ---- */

/* Why there is no room for a further one. */
static enum refusal full(const struct crowd *crowd, const struct net_addr *peer)
{
    const struct serve *serve = crowd->serve;
    int64_t most = serve->limits.value[LIMIT_PER_SOURCE];

    if (crowd->live >= serve->max_connections)
        return REFUSED_FULL;
    return most != LIMIT_NONE && from_source(crowd, peer) >= most
               ? REFUSED_PER_SOURCE
               : REFUSED_NOT;
}

/* Threads take a moment to leave: not too many of them at once. */
static void let_some_leave(struct crowd *crowd)
{
    enum { LEAVING_MOST = 64 };
    struct timespec until;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec++;
    while (!crowd->serve->is_one_thread && crowd->leaving >= LEAVING_MOST &&
           pthread_cond_timedwait(&crowd->ended, &crowd->lock, &until) == 0)
        ;
}

/*
 * Who came first of those without a proof (and from `peer`, unless NULL) goes:
 * its socket is shut, its model sees the end of input.  0 when there is none.
 */
static int make_room(struct crowd *crowd, const struct net_addr *peer)
{
    struct session *s = crowd->first;

    while (s && (s->is_leaving || !session_is_new(s) ||
                 (peer && !net_is_same_host(&s->peer, peer))))
        s = s->next;
    if (!s)
        return 0;
    s->is_leaving = 1;
    crowd->live--;
    crowd->leaving++;
    shut(s, 'b');
    let_some_leave(crowd);
    return 1;
}

/* Why it may not come in; REFUSED_NOT when there is room, or was made. */
static enum refusal ask_in(struct crowd *crowd, const struct net_addr *peer)
{
    enum refusal why;

    if (!guard_admits(&crowd->serve->guard, peer))
        return REFUSED_ADDRESS;
    do
        why = full(crowd, peer);
    while (why != REFUSED_NOT && crowd->serve->guard.has_key &&
           make_room(crowd, why == REFUSED_FULL ? NULL : peer));
    return why;
}

static const char *in_words(enum refusal why)
{
    switch (why) {
    case REFUSED_ADDRESS:
        return "its address is not served";
    case REFUSED_FULL:
        return "connection limit reached";
    case REFUSED_PER_SOURCE:
        return "limit for one source reached";
    default:
        return "out of memory";
    }
}

static struct session *let_in(struct crowd *crowd, int fd,
                              const struct net_addr *peer)
{
    struct session *session = NULL;
    enum refusal why;

    pthread_mutex_lock(&crowd->lock);
    why = ask_in(crowd, peer);
    if (why == REFUSED_NOT) {
        session = session_new(crowd->serve, fd, peer);
        why = session ? REFUSED_NOT : REFUSED_MEMORY;
    }
    if (session) {
        append(crowd, session);
        census_join(&crowd->census, session->host);
        crowd->live++;
        crowd->accepted++;
    } else {
        crowd->refusals.count[why]++;
    }
    pthread_mutex_unlock(&crowd->lock);
    if (session)
        return session;
    close(fd);
    serve_say(crowd->serve, "Client refused: %s", in_words(why));
    return NULL;
}

/* ---- coming ---- */

static void pause_accepting(struct crowd *crowd)
{
    serve_say(crowd->serve, "out of descriptors: accepting again soon");
    crowd->rest_ns = clock_now_ns() + CROWD_REST_NS;
}

void crowd_rest(struct crowd *crowd)
{
    struct timespec pause = {.tv_nsec = CROWD_REST_NS};

    if (crowd->rest_ns)
        nanosleep(&pause, NULL);
    crowd->rest_ns = 0;
}

struct session *crowd_accept(struct crowd *crowd)
{
    struct net_addr peer;
    int fd = net_accept(crowd->serve->listener, &peer);

    if (fd >= 0)
        return let_in(crowd, fd, &peer);
    if (errno == EMFILE || errno == ENFILE || errno == ENOMEM)
        pause_accepting(crowd);
    return NULL;
}

/* ---- being there and leaving ---- */

void crowd_touch(struct crowd *crowd, struct session *session, int64_t now_ns)
{
    if (now_ns - session->active_ns < crowd->serve->timeout_ns / 16 ||
        session_is_new(session)) /* its time runs from when it came */
        return;
    session->active_ns = now_ns;
    pthread_mutex_lock(&crowd->lock);
    unlink_session(crowd, session);
    append(crowd, session);
    pthread_mutex_unlock(&crowd->lock);
}

struct session *crowd_leaver(struct crowd *crowd)
{
    struct session *session = NULL;

    pthread_mutex_lock(&crowd->lock);
    if (crowd->leaving > 0)
        session = crowd->first;
    while (session && !session->is_leaving)
        session = session->next;
    pthread_mutex_unlock(&crowd->lock);
    return session;
}

int crowd_part(struct crowd *crowd, struct session *session)
{
    int failed;

    pthread_mutex_lock(&crowd->lock);
    failed = apart_begin(&session->apart, session->fd);
    pthread_mutex_unlock(&crowd->lock);
    return failed;
}

/* One without a proof was never served. */
static void count_refusal(struct crowd *crowd, const struct session *session)
{
    enum refusal why = session->refusal;

    if (session->is_proven)
        return;
    if (why == REFUSED_NOT)
        why = session->is_leaving ? REFUSED_CROWDED : REFUSED_SILENT;
    crowd->accepted--;
    crowd->refusals.count[why]++;
}

/* Closed under the lock: a sweep may want to shut the same socket down. */
void crowd_leave(struct crowd *crowd, struct session *session)
{
    apart_end();
    pthread_mutex_lock(&crowd->lock);
    unlink_session(crowd, session);
    census_leave(&crowd->census, session->host);
    crowd->live -= !session->is_leaving;
    crowd->leaving -= session->is_leaving;
    count_refusal(crowd, session);
    crowd->timeouts += atomic_load(&session->timed_out);
    crowd->bytes_in += session->bytes_in;
    crowd->bytes_out += session->bytes_out;
    session_free(session);
    pthread_cond_signal(&crowd->ended);
    pthread_mutex_unlock(&crowd->lock);
}

void crowd_reject(struct crowd *crowd, struct session *session, const char *why)
{
    session->end = why;
    pthread_mutex_lock(&crowd->lock);
    crowd->accepted--;
    crowd->refusals.count[REFUSED_MEMORY]++;
    session->is_proven = 1; /* this is no matter of a proof */
    pthread_mutex_unlock(&crowd->lock);
    crowd_leave(crowd, session);
}

/* ---- the sweep ---- */

int crowd_is_late(const struct crowd *crowd, const struct session *session,
                  int64_t now_ns)
{
    return !session->is_leaving &&
           now_ns - session->active_ns >=
               serve_patience_ns(crowd->serve, session_is_new(session));
}

void crowd_sweep(struct crowd *crowd)
{
    int64_t now_ns = clock_now_ns();

    pthread_mutex_lock(&crowd->lock);
    for (struct session *s = crowd->first; s; s = s->next) {
        unsigned steps = atomic_load_explicit(&s->steps, memory_order_relaxed);

        if (steps != s->steps_seen) {
            s->steps_seen = steps;
            s->active_ns = now_ns;
        } else if (crowd_is_late(crowd, s, now_ns)) {
            atomic_store(&s->timed_out, 1);
            shut(s, 'b');
        }
    }
    pthread_mutex_unlock(&crowd->lock);
}

int64_t crowd_sweep_after_ns(struct crowd *crowd)
{
    int64_t shortest_ns = serve_patience_ns(crowd->serve, 1);
    int64_t often_ns = shortest_ns / 10;
    int live;

    pthread_mutex_lock(&crowd->lock);
    live = crowd->live;
    pthread_mutex_unlock(&crowd->lock);
    if (!live || shortest_ns == INT64_MAX)
        return -1;
    return often_ns < sweep_every_ns ? often_ns : sweep_every_ns;
}

/* ---- the end ---- */

void crowd_stop_input(struct crowd *crowd)
{
    pthread_mutex_lock(&crowd->lock);
    for (struct session *s = crowd->first; s; s = s->next)
        shut(s, 'r');
    pthread_mutex_unlock(&crowd->lock);
}

void crowd_wait_empty(struct crowd *crowd, int64_t timeout_ns)
{
    struct timespec until;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += (time_t)(timeout_ns / CLOCK_NS_PER_S);
    pthread_mutex_lock(&crowd->lock);
    while (crowd->first &&
           pthread_cond_timedwait(&crowd->ended, &crowd->lock, &until) == 0)
        ;
    pthread_mutex_unlock(&crowd->lock);
}

void crowd_tell(struct crowd *crowd)
{
    const struct serve *serve = crowd->serve;

    pthread_mutex_lock(&crowd->lock);
    serve_tell("served connections=%lld refused=%lld bytes_in=%lld "
               "bytes_out=%lld open=%d timeouts=%lld throttled=%lld",
               (long long)crowd->accepted,
               (long long)refusals_sum(&crowd->refusals),
               (long long)crowd->bytes_in, (long long)crowd->bytes_out,
               crowd->live, (long long)crowd->timeouts,
               serve->rate ? (long long)serve->rate->waits : 0LL);
    serve_tell_refusals(&crowd->refusals);
    pthread_mutex_unlock(&crowd->lock);
}
