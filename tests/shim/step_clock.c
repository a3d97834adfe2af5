/*
 * Preloaded into a program: from the moment that the file STEP_CLOCK exists,
 * the wall clock is an hour ahead, and the machine has slept for five seconds
 * (which the wall clock has seen as well).
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { SET_S = 3600, SLEPT_S = 5 };

static int is_stepped(void)
{
    const char *path = getenv("STEP_CLOCK");

    return path && access(path, F_OK) == 0;
}

int clock_gettime(clockid_t clock, struct timespec *now)
{
    int failed = (int)syscall(SYS_clock_gettime, clock, now);

    if (clock == CLOCK_BOOTTIME && is_stepped())
        now->tv_sec += SLEPT_S;
    if (clock == CLOCK_REALTIME && is_stepped())
        now->tv_sec += SET_S + SLEPT_S;
    return failed;
}

time_t time(time_t *to)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_REALTIME, &now);
    if (to)
        *to = now.tv_sec;
    return now.tv_sec;
}
