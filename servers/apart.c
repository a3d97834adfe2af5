#define _GNU_SOURCE
#include "servers/apart.h"

#include "lib/net.h"

#include <errno.h>
#include <linux/close_range.h>
#include <signal.h>
#include <unistd.h>

/* Of the signal: what it is to shut; NULL in a thread that has nothing. */
static _Thread_local struct apart *volatile mine;

static void on_shut(int signal_number)
{
    struct apart *apart = mine;
    int cause = errno, half = apart ? atomic_load(&apart->half) : 0;

    (void)signal_number;
    if (half)
        net_shutdown(apart->fd, (char)half);
    errno = cause;
}

void apart_init(void)
{
    struct sigaction shut = {.sa_handler = on_shut};

    (void)sigaction(SIGUSR1, &shut, NULL);
}

/* The thread sanitizer takes the same number in two tables for a race. */
#ifdef __SANITIZE_THREAD__
enum { IS_POSSIBLE = 0 };
#else
enum { IS_POSSIBLE = 1 };
#endif

int apart_begin(struct apart *apart, int fd)
{
    sigset_t ours;

    if (!IS_POSSIBLE ||
        close_range((unsigned)fd + 1, ~0U, CLOSE_RANGE_UNSHARE) < 0)
        return -1;
    (void)close_range(STDERR_FILENO + 1, (unsigned)fd - 1, 0);
    apart->fd = fd;
    apart->thread = pthread_self();
    mine = apart;
    sigemptyset(&ours);
    sigaddset(&ours, SIGUSR1);
    (void)pthread_sigmask(SIG_UNBLOCK, &ours, NULL);
    apart->is_so = 1;
    return 0;
}

void apart_shut(struct apart *apart, char half)
{
    atomic_store(&apart->half, half);
    (void)pthread_kill(apart->thread, SIGUSR1);
}

void apart_end(void)
{
    mine = NULL;
}
