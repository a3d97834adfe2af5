#include "harness/pulse.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { EVERY_MS = 2000 };

static void *beat(void *arg)
{
    const struct pulse *pulse = arg;
    struct pollfd stop = {.fd = pulse->stop, .events = POLLIN};

    do
        (void)!write(pulse->fd, "\n", 1);
    while (poll(&stop, 1, EVERY_MS) == 0);
    return NULL;
}

/* Signals, SIGPIPE too, are for the thread that works. */
static int start_thread(struct pulse *pulse)
{
    sigset_t all, before;
    int failed;

    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    failed = pthread_create(&pulse->thread, NULL, beat, pulse);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return failed;
}

static void close_both(struct pulse *pulse)
{
    if (pulse->fd >= 0)
        close(pulse->fd);
    if (pulse->stop >= 0)
        close(pulse->stop);
    memset(pulse, 0, sizeof *pulse);
}

int pulse_start(struct pulse *pulse, int fd, struct err *err)
{
    int cause;

    pulse->fd = fcntl(fd, F_DUPFD_CLOEXEC, 3);
    pulse->stop = eventfd(0, EFD_CLOEXEC);
    cause = pulse->fd < 0 || pulse->stop < 0 ? errno : start_thread(pulse);
    pulse->is_on = cause == 0;
    if (pulse->is_on)
        return 0;
    close_both(pulse);
    errno = cause;
    return err_sys(err, ERR_RESOURCE, "thread",
                   "cannot keep a connection alive");
}

void pulse_stop(struct pulse *pulse)
{
    if (!pulse->is_on)
        return;
    (void)eventfd_write(pulse->stop, 1);
    (void)pthread_join(pulse->thread, NULL);
    close_both(pulse);
}
