/*
 * Loss over time: how many messages were sent in each bin of time, and how
 * many of them were lost.  A run of any length takes the same room: when it
 * outgrows the bins, ten become one.
 */
#ifndef HARNESS_LOSS_TIME_H
#define HARNESS_LOSS_TIME_H

#include <stdint.h>

enum { LOSS_TIME_BINS = 5000, LOSS_TIME_FINEST_NS = 1000000 };

/* {0} is empty and releasable. */
struct loss_time {
    int64_t bin_ns; /* LOSS_TIME_FINEST_NS x 10, 100, ...; 0 while empty */
    int nbins;      /* up to the last with a message */
    struct loss_time_bin {
        uint32_t sent, lost;
    } * bin;
};

/* Add a message; sent_ns from 0 on.  -1 when out of memory. */
int loss_time_add(struct loss_time *time, int64_t sent_ns, int is_lost);
void loss_time_release(struct loss_time *time);

#endif
