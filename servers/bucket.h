/*
 * A limit on bytes and packets a second, for all threads together: two token
 * buckets that hold a tenth of a second's worth.
 */
#ifndef SERVERS_BUCKET_H
#define SERVERS_BUCKET_H

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

struct bucket {
    pthread_mutex_t lock;
    double per_ns[2]; /* bytes, packets */
    double most[2];   /* what a bucket holds */
    double level[2];
    int64_t filled_ns;
    int64_t waits, refusals;
};

/* Full at now_ns.  A rate of INT64_MAX is no limit. */
void bucket_init(struct bucket *bucket, int64_t bytes_per_s,
                 int64_t packets_per_s, int64_t now_ns);

/*
 * A packet that came and must be taken: how many ns its taker has to pause
 * before the next, so that the rate holds.  Counts the pauses in `waits`.
 */
int64_t bucket_take(struct bucket *bucket, size_t bytes, int64_t now_ns);

/*
 * A packet that can be left: 1 when there is room for it, else 0, counted in
 * `refusals`.
 */
int bucket_admit(struct bucket *bucket, size_t bytes, int64_t now_ns);

#endif
