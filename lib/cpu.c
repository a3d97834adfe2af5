#define _GNU_SOURCE
#include "lib/cpu.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>

enum { CPU_MAX = CPU_COUNT - 1 };

/* Digits at *at, moved past them; -1 when there are none or too many. */
static int read_number(const char **at)
{
    int n = -1;

    for (; **at >= '0' && **at <= '9'; ++*at) {
        n = (n < 0 ? 0 : n) * 10 + (**at - '0');
        if (n > CPU_MAX)
            return -1;
    }
    return n;
}

/* "3" or "3-5" at *at, moved past it. */
static int read_range(const char **at, int *first, int *last)
{
    *first = *last = read_number(at);
    if (**at == '-') {
        ++*at;
        *last = read_number(at);
    }
    return *first < 0 || *last < *first ? -1 : 0;
}

int cpu_parse_list(const char *text, int cpus[CPU_LIST_MAX])
{
    int n = 0, first, last;

    for (;; text++) {
        if (read_range(&text, &first, &last) < 0 ||
            n + last - first >= CPU_LIST_MAX)
            return -1;
        for (int cpu = first; cpu <= last; cpu++)
            cpus[n++] = cpu;
        if (*text == '\0')
            return n;
        if (*text != ',')
            return -1;
    }
}

int cpu_pin(int cpu)
{
    cpu_set_t set;

    if (cpu < 0 || cpu > CPU_MAX) {
        errno = EINVAL;
        return -1;
    }
    CPU_ZERO(&set);
    CPU_SET((size_t)cpu, &set);
    return sched_setaffinity(0, sizeof set, &set);
}

/* The end of the run of CPUs that begins at `from`. */
static int run_end(const unsigned char used[CPU_COUNT], int from)
{
    while (from + 1 < CPU_COUNT && used[from + 1])
        from++;
    return from;
}

void cpu_show(const unsigned char used[CPU_COUNT], char *text, size_t size)
{
    size_t n = 0;

    text[0] = '\0';
    for (int cpu = 0; cpu < CPU_COUNT && n < size; cpu++) {
        int last = run_end(used, cpu);

        if (!used[cpu])
            continue;
        n += (size_t)snprintf(text + n, size - n,
                              last > cpu ? "%s%d-%d" : "%s%d", n ? "," : "",
                              cpu, last);
        cpu = last;
    }
}

void cpu_allowed(char *text, size_t size)
{
    unsigned char used[CPU_COUNT] = {0};
    cpu_set_t set;

    CPU_ZERO(&set);
    (void)sched_getaffinity(0, sizeof set, &set);
    for (int cpu = 0; cpu < CPU_COUNT; cpu++)
        used[cpu] = CPU_ISSET((size_t)cpu, &set) != 0;
    cpu_show(used, text, size);
}
