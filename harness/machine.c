#define _GNU_SOURCE
#include "harness/machine.h"

#include "harness/sysfile.h"
#include "lib/clock.h"
#include "lib/num.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* The number at *at, which is moved behind it.  -1: there is none. */
static int64_t next_number(const char **at)
{
    char digits[24];
    size_t n;
    int64_t value;

    *at += strspn(*at, " ");
    n = strspn(*at, "0123456789");
    snprintf(digits, sizeof digits, "%.*s", (int)n, *at);
    *at += n;
    return num_parse_int(digits, 0, INT64_MAX, &value) < 0 ? -1 : value;
}

/* "0.10 0.20 0.30 2/345 6789": the 2 run or want to, and one of them are we. */
static double others_wanting(void)
{
    enum { BEFORE = 3 };
    char line[128];
    const char *at = sysfile_line("/proc/loadavg", line, sizeof line);
    int64_t running;

    for (int i = 0; at && i < BEFORE; i++) {
        at += strcspn(at, " ");
        at += strspn(at, " ");
    }
    running = at ? next_number(&at) : -1;
    return running > 0 ? (double)running - 1 : -1;
}

struct machine_load machine_load(void)
{
    struct machine_load load = {.wanting = -1};

    load.is_known = getloadavg(load.minutes, 3) == 3;
    return load;
}

double machine_wanting(void)
{
    enum { LOOKS = 10 };
    double sum = 0, now;

    for (int i = 0; i < LOOKS; i++) {
        clock_sleep_until_ns(clock_now_ns() + CLOCK_NS_PER_MS);
        now = others_wanting();
        if (now < 0)
            return -1;
        sum += now;
    }
    return sum / LOOKS;
}

int machine_parse_time(const char *line, long hz, struct machine_time *time)
{
    enum { USER, NICE, SYSTEM, IDLE, IOWAIT, IRQ, SOFTIRQ, STEAL, FIELDS };
    int64_t at[FIELDS];
    double all = 0;

    if (hz <= 0 || strncmp(line, "cpu ", 4) != 0)
        return -1;
    line += 4;
    for (int i = 0; i < FIELDS; i++) {
        at[i] = next_number(&line);
        if (at[i] < 0)
            return -1;
        all += (double)at[i];
    }
    time->is_known = 1;
    time->all_s = all / (double)hz;
    time->busy_s = (double)(at[USER] + at[NICE] + at[SYSTEM]) / (double)hz;
    time->steal_s = (double)at[STEAL] / (double)hz;
    return 0;
}

static double used_s(int who)
{
    struct rusage use = {0};

    (void)getrusage(who, &use);
    return (double)(use.ru_utime.tv_sec + use.ru_stime.tv_sec) +
           (double)(use.ru_utime.tv_usec + use.ru_stime.tv_usec) / 1e6;
}

struct machine_time machine_time(void)
{
    struct machine_time time = {0};
    char line[256];

    if (sysfile_line("/proc/stat", line, sizeof line))
        (void)machine_parse_time(line, sysconf(_SC_CLK_TCK), &time);
    time.ours_s = used_s(RUSAGE_SELF) + used_s(RUSAGE_CHILDREN);
    return time;
}

void machine_governor(char governor[MACHINE_GOVERNOR_SIZE])
{
    long n = sysconf(_SC_NPROCESSORS_CONF);
    char path[96], one[MACHINE_GOVERNOR_SIZE];

    governor[0] = '\0';
    for (long i = 0; i < n; i++) {
        snprintf(path, sizeof path,
                 "/sys/devices/system/cpu/cpu%ld/cpufreq/scaling_governor", i);
        if (!sysfile_line(path, one, sizeof one))
            continue;
        if (!governor[0])
            memcpy(governor, one, sizeof one);
        else if (strcmp(governor, one) != 0)
            snprintf(governor, MACHINE_GOVERNOR_SIZE, "mixed");
    }
}
