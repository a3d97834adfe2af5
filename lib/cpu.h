/* Which CPUs a thread may run on. */
#ifndef LIB_CPU_H
#define LIB_CPU_H

#include <stddef.h>

enum { CPU_LIST_MAX = 64, CPU_COUNT = 1024 };

/*
 * Read "0", "0,2" or "0-3,8": CPU numbers in the order given.  How many, or -1
 * when it is no such list or has more than CPU_LIST_MAX.
 */
int cpu_parse_list(const char *text, int cpus[CPU_LIST_MAX]);

/* Keep the calling thread on one CPU.  0, or -1 with errno. */
int cpu_pin(int cpu);

/* "0-3,8" for those that are marked. */
void cpu_show(const unsigned char used[CPU_COUNT], char *text, size_t size);

/* Where the calling thread may run, as "0-3,8"; "" when it is not known. */
void cpu_allowed(char *text, size_t size);

#endif
