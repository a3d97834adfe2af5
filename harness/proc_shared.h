/*
 * What the files of proc share.
 * A part of proc: nobody else includes it.
 */
#ifndef HARNESS_PROC_SHARED_H
#define HARNESS_PROC_SHARED_H

/* Close it, if it is open, and make it -1. */
void proc_close_fd(int *fd);

#endif
