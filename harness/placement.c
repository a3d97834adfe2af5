#include "harness/placement.h"

#include "harness/sysfile.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_THREADS = 8 };

/* Field 3 and on stand behind the name, which may hold anything. */
int placement_parse(const char *stat, long long *ticks)
{
    enum { STATE = 3, UTIME = 14, STIME = 15, PROCESSOR = 39 };
    const char *at = strrchr(stat, ')');
    long long value, cpu = -1;

    *ticks = 0;
    if (!at || !at[1])
        return -1;
    at += 2;
    for (int field = STATE; field <= PROCESSOR; field++) {
        value = strtoll(at, NULL, 10);
        if (field == UTIME || field == STIME)
            *ticks += value;
        if (field == PROCESSOR && *at >= '0' && *at <= '9')
            cpu = value;
        at += strcspn(at, " ");
        at += strspn(at, " ");
    }
    return cpu >= 0 && cpu < CPU_COUNT ? (int)cpu : -1;
}

/* Where the busiest thread of a process is, or -1. */
static int processor_of(pid_t pid)
{
    long long most = -1, ticks;
    char path[320], line[1024];
    int where = -1, cpu, left = MOST_THREADS;
    const struct dirent *entry;
    DIR *tasks;

    snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
    tasks = opendir(path);
    while (tasks && left > 0 && (entry = readdir(tasks))) {
        snprintf(path, sizeof path, "/proc/%d/task/%s/stat", (int)pid,
                 entry->d_name);
        if (entry->d_name[0] == '.' || !sysfile_line(path, line, sizeof line))
            continue;
        left--;
        cpu = placement_parse(line, &ticks);
        if (cpu >= 0 && ticks > most) {
            most = ticks;
            where = cpu;
        }
    }
    if (tasks)
        closedir(tasks);
    return where;
}

void placement_look(struct placement *placement, pid_t client, pid_t server)
{
    int a = client > 0 ? processor_of(client) : -1;
    int b = server > 0 ? processor_of(server) : -1;

    if (a >= 0)
        placement->client[a] = 1;
    if (b >= 0)
        placement->server[b] = 1;
    if (a < 0 || b < 0)
        return;
    placement->looks++;
    placement->together += a == b;
}
