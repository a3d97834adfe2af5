#include "servers/model.h"

#include <stdlib.h>

/* The connection that is served now. */
struct turn {
    struct session *session;
    char *buffer;
    int64_t end_ns; /* of the drain, 0: no signal has come */
};

/* What has come already is still echoed; nothing more is let in. */
static void begin_drain(struct turn *turn)
{
    if (turn->end_ns)
        return;
    turn->end_ns = clock_now_ns() + MODEL_DRAIN_NS;
    net_shutdown(turn->session->fd, 'r');
}

static int64_t patience_ns(const struct turn *turn)
{
    const struct session *session = turn->session;

    int64_t patience_ns = serve_patience_ns(session->serve,
                                            session_is_new(session));

    if (turn->end_ns)
        return turn->end_ns - clock_now_ns();
    if (patience_ns == INT64_MAX || !session_is_new(session))
        return patience_ns;
    return session->active_ns + patience_ns - clock_now_ns();
}

/*
 * Wait until the connection can be used, or it has been silent for too long.
 * This model is the simplest, not the fastest: it asks before every read, so
 * that SIGTERM and the idle limit need no further machinery.
 */
static enum session_step wait_ready(struct turn *turn, char direction)
{
    const struct session *session = turn->session;
    int64_t limit_ns;

    do {
        if (serve_stop_is_pending())
            begin_drain(turn);
        limit_ns = patience_ns(turn);
        if (limit_ns > 0 &&
            serve_wait_fd(session->serve, session->fd, direction,
                          limit_ns == INT64_MAX ? -1 : limit_ns))
            return SESSION_GO;
    } while (serve_stopped() && limit_ns > 0); /* it was a signal */
    if (!turn->end_ns)
        atomic_store(&turn->session->timed_out, 1);
    return SESSION_OVER;
}

static enum session_step send_back(struct turn *turn, size_t n)
{
    enum session_step step = SESSION_GO;
    size_t at = 0, sent;

    while (at < n && step != SESSION_OVER) {
        step = session_send(turn->session, turn->buffer + at, n - at, &sent,
                            NET_DONT_WAIT);
        at += sent;
        if (step == SESSION_WAIT)
            step = wait_ready(turn, 'w');
    }
    return step;
}

static void echo(struct turn *turn)
{
    size_t room = turn->session->serve->buffer_bytes, n;
    enum session_step step = SESSION_GO;

    while (step != SESSION_OVER) {
        step = wait_ready(turn, 'r');
        if (step == SESSION_OVER)
            return;
        step = session_receive(turn->session, turn->buffer, room, &n,
                               NET_DONT_WAIT);
        session_pause(turn->session);
        if (step == SESSION_GO)
            step = send_back(turn, n);
        else if (step == SESSION_MUTE)
            step = wait_ready(turn, 'h');
    }
}

static void serve_next(struct crowd *crowd, char *buffer)
{
    struct turn turn = {.buffer = buffer};

    if (!serve_wait(crowd->serve, -1))
        return;
    turn.session = crowd_accept(crowd);
    if (!turn.session) {
        crowd_rest(crowd);
        return;
    }
    echo(&turn);
    crowd_leave(crowd, turn.session);
}

int model_single(struct crowd *crowd, struct err *err)
{
    char *buffer = malloc(crowd->serve->buffer_bytes);

    if (!buffer)
        return err_sys(err, ERR_RESOURCE, "no-memory", "cannot serve");
    serve_ready(crowd->serve);
    while (!serve_stopped())
        serve_next(crowd, buffer);
    serve_close(crowd->serve);
    crowd_tell(crowd);
    free(buffer);
    return 0;
}
