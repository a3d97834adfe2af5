#include "harness/hash.h"

#include "harness/sha256.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BLOCK = 1 << 17, BLOCKS = 8, WAKE = 4, ALONE_BYTES = 1 << 20 };
enum { BLOCK_BYTES = 64, BLOCK_BITS = 8 * BLOCK_BYTES }; /* of SHA-256 */

/*
 * Blocks go round: filled counts those that the caller has handed over,
 * emptied those that the thread is done with.  The thread is the faster one:
 * it sleeps until WAKE blocks wait for it.
 */
struct hash {
    crypto_hash_sha256_state state;
    uint64_t bytes;
    int has_thread, is_end;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    unsigned filled, emptied;
    size_t sizes[BLOCKS];
    unsigned char blocks[BLOCKS][BLOCK];
};

struct hash *hash_new(void)
{
    struct hash *hash = malloc(sizeof *hash);

    if (!hash)
        return NULL;
    crypto_hash_sha256_init(&hash->state);
    hash->bytes = 0;
    hash->has_thread = hash->is_end = 0;
    hash->filled = hash->emptied = 0;
    return hash;
}

/*
 * libsodium's state is public, and says when a block begins: whole ones may
 * then go past it.
 */
static void take(crypto_hash_sha256_state *state, const unsigned char *bytes,
                 size_t n)
{
    size_t blocks = state->count % BLOCK_BITS == 0 ? n / BLOCK_BYTES : 0;

    if (blocks > 0 && sha256_blocks(state->state, bytes, blocks)) {
        state->count += (uint64_t)blocks * BLOCK_BITS;
        bytes += blocks * BLOCK_BYTES;
        n -= blocks * BLOCK_BYTES;
    }
    crypto_hash_sha256_update(state, bytes, n);
}

/* ---- the thread ---- */

/* The next block; BLOCKS when there will be none. */
static unsigned wait_for_block(struct hash *hash)
{
    unsigned at = BLOCKS;

    pthread_mutex_lock(&hash->lock);
    while (hash->filled == hash->emptied && !hash->is_end)
        pthread_cond_wait(&hash->changed, &hash->lock);
    if (hash->filled != hash->emptied)
        at = hash->emptied % BLOCKS;
    pthread_mutex_unlock(&hash->lock);
    return at;
}

static void tell_emptied(struct hash *hash)
{
    pthread_mutex_lock(&hash->lock);
    hash->emptied++;
    pthread_cond_signal(&hash->changed);
    pthread_mutex_unlock(&hash->lock);
}

static void *work(void *ctx)
{
    struct hash *hash = ctx;
    unsigned at;

    while ((at = wait_for_block(hash)) < BLOCKS) {
        take(&hash->state, hash->blocks[at], hash->sizes[at]);
        tell_emptied(hash);
    }
    return NULL;
}

/* Signals are for the main thread, whose calls they interrupt. */
static void start(struct hash *hash)
{
    sigset_t all, before;

    pthread_mutex_init(&hash->lock, NULL);
    pthread_cond_init(&hash->changed, NULL);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    hash->has_thread = pthread_create(&hash->thread, NULL, work, hash) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

static void hand_over(struct hash *hash, const unsigned char *bytes, size_t n)
{
    unsigned at = hash->filled % BLOCKS;

    pthread_mutex_lock(&hash->lock);
    while (hash->filled - hash->emptied == BLOCKS)
        pthread_cond_wait(&hash->changed, &hash->lock);
    pthread_mutex_unlock(&hash->lock);
    memcpy(hash->blocks[at], bytes, n);
    hash->sizes[at] = n;
    pthread_mutex_lock(&hash->lock);
    hash->filled++;
    if (hash->filled - hash->emptied >= WAKE)
        pthread_cond_signal(&hash->changed);
    pthread_mutex_unlock(&hash->lock);
}

static void stop(struct hash *hash)
{
    pthread_mutex_lock(&hash->lock);
    hash->is_end = 1;
    pthread_cond_signal(&hash->changed);
    pthread_mutex_unlock(&hash->lock);
    pthread_join(hash->thread, NULL);
    pthread_cond_destroy(&hash->changed);
    pthread_mutex_destroy(&hash->lock);
}

/* ---- adding ---- */

void hash_add(struct hash *hash, const void *bytes, size_t n)
{
    const unsigned char *at = bytes;
    int was_short = hash->bytes < ALONE_BYTES;

    hash->bytes += n;
    if (was_short && hash->bytes >= ALONE_BYTES)
        start(hash); /* without a thread we go on alone */
    if (!hash->has_thread) {
        take(&hash->state, at, n);
        return;
    }
    while (n > 0) {
        size_t part = n < BLOCK ? n : BLOCK;

        hand_over(hash, at, part);
        at += part;
        n -= part;
    }
}

void hash_take_hex(struct hash *hash, char hex[HASH_HEX_SIZE])
{
    unsigned char digest[crypto_hash_sha256_BYTES];

    if (hash->has_thread)
        stop(hash);
    crypto_hash_sha256_final(&hash->state, digest);
    sodium_bin2hex(hex, HASH_HEX_SIZE, digest, sizeof digest);
    free(hash);
}

static int64_t add_all(int fd, struct hash *hash)
{
    static const size_t chunk = 1 << 16;
    char *bytes = malloc(chunk);
    int64_t total = 0;
    ssize_t n = -1;

    while (bytes && (n = read(fd, bytes, chunk)) != 0) {
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            break;
        hash_add(hash, bytes, (size_t)n);
        total += n;
    }
    free(bytes);
    return n < 0 ? -1 : total;
}

int hash_file(const char *path, char hex[HASH_HEX_SIZE], int64_t *bytes,
              struct err *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    struct hash *hash = NULL;
    struct stat st;

    if (fd < 0)
        return err_sys(err, ERR_RESULTS, "results-open", "cannot open %s",
                       path);
    if (fstat(fd, &st) == 0 && !S_ISREG(st.st_mode)) {
        close(fd);
        return err_set(err, ERR_RESULTS, "results-open",
                       "cannot open %s: not a regular file", path);
    }
    hash = hash_new();
    *bytes = hash ? add_all(fd, hash) : -1;
    close(fd);
    if (hash)
        hash_take_hex(hash, hex);
    if (*bytes < 0)
        return err_sys(err, ERR_RESULTS, "results-read", "cannot read %s",
                       path);
    return 0;
}

void hash_random(void *to, size_t n)
{
    randombytes_buf(to, n);
}

void hash_random_id(char id[17])
{
    unsigned char bytes[8];

    randombytes_buf(bytes, sizeof bytes);
    sodium_bin2hex(id, 17, bytes, sizeof bytes);
}
