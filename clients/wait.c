#define _GNU_SOURCE
#include "clients/wait.h"

#include "lib/clock.h"

#include <stdlib.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

enum { BATCH = 256 };

struct wait {
    int epoll;
    struct epoll_event batch[BATCH];
};

struct wait *wait_new(void)
{
    struct wait *wait = malloc(sizeof *wait);

    if (!wait)
        return NULL;
    wait->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (wait->epoll >= 0)
        return wait;
    free(wait);
    return NULL;
}

void wait_free(struct wait *wait)
{
    if (!wait)
        return;
    close(wait->epoll);
    free(wait);
}

static int control(struct wait *wait, int how, int fd, uint32_t number,
                   int want_write)
{
    struct epoll_event event = {
        .events = EPOLLIN | (want_write ? (uint32_t)EPOLLOUT : 0),
        .data.u32 = number,
    };

    return epoll_ctl(wait->epoll, how, fd, &event);
}

int wait_add(struct wait *wait, int fd, uint32_t number, int want_write)
{
    return control(wait, EPOLL_CTL_ADD, fd, number, want_write);
}

int wait_change(struct wait *wait, int fd, uint32_t number, int want_write)
{
    return control(wait, EPOLL_CTL_MOD, fd, number, want_write);
}

int wait_for(struct wait *wait, struct wait_event *events, int max,
             int64_t timeout_ns)
{
    struct timespec left = {.tv_sec = (time_t)(timeout_ns / CLOCK_NS_PER_S),
                            .tv_nsec = (long)(timeout_ns % CLOCK_NS_PER_S)};
    int n = epoll_pwait2(wait->epoll, wait->batch, max < BATCH ? max : BATCH,
                         &left, NULL);

    for (int i = 0; i < n; i++) {
        uint32_t what = wait->batch[i].events;

        events[i].number = wait->batch[i].data.u32;
        events[i].readable = (what & (EPOLLIN | EPOLLERR | EPOLLHUP)) != 0;
        events[i].writable = (what & EPOLLOUT) != 0;
    }
    return n < 0 ? 0 : n;
}
