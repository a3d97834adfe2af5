#include "servers/bucket.h"

#include <string.h>

enum { BYTES, PACKETS, KINDS, HOLDS_MS = 100 };

static const int64_t recount_ns = HOLDS_MS * INT64_C(1000000);
static const int64_t lately_ns = INT64_C(1000000000);

void bucket_init(struct bucket *bucket, int64_t bytes_per_s,
                 int64_t packets_per_s, int64_t now_ns)
{
    const int64_t per_s[KINDS] = {bytes_per_s, packets_per_s};

    memset(bucket, 0, sizeof *bucket);
    pthread_mutex_init(&bucket->lock, NULL);
    for (int i = 0; i < KINDS; i++) {
        bucket->per_ns[i] = (double)per_s[i] / 1e9;
        bucket->most[i] = (double)per_s[i] * HOLDS_MS / 1e3;
        if (bucket->most[i] < 1)
            bucket->most[i] = 1;
        bucket->all.of[i] = bucket->most[i];
    }
    bucket->all.filled_ns = now_ns;
    for (int i = 0; i < BUCKET_HOSTS; i++)
        bucket->host[i].filled_ns = bucket->host[i].busy_ns = now_ns -
                                                              2 * lately_ns;
}

/* ---- a level; the lock is held ---- */

/* With a part of the rate. */
static void fill(const struct bucket *bucket, struct bucket_level *level,
                 double part, int64_t now_ns)
{
    double passed_ns = (double)(now_ns - level->filled_ns);

    if (passed_ns <= 0) /* another thread looked at the clock later */
        return;
    level->filled_ns = now_ns;
    for (int i = 0; i < KINDS; i++) {
        level->of[i] += passed_ns * part * bucket->per_ns[i];
        if (level->of[i] > part * bucket->most[i])
            level->of[i] = part * bucket->most[i];
    }
}

static void drain(struct bucket_level *level, size_t bytes)
{
    level->of[BYTES] -= (double)bytes;
    level->of[PACKETS] -= 1;
}

static int has_room(const struct bucket_level *level, size_t bytes)
{
    return level->of[PACKETS] >= 1 && level->of[BYTES] >= (double)bytes;
}

static int64_t debt_ns(const struct bucket *bucket)
{
    double most_ns = 0;

    for (int i = 0; i < KINDS; i++) {
        double ns = -bucket->all.of[i] / bucket->per_ns[i];

        most_ns = ns > most_ns ? ns : most_ns;
    }
    return (int64_t)most_ns;
}

/* ---- hosts ---- */

static int took_lately(const struct bucket_level *host, int64_t now_ns)
{
    return now_ns - host->busy_ns < lately_ns;
}

/* How many share, now that this one takes something. */
static int count_hosts(struct bucket *bucket, const struct bucket_level *host,
                       int64_t now_ns)
{
    if (took_lately(host, now_ns) && now_ns - bucket->counted_ns < recount_ns)
        return bucket->hosts;
    bucket->counted_ns = now_ns;
    bucket->hosts = !took_lately(host, now_ns);
    for (int i = 0; i < BUCKET_HOSTS; i++)
        bucket->hosts += took_lately(&bucket->host[i], now_ns);
    return bucket->hosts;
}

/* Does it take less than its part?  One alone has no use for that. */
static int is_modest(struct bucket *bucket, struct bucket_level *host,
                     size_t bytes, int64_t now_ns)
{
    int hosts = count_hosts(bucket, host, now_ns), modest;

    fill(bucket, host, 0.5 / hosts, now_ns);
    modest = hosts > 1 && has_room(host, bytes);
    if (modest)
        drain(host, bytes);
    return modest;
}

int64_t bucket_take(struct bucket *bucket, uint32_t which, size_t bytes,
                    int64_t now_ns)
{
    struct bucket_level *host = &bucket->host[which % BUCKET_HOSTS];
    int64_t wait_ns;

    pthread_mutex_lock(&bucket->lock);
    fill(bucket, &bucket->all, 1, now_ns);
    drain(&bucket->all, bytes);
    wait_ns = is_modest(bucket, host, bytes, now_ns) ? 0 : debt_ns(bucket);
    if (now_ns + wait_ns > host->busy_ns)
        host->busy_ns = now_ns + wait_ns;
    bucket->waits += wait_ns > 0;
    pthread_mutex_unlock(&bucket->lock);
    return wait_ns;
}

int bucket_admit(struct bucket *bucket, size_t bytes, int64_t now_ns)
{
    const struct bucket_level *all = &bucket->all;
    int admitted;

    pthread_mutex_lock(&bucket->lock);
    fill(bucket, &bucket->all, 1, now_ns);
    /* What is longer than a bucket passes when the bucket is full. */
    admitted = has_room(all, bytes) ||
               (all->of[PACKETS] >= 1 && all->of[BYTES] >= bucket->most[BYTES]);
    if (admitted)
        drain(&bucket->all, bytes);
    bucket->refusals += !admitted;
    pthread_mutex_unlock(&bucket->lock);
    return admitted;
}
