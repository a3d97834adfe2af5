/*
 * How many connections each host has, for threads to look at: written by one at
 * a time, read by all at any time, without a lock.
 */
#ifndef SERVERS_CENSUS_H
#define SERVERS_CENSUS_H

#include <stdatomic.h>
#include <stdint.h>

enum {
    CENSUS_HOSTS = 256, /* those that differ by a multiple are one */
    CENSUS_FEW = 16,
};

struct census { /* all 0: of nobody */
    atomic_int of[CENSUS_HOSTS];
    atomic_int hosts; /* that have any */
};

void census_join(struct census *census, uint32_t host);
void census_leave(struct census *census, uint32_t host);

/* 1 when there are connections of more than one host. */
int census_is_mixed(const struct census *census);

/* 1 when it is mixed, and the host has more than a few. */
int census_is_crowd(const struct census *census, uint32_t host);

#endif
