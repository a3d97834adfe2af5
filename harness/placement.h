/*
 * On which processors client and server were seen while they ran: what the
 * scheduler did with what it was free to do.  Of each process that is the
 * busiest of its first threads.
 */
#ifndef HARNESS_PLACEMENT_H
#define HARNESS_PLACEMENT_H

#include "lib/cpu.h"

#include <sys/types.h>

struct placement {
    int looks;    /* in which both were seen; */
    int together; /* on one processor in so many of these */
    unsigned char client[CPU_COUNT], server[CPU_COUNT]; /* 1: seen there */
};

/* Look where they are now; server 0: it is not on this machine. */
void placement_look(struct placement *placement, pid_t client, pid_t server);

/*
 * From a line of /proc/PID/task/TID/stat: the processor it was on last, and its
 * time in ticks.  The processor, or -1.
 */
int placement_parse(const char *stat, long long *ticks);

#endif
