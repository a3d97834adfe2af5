/*
 * Preloaded into a program: from the moment that the file STEP_CLOCK exists,
 * the wall clock is an hour ahead, and the machine has slept for five seconds
 * (which the wall clock has seen as well).  With HELD_UP_MS only that: a clock
 * that always goes on has gone on by so much at once, as if the whole machine
 * had been held up.
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { SET_S = 3600, SLEPT_S = 5, NS_PER_S = 1000000000 };

static int is_stepped(void)
{
    const char *path = getenv("STEP_CLOCK");

    return path && access(path, F_OK) == 0;
}

static void add_ns(struct timespec *time, long ns)
{
    time->tv_nsec += ns;
    time->tv_sec += time->tv_nsec / NS_PER_S;
    time->tv_nsec %= NS_PER_S;
}

int clock_gettime(clockid_t clock, struct timespec *now)
{
    int failed = (int)syscall(SYS_clock_gettime, clock, now);
    const char *held_up = getenv("HELD_UP_MS");

    if (held_up) {
        if (clock != CLOCK_REALTIME && is_stepped())
            add_ns(now, strtol(held_up, NULL, 10) * 1000000);
        return failed;
    }
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
