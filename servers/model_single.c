#include "servers/model.h"

#include "lib/clock.h"

#include <stdlib.h>

/*
 * Wait until the connection can be used, it has been silent for too long, or
 * a signal came.  This model is the simplest, not the fastest: it asks before
 * every read, so that SIGTERM and the idle limit need no further machinery.
 */
static enum session_step wait_ready(struct session *session, char direction)
{
    const struct serve *serve = session->serve;
    int64_t limit_ns = serve_patience_ns(serve, session_is_new(session));

    if (serve_stop_is_pending())
        return SESSION_OVER;
    if (serve_wait_fd(serve, session->fd, direction,
                      limit_ns == INT64_MAX ? -1 : limit_ns))
        return SESSION_GO;
    if (!serve_stopped())
        atomic_store(&session->timed_out, 1);
    return SESSION_OVER;
}

static enum session_step send_back(struct session *session, const char *bytes,
                                   size_t n)
{
    enum session_step step = SESSION_GO;
    size_t at = 0, sent;

    while (at < n && step != SESSION_OVER) {
        step = session_send(session, bytes + at, n - at, &sent, NET_DONT_WAIT);
        at += sent;
        if (step == SESSION_WAIT)
            step = wait_ready(session, 'w');
    }
    return step;
}

static void echo(struct session *session, char *buffer)
{
    enum session_step step = SESSION_GO;
    size_t n;

    while (step != SESSION_OVER) {
        step = wait_ready(session, 'r');
        if (step == SESSION_OVER)
            return;
        step = session_receive(session, buffer, session->serve->buffer_bytes,
                               &n, NET_DONT_WAIT);
        if (step == SESSION_GO)
            step = send_back(session, buffer, n);
    }
}

void model_single(struct crowd *crowd)
{
    char *buffer = malloc(crowd->serve->buffer_bytes);

    while (buffer && !serve_stopped()) {
        struct session *session = NULL;

        if (serve_wait(crowd->serve, -1))
            session = crowd_accept(crowd);
        if (!session)
            continue;
        echo(session, buffer);
        crowd_leave(crowd, session);
    }
    serve_close(crowd->serve);
    crowd_tell(crowd);
    free(buffer);
}
