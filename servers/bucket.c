#include "servers/bucket.h"

enum { BYTES, PACKETS, KINDS, HOLDS_MS = 100 };

void bucket_init(struct bucket *bucket, int64_t bytes_per_s,
                 int64_t packets_per_s, int64_t now_ns)
{
    const int64_t per_s[KINDS] = {bytes_per_s, packets_per_s};

    pthread_mutex_init(&bucket->lock, NULL);
    for (int i = 0; i < KINDS; i++) {
        bucket->per_ns[i] = (double)per_s[i] / 1e9;
        bucket->most[i] = (double)per_s[i] * HOLDS_MS / 1e3;
        if (bucket->most[i] < 1)
            bucket->most[i] = 1;
        bucket->level[i] = bucket->most[i];
    }
    bucket->filled_ns = now_ns;
    bucket->waits = bucket->refusals = 0;
}

/* The lock is held. */
static void fill(struct bucket *bucket, int64_t now_ns)
{
    double passed_ns = (double)(now_ns - bucket->filled_ns);

    if (passed_ns <= 0) /* another thread looked at the clock later */
        return;
    bucket->filled_ns = now_ns;
    for (int i = 0; i < KINDS; i++) {
        bucket->level[i] += passed_ns * bucket->per_ns[i];
        if (bucket->level[i] > bucket->most[i])
            bucket->level[i] = bucket->most[i];
    }
}

static void drain(struct bucket *bucket, size_t bytes)
{
    bucket->level[BYTES] -= (double)bytes;
    bucket->level[PACKETS] -= 1;
}

int64_t bucket_take(struct bucket *bucket, size_t bytes, int64_t now_ns)
{
    double wait_ns = 0;

    pthread_mutex_lock(&bucket->lock);
    fill(bucket, now_ns);
    drain(bucket, bytes);
    for (int i = 0; i < KINDS; i++) {
        double debt_ns = -bucket->level[i] / bucket->per_ns[i];

        wait_ns = debt_ns > wait_ns ? debt_ns : wait_ns;
    }
    bucket->waits += wait_ns > 0;
    pthread_mutex_unlock(&bucket->lock);
    return (int64_t)wait_ns;
}

int bucket_admit(struct bucket *bucket, size_t bytes, int64_t now_ns)
{
    int has_room;

    pthread_mutex_lock(&bucket->lock);
    fill(bucket, now_ns);
    /* What is longer than a bucket passes when the bucket is full. */
    has_room = bucket->level[PACKETS] >= 1 &&
               (bucket->level[BYTES] >= (double)bytes ||
                bucket->level[BYTES] >= bucket->most[BYTES]);
    if (has_room)
        drain(bucket, bytes);
    bucket->refusals += !has_room;
    pthread_mutex_unlock(&bucket->lock);
    return has_room;
}
