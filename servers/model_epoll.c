#define _GNU_SOURCE
#include "servers/model.h"

#include "lib/clock.h"

#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

enum { EVENTS = 256 };

static const int64_t sweep_every_ns = CLOCK_NS_PER_S / 4;
static const int64_t drain_ns = CLOCK_NS_PER_S;

/*
 * Bytes that a socket did not take.  Most connections never have any, so an
 * idle one costs its session and nothing more.
 */
struct rest {
    struct session *session;
    char *bytes;
    size_t len, done;
};

struct loop {
    struct crowd *crowd;
    int epoll;
    char *buffer;
    struct rest **rests; /* by descriptor */
    size_t nrests;
};

static int watch(struct loop *loop, int how, struct session *session,
                 uint32_t events)
{
    struct epoll_event event = {.events = events, .data.ptr = session};

    return epoll_ctl(loop->epoll, how, session->fd, &event);
}

/* ---- what could not be sent ---- */

static struct rest *rest_of(const struct loop *loop,
                            const struct session *session)
{
    size_t fd = (size_t)session->fd;

    return fd < loop->nrests ? loop->rests[fd] : NULL;
}

static int make_room(struct loop *loop, size_t fd)
{
    size_t n = fd < 64 ? 64 : 2 * fd;
    struct rest **more;

    if (fd < loop->nrests)
        return 0;
    more = realloc(loop->rests, n * sizeof *more);
    if (!more)
        return -1;
    memset(more + loop->nrests, 0, (n - loop->nrests) * sizeof *more);
    loop->rests = more;
    loop->nrests = n;
    return 0;
}

static int keep_rest(struct loop *loop, struct session *session,
                     const char *bytes, size_t n)
{
    struct rest *rest;

    if (make_room(loop, (size_t)session->fd) < 0)
        return -1;
    rest = calloc(1, sizeof *rest);
    if (rest)
        rest->bytes = malloc(n);
    if (!rest || !rest->bytes) {
        free(rest);
        return -1;
    }
    memcpy(rest->bytes, bytes, n);
    rest->len = n;
    rest->session = session;
    loop->rests[session->fd] = rest;
    /* Until it has left nothing more is read: the peer must wait, not we. */
    return watch(loop, EPOLL_CTL_MOD, session, EPOLLOUT);
}

static void drop_rest(struct loop *loop, const struct session *session)
{
    struct rest *rest = rest_of(loop, session);

    if (!rest)
        return;
    loop->rests[session->fd] = NULL;
    free(rest->bytes);
    free(rest);
}

/* ---- one connection ---- */

static void leave(struct loop *loop, struct session *session)
{
    drop_rest(loop, session);
    crowd_leave(loop->crowd, session);
}

static enum session_step on_readable(struct loop *loop, struct session *session)
{
    size_t n, sent = 0;
    enum session_step step = session_receive(session, loop->buffer,
                                             loop->crowd->serve->buffer_bytes,
                                             &n, NET_DONT_WAIT);

    if (step != SESSION_GO)
        return step;
    step = session_send(session, loop->buffer, n, &sent, NET_DONT_WAIT);
    if (step == SESSION_WAIT &&
        keep_rest(loop, session, loop->buffer + sent, n - sent) < 0)
        return SESSION_OVER;
    return step;
}

static enum session_step on_writable(struct loop *loop, struct session *session)
{
    struct rest *rest = rest_of(loop, session);
    enum session_step step;
    size_t sent;

    if (!rest)
        return SESSION_GO;
    step = session_send(session, rest->bytes + rest->done,
                        rest->len - rest->done, &sent, NET_DONT_WAIT);
    rest->done += sent;
    if (rest->done < rest->len || step == SESSION_OVER)
        return step;
    drop_rest(loop, session);
    return watch(loop, EPOLL_CTL_MOD, session, EPOLLIN) < 0 ? SESSION_OVER
                                                            : SESSION_GO;
}

static void on_session(struct loop *loop, struct session *session,
                       int64_t now_ns)
{
    enum session_step step = rest_of(loop, session)
                                 ? on_writable(loop, session)
                                 : on_readable(loop, session);

    if (step == SESSION_OVER)
        leave(loop, session);
    else
        crowd_touch(loop->crowd, session, now_ns);
}

static void take_clients(struct loop *loop)
{
    struct session *session;

    while ((session = crowd_accept(loop->crowd)))
        if (watch(loop, EPOLL_CTL_ADD, session, EPOLLIN) < 0)
            crowd_reject(loop->crowd, session, "refused: cannot watch it");
}

/* ---- the loop ---- */

/* The list is in the order of activity: stop at the first that is fresh. */
static void sweep(struct loop *loop, int64_t now_ns)
{
    int64_t limit_ns = loop->crowd->serve->timeout_ns;
    struct session *session;

    while (limit_ns && (session = loop->crowd->first) &&
           now_ns - session->active_ns >= limit_ns) {
        atomic_store(&session->timed_out, 1);
        leave(loop, session);
    }
}

static int wait_events(const struct loop *loop, struct epoll_event *events)
{
    int64_t sleep_ns = loop->crowd->serve->timeout_ns / 10;
    struct timespec limit;

    if (sleep_ns > sweep_every_ns)
        sleep_ns = sweep_every_ns;
    limit.tv_sec = (time_t)(sleep_ns / CLOCK_NS_PER_S);
    limit.tv_nsec = (long)(sleep_ns % CLOCK_NS_PER_S);
    return epoll_pwait2(loop->epoll, events, EVENTS,
                        loop->crowd->live && sleep_ns ? &limit : NULL,
                        &loop->crowd->serve->waiting);
}

static void one_round(struct loop *loop)
{
    struct epoll_event events[EVENTS];
    int n = wait_events(loop, events);
    int64_t now_ns = clock_now_ns();

    /* A session gets one event a round, so none here is stale. */
    for (int i = 0; i < n; i++) {
        if (events[i].data.ptr)
            on_session(loop, events[i].data.ptr, now_ns);
        else
            take_clients(loop);
    }
    sweep(loop, now_ns);
}

static int begin(struct loop *loop)
{
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};

    loop->epoll = epoll_create1(EPOLL_CLOEXEC);
    loop->buffer = malloc(loop->crowd->serve->buffer_bytes);
    return loop->epoll < 0 || !loop->buffer ||
                   epoll_ctl(loop->epoll, EPOLL_CTL_ADD,
                             loop->crowd->serve->listener, &event) < 0
               ? -1
               : 0;
}

/* Echo what is still to be read, for a second at most, then close. */
static void drain(struct loop *loop)
{
    int64_t end_ns = clock_now_ns() + drain_ns;

    close(loop->crowd->serve->listener);
    crowd_stop_input(loop->crowd);
    while (loop->crowd->live > 0 && clock_now_ns() < end_ns)
        one_round(loop);
}

void model_epoll(struct crowd *crowd)
{
    struct loop loop = {.crowd = crowd};

    if (begin(&loop) == 0) {
        while (!serve_stopped())
            one_round(&loop);
        drain(&loop);
    }
    crowd_tell(crowd);
    while (crowd->first)
        leave(&loop, crowd->first);
    close(loop.epoll);
    free(loop.buffer);
    free(loop.rests);
}
