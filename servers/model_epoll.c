#define _GNU_SOURCE
#include "servers/model.h"

#include "lib/clock.h"
#include "lib/msg.h"
#include "servers/turns.h"

#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

enum { EVENTS = 256, ACCEPTS = 4, LOOK_AGAIN_NS = 20000 };

/*
 * Told once of what has come, we must read all of it; a read that is not full
 * was the last, or see is_doubtful.
 */
#define READABLE (EPOLLIN | EPOLLPRI | EPOLLRDHUP | EPOLLET)
/* Told once of these too: while its host pauses nobody acts on them. */
#define WRITABLE (EPOLLOUT | EPOLLET)
#define MUTED (EPOLLRDHUP | EPOLLET)
#define ENDED (EPOLLRDHUP | EPOLLHUP | EPOLLERR)

struct loop {
    struct crowd *crowd;
    int epoll;
    int64_t sweep_ns; /* when the next one is due */
    char *buffer;
    struct turns turns;
};

static int watch(struct loop *loop, int how, struct session *session,
                 uint32_t events)
{
    struct epoll_event event = {.events = events, .data.ptr = session};

    return epoll_ctl(loop->epoll, how, session->fd, &event);
}

static int watch_listener(struct loop *loop, int how, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.ptr = NULL};

    return epoll_ctl(loop->epoll, how, loop->crowd->serve->listener, &event);
}

/* ---- one connection ---- */

/*
 * Keep what the socket did not take.  Until it has left nothing more is read:
 * the peer must wait, not we.
 */
static int keep_rest(struct loop *loop, struct session *session,
                     const char *bytes, size_t n)
{
    session->rest = malloc(n);
    if (!session->rest)
        return -1;
    memcpy(session->rest, bytes, n);
    session->rest_bytes = n;
    session->rest_sent = 0;
    return watch(loop, EPOLL_CTL_MOD, session, WRITABLE);
}

/* Will no further event say that there is something to be read? */
static int has_more(const struct loop *loop, const struct session *session,
                    size_t n)
{
    return n == loop->crowd->serve->buffer_bytes || session->is_ending;
}

/*
 * Urgent data, which telnet sends, cuts a read short, at any length: the kernel
 * tells of it.  Who takes less than a message of ours is typed at, or moves few
 * bytes a call.  Then the kernel is to look whether there is more.
 */
static int is_doubtful(const struct session *session, size_t n)
{
    return session->is_urgent || n < MSG_HEADER_BYTES;
}

static enum session_step on_readable(struct loop *loop, struct session *session)
{
    int was_proven = session->is_proven;
    size_t n, sent = 0;
    enum session_step step = session_receive(session, loop->buffer,
                                             loop->crowd->serve->buffer_bytes,
                                             &n, NET_DONT_WAIT);

    if (step == SESSION_MUTE) /* but hear when it leaves */
        return watch(loop, EPOLL_CTL_MOD, session, MUTED) < 0 ? SESSION_OVER
                                                              : SESSION_WAIT;
    if (step == SESSION_GO)
        step = session_send(session, loop->buffer, n, &sent, NET_DONT_WAIT);
    if (step == SESSION_OVER)
        return step;
    if (sent < n)
        return keep_rest(loop, session, loop->buffer + sent, n - sent) < 0
                   ? SESSION_OVER
                   : SESSION_WAIT;
    /* Of a proof no byte too many was read. */
    if (has_more(loop, session, n) || was_proven != session->is_proven)
        turns_ask(&loop->turns, session);
    else if (is_doubtful(session, n) &&
             watch(loop, EPOLL_CTL_MOD, session, READABLE) < 0)
        return SESSION_OVER;
    return step;
}

static enum session_step on_writable(struct loop *loop, struct session *session)
{
    enum session_step step;
    size_t sent;

    step = session_send(session, session->rest + session->rest_sent,
                        session->rest_bytes - session->rest_sent, &sent,
                        NET_DONT_WAIT);
    session->rest_sent += sent;
    if (step == SESSION_WAIT &&
        watch(loop, EPOLL_CTL_MOD, session, WRITABLE) < 0)
        return SESSION_OVER;
    if (session->rest_sent < session->rest_bytes || step == SESSION_OVER)
        return step;
    free(session->rest);
    session->rest = NULL;
    return watch(loop, EPOLL_CTL_MOD, session, READABLE) < 0 ? SESSION_OVER
                                                             : SESSION_GO;
}

static void leave(struct loop *loop, struct session *session)
{
    turns_leave(&loop->turns, session);
    crowd_leave(loop->crowd, session);
}

static void on_session(struct loop *loop, struct session *session,
                       int64_t now_ns)
{
    enum session_step step = session->rest ? on_writable(loop, session)
                                           : on_readable(loop, session);

    if (session->pause_ns > 0)
        turns_pause(&loop->turns, session, now_ns + session->pause_ns);
    session->pause_ns = 0;
    if (step == SESSION_OVER)
        leave(loop, session);
    else
        crowd_touch(loop->crowd, session, now_ns);
}

/*
 * Who had to make room goes at once: were it left to their turns, those who
 * come faster than one a turn would fill the table of descriptors.
 */
static void dismiss(struct loop *loop)
{
    struct session *session;

    while ((session = crowd_leaver(loop->crowd)))
        leave(loop, session);
}

static void take_clients(struct loop *loop)
{
    struct session *session;

    /* Who is served must not wait for a flood of those who come. */
    for (int i = 0; i < ACCEPTS && (session = crowd_accept(loop->crowd)); i++)
        if (watch(loop, EPOLL_CTL_ADD, session, READABLE) < 0)
            crowd_reject(loop->crowd, session, "refused: cannot watch it");
        else
            turns_join(&loop->turns, session);
    dismiss(loop);
    if (loop->crowd->rest_ns)
        watch_listener(loop, EPOLL_CTL_MOD, 0);
}

/* Out of descriptors: those who are served must not wait for those who come. */
static void resume_accepting(struct loop *loop, int64_t now_ns)
{
    if (!loop->crowd->rest_ns || now_ns < loop->crowd->rest_ns)
        return;
    loop->crowd->rest_ns = 0;
    watch_listener(loop, EPOLL_CTL_MOD, EPOLLIN);
}

/* ---- the loop ---- */

/* The shortest limit of all, and a tenth of it as the time between sweeps. */
static int64_t shortest_ns(const struct loop *loop)
{
    return serve_patience_ns(loop->crowd->serve, 1);
}

static int64_t sweep_every_ns(const struct loop *loop)
{
    int64_t often_ns = shortest_ns(loop) / 10;

    return often_ns < SERVE_LONGEST_WAIT_NS ? often_ns : SERVE_LONGEST_WAIT_NS;
}

/* The list is in the order of activity: stop at the first that is fresh. */
static void sweep(struct loop *loop, int64_t now_ns)
{
    int64_t fresh_ns = now_ns - shortest_ns(loop);
    struct session *session = loop->crowd->first, *next;

    if (now_ns < loop->sweep_ns)
        return;
    loop->sweep_ns = now_ns + sweep_every_ns(loop);
    for (; session && session->active_ns <= fresh_ns; session = next) {
        next = session->next;
        if (!crowd_is_late(loop->crowd, session, now_ns))
            continue;
        atomic_store(&session->timed_out, 1);
        leave(loop, session);
    }
}

/* Until there may be something to do that no event tells of. */
static int64_t sleep_ns(const struct loop *loop)
{
    int64_t limit_ns = sweep_every_ns(loop), turn_ns = INT64_MAX;

    if (loop->crowd->rest_ns && limit_ns > CROWD_REST_NS)
        limit_ns = CROWD_REST_NS;
    if (loop->turns.first)
        turn_ns = turns_wait_ns(&loop->turns, clock_now_ns());
    return turn_ns < limit_ns ? turn_ns : limit_ns;
}

static int wait_events(const struct loop *loop, struct epoll_event *events)
{
    int64_t limit_ns = sleep_ns(loop);
    struct timespec limit = {.tv_sec = (time_t)(limit_ns / CLOCK_NS_PER_S),
                             .tv_nsec = (long)(limit_ns % CLOCK_NS_PER_S)};

    return epoll_pwait2(loop->epoll, events, EVENTS, &limit, NULL);
}

/* Whoever cannot go on without it asks for a turn. */
static void hear(struct loop *loop, const struct epoll_event *event)
{
    struct session *session = event->data.ptr;

    if (event->events & ENDED)
        session->is_ending = 1;
    if (event->events & EPOLLPRI)
        session->is_urgent = 1;
    turns_ask(&loop->turns, session);
}

/*
 * To look at the sockets again is a system call, not to look lets who asks then
 * wait: so one turn for each host, and more for a time that none of them feels.
 */
static void serve_turns(struct loop *loop, int64_t now_ns)
{
    int n = turns_at_once(&loop->turns, now_ns);
    struct session *session;

    while ((n-- > 0 || clock_now_ns() - now_ns < LOOK_AGAIN_NS) &&
           (session = turns_next(&loop->turns, now_ns)))
        on_session(loop, session, now_ns);
}

static void one_round(struct loop *loop)
{
    struct epoll_event events[EVENTS];
    int n = wait_events(loop, events), someone_comes = 0;
    int64_t now_ns = clock_now_ns();

    for (int i = 0; i < n; i++) {
        if (events[i].data.ptr)
            hear(loop, &events[i]);
        else
            someone_comes = 1;
    }
    serve_turns(loop, now_ns);
    if (someone_comes)
        take_clients(loop);
    sweep(loop, now_ns);
    resume_accepting(loop, now_ns);
}

static int begin(struct loop *loop, struct err *err)
{
    loop->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (loop->epoll < 0 || watch_listener(loop, EPOLL_CTL_ADD, EPOLLIN) < 0)
        return err_sys(err, ERR_RESOURCE, "epoll", "cannot wait for events");
    loop->buffer = malloc(loop->crowd->serve->buffer_bytes);
    if (!loop->buffer)
        return err_sys(err, ERR_RESOURCE, "no-memory", "cannot serve");
    serve_ready(loop->crowd->serve);
    return 0;
}

/* Echo what is still to be read, for a second at most, then close. */
static void drain(struct loop *loop)
{
    int64_t end_ns = clock_now_ns() + MODEL_DRAIN_NS;

    serve_close(loop->crowd->serve);
    crowd_stop_input(loop->crowd);
    while (loop->crowd->first && clock_now_ns() < end_ns)
        one_round(loop);
}

static void serve_clients(struct loop *loop)
{
    while (!serve_stopped())
        one_round(loop);
    drain(loop);
    crowd_tell(loop->crowd);
    while (loop->crowd->first)
        leave(loop, loop->crowd->first);
}

int model_epoll(struct crowd *crowd, struct err *err)
{
    struct loop loop = {.crowd = crowd};
    int failed;

    serve_hear_signals(crowd->serve);
    failed = begin(&loop, err);
    if (!failed)
        serve_clients(&loop);
    if (loop.epoll >= 0)
        close(loop.epoll);
    free(loop.buffer);
    return failed;
}
