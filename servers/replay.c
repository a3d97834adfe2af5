#include "servers/replay.h"

#include <stdlib.h>
#include <string.h>

enum { WORD_BITS = 64, WORDS = REPLAY_WINDOW / WORD_BITS };

/*
 * The window of one connection.  Kinds do not share one: a hello and a message
 * may well have the same number.
 */
struct replay_window {
    struct replay_window *chain; /* the next in the bucket */
    uint64_t run_id;
    uint32_t conn;
    char kind;
    uint64_t newest;
    uint64_t taken[WORDS]; /* of seq the bit seq % REPLAY_WINDOW */
};

void replay_init(struct replay *replay)
{
    memset(replay, 0, sizeof *replay);
    pthread_mutex_init(&replay->lock, NULL);
}

void replay_release(struct replay *replay)
{
    for (int i = 0; i < REPLAY_BUCKETS; i++)
        while (replay->bucket[i]) {
            struct replay_window *window = replay->bucket[i];

            replay->bucket[i] = window->chain;
            free(window);
        }
    pthread_mutex_destroy(&replay->lock);
}

/* ---- one window ---- */

static uint64_t *word_of(struct replay_window *window, uint64_t seq)
{
    return &window->taken[seq % REPLAY_WINDOW / WORD_BITS];
}

static uint64_t bit_of(uint64_t seq)
{
    return UINT64_C(1) << seq % WORD_BITS;
}

/* Those that come into the window have not been taken. */
static void advance(struct replay_window *window, uint64_t seq)
{
    uint64_t from = window->newest + 1;

    if (seq - window->newest >= REPLAY_WINDOW)
        memset(window->taken, 0, sizeof window->taken);
    else
        for (uint64_t at = from; at <= seq; at++)
            *word_of(window, at) &= ~bit_of(at);
    window->newest = seq;
}

static int take(struct replay_window *window, uint64_t seq)
{
    if (seq > window->newest)
        advance(window, seq);
    else if (window->newest - seq >= REPLAY_WINDOW ||
             *word_of(window, seq) & bit_of(seq))
        return 0;
    *word_of(window, seq) |= bit_of(seq);
    return 1;
}

/* ---- all of them ---- */

static struct replay_window **bucket_of(struct replay *replay,
                                        const struct msg_header *header)
{
    uint64_t mixed = (header->run_id ^ header->conn) *
                     UINT64_C(0x9e3779b97f4a7c15);

    return &replay->bucket[mixed >> 52];
}

static int is_of(const struct replay_window *window,
                 const struct msg_header *header)
{
    return window->run_id == header->run_id && window->conn == header->conn &&
           window->kind == header->kind;
}

static struct replay_window *add(struct replay *replay,
                                 struct replay_window **bucket,
                                 const struct msg_header *header)
{
    struct replay_window *window;

    if (replay->connections >= REPLAY_CONNECTIONS ||
        !(window = calloc(1, sizeof *window)))
        return NULL;
    replay->connections++;
    window->run_id = header->run_id;
    window->conn = header->conn;
    window->kind = header->kind;
    window->newest = header->seq;
    window->chain = *bucket;
    *bucket = window;
    return window;
}

int replay_take(struct replay *replay, const struct msg_header *header)
{
    struct replay_window **bucket = bucket_of(replay, header), *window;
    int is_new;

    pthread_mutex_lock(&replay->lock);
    for (window = *bucket; window && !is_of(window, header);)
        window = window->chain;
    if (!window)
        window = add(replay, bucket, header);
    is_new = window && take(window, header->seq);
    pthread_mutex_unlock(&replay->lock);
    return is_new;
}
