/*
 * When the messages of an open loop are due: a schedule of absolute times,
 * so that a late message delays no other.
 */
#ifndef CLIENTS_ARRIVAL_H
#define CLIENTS_ARRIVAL_H

#include <stdint.h>

enum arrival_kind {
    ARRIVAL_CONSTANT, /* evenly spaced, the first at once */
    ARRIVAL_POISSON,  /* independent: exponential gaps of the same mean */
};

struct arrival {
    enum arrival_kind kind;
    double interval_ns; /* mean */
    uint64_t seed, stream;
    uint64_t n;       /* messages before the next one */
    double offset_ns; /* of the next; constant: of the first */
};

/*
 * per_s > 0 messages a second.  Several threads take one rate to pieces:
 * `stream` is which of `streams` equal ones this is, from 0 on, and evenly
 * spaced schedules interleave.  Not to be called again, nor after the first
 * arrival_next.
 */
void arrival_init(struct arrival *arrival, enum arrival_kind kind, double per_s,
                  uint64_t seed);
void arrival_split(struct arrival *arrival, int stream, int streams);

/* When the next message is due, in ns since the beginning of the load. */
int64_t arrival_due_ns(const struct arrival *arrival);

/* That one is on its way: the next. */
void arrival_next(struct arrival *arrival);

#endif
