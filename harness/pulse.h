/*
 * A sign of life: an empty line every two seconds into a pipe, by a thread of
 * its own, so that it goes on whatever its owner waits for: a name service, a
 * trace, a slow disk.  It ends with the process, so with us.
 */
#ifndef HARNESS_PULSE_H
#define HARNESS_PULSE_H

#include "lib/err.h"

#include <pthread.h>

struct pulse {
    int is_on;
    int fd;   /* a copy of the pipe's end: it is open until pulse_stop */
    int stop; /* readable: the thread is to end */
    pthread_t thread;
};

/*
 * fd: the writing end, which does not block; a line for which there is no room
 * is left out, and who reads no more is no error.  Error: thread
 * (ERR_RESOURCE).
 */
int pulse_start(struct pulse *pulse, int fd, struct err *err);

/* Before the end of that input is to be seen.  {0} is allowed, and twice. */
void pulse_stop(struct pulse *pulse);

#endif
