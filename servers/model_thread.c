#include "servers/model.h"

#include "lib/clock.h"

#include <pthread.h>
#include <stdlib.h>

enum { STACK_BYTES = 128 << 10 };

struct slave {
    struct crowd *crowd;
    struct session *session;
    char buffer[]; /* serve->buffer_bytes */
};

static void echo(struct slave *slave)
{
    struct session *session = slave->session;
    size_t room = slave->crowd->serve->buffer_bytes, n, sent;
    enum session_step step = SESSION_GO;

    while (step != SESSION_OVER) {
        step = session_receive(session, slave->buffer, room, &n, NET_WAIT);
        session_pause(session);
        if (step == SESSION_MUTE)
            serve_outwait(session->fd);
        for (size_t at = 0; at < n && step != SESSION_OVER; at += sent)
            step = session_send(session, slave->buffer + at, n - at, &sent,
                                NET_WAIT);
    }
}

static void *serve_client(void *arg)
{
    struct slave *slave = arg;

    echo(slave);
    crowd_leave(slave->crowd, slave->session);
    free(slave);
    return NULL;
}

static int start_thread(struct slave *slave)
{
    pthread_attr_t attr;
    pthread_t thread;
    int failed;

    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, STACK_BYTES);
    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    failed = pthread_create(&thread, &attr, serve_client, slave);
    pthread_attr_destroy(&attr);
    return failed ? -1 : 0;
}

static void take_client(struct crowd *crowd)
{
    struct session *session = crowd_accept(crowd);
    struct slave *slave;

    if (!session) {
        crowd_rest(crowd);
        return;
    }
    slave = malloc(sizeof *slave + crowd->serve->buffer_bytes);
    if (slave) {
        slave->crowd = crowd;
        slave->session = session;
        if (start_thread(slave) == 0)
            return;
    }
    crowd_reject(crowd, session, "refused: no thread for it");
    free(slave);
}

int model_thread(struct crowd *crowd, struct err *err)
{
    (void)err; /* a thread and its buffer are had when a client comes */
    serve_ready(crowd->serve);
    while (!serve_stopped()) {
        int64_t sleep_ns = crowd_sweep_after_ns(crowd);

        if (sleep_ns >= 0)
            crowd_sweep(crowd);
        if (serve_wait(crowd->serve, sleep_ns))
            take_client(crowd);
    }
    serve_close(crowd->serve);
    crowd_stop_input(crowd);
    crowd_wait_empty(crowd, MODEL_DRAIN_NS);
    crowd_tell(crowd);
    return 0;
}
