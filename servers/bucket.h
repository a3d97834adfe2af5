/*
 * A limit on bytes and packets a second, for all threads together: two token
 * buckets that hold a tenth of a second's worth.
 *
 * Of the rate one half is for whoever is first, the other for all hosts alike:
 * who takes less than its part of that never pauses, whatever others take.
 */
#ifndef SERVERS_BUCKET_H
#define SERVERS_BUCKET_H

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

enum { BUCKET_HOSTS = 256 };

struct bucket_level {
    double of[2]; /* bytes, packets */
    int64_t filled_ns;
    int64_t busy_ns; /* until when its taker pauses */
};

struct bucket {
    pthread_mutex_t lock;
    double per_ns[2];
    double most[2]; /* what a bucket holds */
    struct bucket_level all;
    struct bucket_level host[BUCKET_HOSTS]; /* of its part */
    int hosts;                              /* that took something lately */
    int64_t counted_ns;                     /* when they were counted */
    int64_t waits, refusals;
};

/* Full at now_ns.  A rate of INT64_MAX is no limit. */
void bucket_init(struct bucket *bucket, int64_t bytes_per_s,
                 int64_t packets_per_s, int64_t now_ns);

/*
 * A packet that came from a host (`which`: a number of its own; those that
 * differ by a multiple of BUCKET_HOSTS share a part) and must be taken: how
 * many ns its taker has to pause before the next, so that the rate holds.
 * Counts the pauses in `waits`.
 */
int64_t bucket_take(struct bucket *bucket, uint32_t which, size_t bytes,
                    int64_t now_ns);

/*
 * A packet that can be left: 1 when there is room for it, else 0, counted in
 * `refusals`.
 */
int bucket_admit(struct bucket *bucket, size_t bytes, int64_t now_ns);

#endif
