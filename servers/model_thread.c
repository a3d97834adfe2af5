#define _GNU_SOURCE
#include "servers/model.h"

#include "lib/clock.h"

#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

enum {
    STACK_BYTES = 128 << 10,
    /* A table of descriptors of its own is worth it after about 1000 echoes;
       who has had so many will mostly want more. */
    FEW_ECHOES = 64,
    AT_ONCE_NS = 5000,
    QUEUED = 2, /* each costs who is served the start of a thread */
    NAP_NS = 100000,
    LOWER_BY = 10, /* of the 40 that "nice" knows */
};

struct slave {
    struct crowd *crowd;
    struct session *session;
    char buffer[]; /* serve->buffer_bytes */
};

/*
 * A crowd from one host, all of whom speak at once, makes a queue of threads.
 * Those go to its end for whom others wait: the kernel takes who has a higher
 * priority first, and when nobody else wants the processor there is no
 * difference.  It lasts until they leave: to raise a priority is not for
 * everybody.
 */
static void go_behind(struct session *session)
{
    struct sched_param param;
    int policy = sched_getscheduler(0);

    session->is_behind = 1;
    (void)sched_getparam(0, &param);
    if (policy != SCHED_FIFO && policy != SCHED_RR)
        (void)setpriority(PRIO_PROCESS, 0,
                          getpriority(PRIO_PROCESS, 0) + LOWER_BY);
    else if (param.sched_priority-- > sched_get_priority_min(policy))
        (void)sched_setscheduler(0, policy, &param);
}

/* Until the session is over (1), or that many echoes were given (0). */
static int echo(struct slave *slave, int64_t most)
{
    struct session *session = slave->session;
    size_t room = slave->crowd->serve->buffer_bytes, n, sent;
    enum session_step step = SESSION_GO;

    while (step != SESSION_OVER && most-- > 0) {
        if (!session->is_behind &&
            census_is_crowd(&slave->crowd->census, session->host))
            go_behind(session);
        step = session_receive(session, slave->buffer, room, &n, NET_WAIT);
        session_pause(session);
        if (step == SESSION_MUTE)
            serve_outwait(session->fd);
        for (size_t at = 0; at < n && step != SESSION_OVER; at += sent)
            step = session_send(session, slave->buffer + at, n - at, &sent,
                                NET_WAIT);
    }
    return step == SESSION_OVER;
}

static void *serve_out(struct slave *slave, int is_over)
{
    while (!is_over)
        is_over = echo(slave, INT64_MAX);
    crowd_leave(slave->crowd, slave->session);
    free(slave);
    return NULL;
}

static int start_thread(void *(*run)(void *), void *arg)
{
    pthread_attr_t attr;
    pthread_t thread;
    int failed;

    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, STACK_BYTES);
    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    failed = pthread_create(&thread, &attr, run, arg);
    pthread_attr_destroy(&attr);
    return failed ? -1 : 0;
}

/* ---- from the table of all descriptors to one of its own ---- */

struct handing {
    struct slave *slave;
    int is_apart;
    sem_t is_taken; /* from then on the slave is not ours */
};

static void *serve_apart(void *arg)
{
    struct handing *handing = arg;
    struct slave *slave = handing->slave;

    handing->is_apart = crowd_part(slave->crowd, slave->session) == 0;
    sem_post(&handing->is_taken);
    return serve_out(slave, 0);
}

/*
 * A thread that has left the shared table cannot close there what it took
 * along, and a socket that is open twice does not end.  So another thread
 * leaves and goes on; we stay, close, and end.
 */
static int hand_over(struct slave *slave)
{
    struct handing handing = {.slave = slave};
    int fd = slave->session->fd, failed;

    if (sem_init(&handing.is_taken, 0, 0) < 0)
        return -1;
    failed = start_thread(serve_apart, &handing);
    while (!failed && sem_wait(&handing.is_taken) < 0)
        ; /* it was a signal */
    if (!failed && handing.is_apart)
        close(fd);
    sem_destroy(&handing.is_taken);
    return failed;
}

static void *serve_client(void *arg)
{
    struct slave *slave = arg;
    int is_over = echo(slave, FEW_ECHOES);

    if (!is_over && hand_over(slave) == 0)
        return NULL;
    return serve_out(slave, is_over);
}

/* ---- the master ---- */

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
        if (start_thread(serve_client, slave) == 0)
            return;
    }
    crowd_reject(crowd, session, "refused: no thread for it");
    free(slave);
}

/*
 * Who is served must not wait for a flood of those who come: when they queue
 * (there was nothing to wait for), the master sleeps now and then.  *queued is
 * how many of them it took since.
 */
static void wait_for_client(struct crowd *crowd, int64_t most_ns, int *queued)
{
    int64_t from_ns = clock_now_ns();

    if (!serve_wait(crowd->serve, most_ns))
        return;
    *queued = clock_now_ns() - from_ns < AT_ONCE_NS ? *queued + 1 : 0;
    take_client(crowd);
    if (*queued < QUEUED || !census_is_mixed(&crowd->census))
        return;
    serve_pause(NAP_NS);
    *queued = 0;
}

int model_thread(struct crowd *crowd, struct err *err)
{
    int queued = 0;

    (void)err; /* a thread and its buffer are had when a client comes */
    apart_init();
    serve_ready(crowd->serve);
    while (!serve_stopped()) {
        int64_t sleep_ns = crowd_sweep_after_ns(crowd);

        if (sleep_ns >= 0)
            crowd_sweep(crowd);
        wait_for_client(crowd, sleep_ns, &queued);
    }
    serve_close(crowd->serve);
    crowd_stop_input(crowd);
    crowd_wait_empty(crowd, MODEL_DRAIN_NS);
    crowd_tell(crowd);
    return 0;
}
