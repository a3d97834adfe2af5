#include "servers/apart.h"

#include "lib/net.h"
#include "lib/start.h"

#include <errno.h>
#include <signal.h>

enum { READING = 1, WRITING = 2 };

/* Of the signal: what it is to shut; NULL in a thread that has nothing. */
static _Thread_local struct apart *volatile mine;

static void on_shut(int signal_number)
{
    struct apart *apart = mine;
    int cause = errno, halves = apart ? atomic_load(&apart->halves) : 0;

    (void)signal_number;
    if (halves)
        net_shutdown(apart->fd, halves & WRITING ? 'b' : 'r');
    errno = cause;
}

void apart_init(void)
{
    struct sigaction shut = {.sa_handler = on_shut};

    (void)sigaction(SIGUSR1, &shut, NULL);
}

int apart_begin(struct apart *apart, int fd)
{
    sigset_t ours;

    if (start_own_table(fd) < 0)
        return -1;
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
    atomic_fetch_or(&apart->halves, half == 'r' ? READING : READING | WRITING);
    (void)pthread_kill(apart->thread, SIGUSR1);
}

void apart_end(void)
{
    mine = NULL;
}
