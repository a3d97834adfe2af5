#define _GNU_SOURCE
#include "lib/clock.h"

#include <errno.h>
#include <sys/prctl.h>
#include <time.h>

static int64_t to_ns(const struct timespec *ts)
{
    return (int64_t)ts->tv_sec * CLOCK_NS_PER_S + ts->tv_nsec;
}

int64_t clock_now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return to_ns(&now);
}

int64_t clock_resolution_ns(void)
{
    struct timespec res;

    clock_getres(CLOCK_MONOTONIC, &res);
    return to_ns(&res);
}

double clock_cost_ns(int calls)
{
    int64_t start = clock_now_ns();
    int64_t last = start;

    for (int i = 0; i < calls; i++)
        last = clock_now_ns();
    return (double)(last - start) / calls;
}

int64_t clock_step_ns(int tries)
{
    int64_t least = CLOCK_NS_PER_S;

    for (int i = 0; i < tries; i++) {
        int64_t a = clock_now_ns(), b;

        do
            b = clock_now_ns();
        while (b == a);
        least = b - a < least ? b - a : least;
    }
    return least;
}

/* Between two readings of the one, as short as of some tries. */
static int64_t offset_ns(clockid_t other)
{
    enum { TRIES = 5 };
    int64_t least_ns = INT64_MAX, offset = 0;

    for (int i = 0; i < TRIES; i++) {
        struct timespec there;
        int64_t before_ns = clock_now_ns(), took_ns;

        clock_gettime(other, &there);
        took_ns = clock_now_ns() - before_ns;
        if (took_ns >= least_ns)
            continue;
        least_ns = took_ns;
        offset = to_ns(&there) - before_ns - took_ns / 2;
    }
    return offset;
}

int64_t clock_wall_offset_ns(void)
{
    return offset_ns(CLOCK_REALTIME);
}

int64_t clock_boot_offset_ns(void)
{
    return offset_ns(CLOCK_BOOTTIME);
}

void clock_sleep_until_ns(int64_t when_ns)
{
    struct timespec when = {
        .tv_sec = (time_t)(when_ns / CLOCK_NS_PER_S),
        .tv_nsec = (long)(when_ns % CLOCK_NS_PER_S),
    };

    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &when, NULL) ==
           EINTR)
        ;
}

void clock_sharpen(void)
{
    prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
}

int64_t clock_slack_ns(void)
{
    return prctl(PR_GET_TIMERSLACK, 0UL, 0UL, 0UL, 0UL);
}

void clock_set_slack_ns(int64_t slack_ns)
{
    if (slack_ns > 0)
        prctl(PR_SET_TIMERSLACK, (unsigned long)slack_ns, 0UL, 0UL, 0UL);
}

static struct tm utc_now(void)
{
    time_t now = time(NULL);
    struct tm parts;

    gmtime_r(&now, &parts);
    return parts;
}

void clock_utc_compact(char text[CLOCK_UTC_SIZE])
{
    struct tm parts = utc_now();

    strftime(text, CLOCK_UTC_SIZE, "%Y%m%dT%H%M%SZ", &parts);
}

void clock_utc_iso(char text[CLOCK_UTC_SIZE])
{
    struct tm parts = utc_now();

    strftime(text, CLOCK_UTC_SIZE, "%Y-%m-%dT%H:%M:%SZ", &parts);
}
