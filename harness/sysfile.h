/* Facts that the kernel tells in files of one line. */
#ifndef HARNESS_SYSFILE_H
#define HARNESS_SYSFILE_H

#include <stddef.h>

/* The first line of a file, without newline.  NULL: it is not there. */
char *sysfile_line(const char *path, char *line, size_t size);

#endif
