#define _GNU_SOURCE
#include "lib/chunks.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

struct chunks {
    int fd;
    char path[4096];
    atomic_int failed, is_told;
    pthread_mutex_t lock; /* guards all below */
    struct err err;       /* of the write that failed */
    int64_t file_bytes;   /* written and whole */
    int64_t lines;
    /* Written behind: */
    int is_behind, is_apart, is_closing;
    pthread_t writer;
    pthread_cond_t filled, freed;
    struct chunk *first, **last; /* to be written */
    struct chunk *free;
};

/* Of errno: what could not be done with the file, and what to do about it. */
static int disk_err(struct err *err, const char *what, const char *path)
{
    int no_space = errno == ENOSPC || errno == EDQUOT || errno == EFBIG;

    err_sys(err, ERR_RESULTS, no_space ? "results-no-space" : "results-write",
            "cannot %s: %s", what, path);
    return err_hint(err, "%s, or choose another place with --out DIR",
                    no_space ? "free space there" : "check the disk");
}

/* ---- writing ---- */

/* The end of the last whole line among the first n bytes. */
static size_t whole_lines(const char *bytes, size_t n)
{
    while (n > 0 && bytes[n - 1] != '\n')
        n--;
    return n;
}

static int64_t count_lines(const char *bytes, size_t n)
{
    int64_t lines = 0;

    for (size_t i = 0; i < n; i++)
        lines += bytes[i] == '\n';
    return lines;
}

/*
 * `written` bytes of the chunk are in the file and the rest never will be:
 * keep whole lines only.
 */
static void cut_back(struct chunks *chunks, const struct chunk *chunk,
                     size_t written)
{
    int cause = errno;
    size_t whole = whole_lines(chunk->bytes, written);

    chunks->lines += count_lines(chunk->bytes, whole);
    chunks->file_bytes += (int64_t)whole;
    (void)!ftruncate(chunks->fd, (off_t)chunks->file_bytes);
    errno = cause;
    disk_err(&chunks->err, "record", chunks->path);
    atomic_store(&chunks->failed, 1);
}

/* write(2) all of it; the bytes that went out. */
static size_t write_bytes(int fd, const struct chunk *chunk)
{
    size_t written = 0;

    while (written < chunk->used) {
        ssize_t n = write(fd, chunk->bytes + written, chunk->used - written);

        if (n < 0 && errno != EINTR)
            break;
        if (n > 0)
            written += (size_t)n;
    }
    return written;
}

static void wrote(struct chunks *chunks, struct chunk *chunk, size_t written)
{
    if (written < chunk->used) {
        cut_back(chunks, chunk, written);
    } else {
        chunks->file_bytes += (int64_t)chunk->used;
        chunks->lines += chunk->lines;
    }
    chunk->used = 0;
    chunk->lines = 0;
}

/* The lock is held. */
static int tell(struct chunks *chunks, struct err *err)
{
    if (!atomic_load(&chunks->failed) || atomic_exchange(&chunks->is_told, 1))
        return 0;
    *err = chunks->err;
    return -1;
}

/* ---- the writer's thread ---- */

/* The lock is held, but not while it writes. */
static void write_one(struct chunks *chunks)
{
    struct chunk *chunk = chunks->first;
    size_t written = 0;

    chunks->first = chunk->next;
    if (!chunks->first)
        chunks->last = &chunks->first;
    if (!atomic_load(&chunks->failed)) {
        pthread_mutex_unlock(&chunks->lock);
        written = write_bytes(chunks->fd, chunk);
        pthread_mutex_lock(&chunks->lock);
        wrote(chunks, chunk, written);
    }
    chunk->used = 0;
    chunk->lines = 0;
    chunk->next = chunks->free;
    chunks->free = chunk;
    pthread_cond_signal(&chunks->freed);
}

static void *write_behind(void *ctx)
{
    struct chunks *chunks = ctx;

    /*
     * With a table of descriptors that is all its own, each send and recv of
     * the thread that measures is some 25 ns shorter.  It is waited for: a
     * socket that came into the copy would not close when it is closed.
     */
    (void)unshare(CLONE_FILES);
    pthread_mutex_lock(&chunks->lock);
    chunks->is_apart = 1;
    pthread_cond_signal(&chunks->freed);
    while (chunks->first || !chunks->is_closing) {
        if (chunks->first)
            write_one(chunks);
        else
            pthread_cond_wait(&chunks->filled, &chunks->lock);
    }
    pthread_mutex_unlock(&chunks->lock);
    return NULL;
}

/* Signals are for the thread that measures. */
static int start_writer(struct chunks *chunks)
{
    sigset_t all, before;
    int cause;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    cause = pthread_create(&chunks->writer, NULL, write_behind, chunks);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return cause;
}

int chunks_write_behind(struct chunks *chunks, int n, struct err *err)
{
    int cause = 0;

    for (int i = 0; i < n && !cause; i++) {
        struct chunk *chunk = calloc(1, sizeof *chunk);

        cause = chunk ? 0 : ENOMEM;
        if (chunk)
            chunks_give_back(chunks, chunk);
    }
    if (!cause)
        cause = start_writer(chunks);
    if (!cause) {
        pthread_mutex_lock(&chunks->lock);
        while (!chunks->is_apart)
            pthread_cond_wait(&chunks->freed, &chunks->lock);
        pthread_mutex_unlock(&chunks->lock);
        chunks->is_behind = 1;
        return 0;
    }
    errno = cause;
    return err_sys(err, ERR_RESOURCE, "threads", "cannot record: %s",
                   chunks->path);
}

static void hand_over(struct chunks *chunks, struct chunk **chunk)
{
    (*chunk)->next = NULL;
    *chunks->last = *chunk;
    chunks->last = &(*chunk)->next;
    pthread_cond_signal(&chunks->filled);
    while (!chunks->free)
        pthread_cond_wait(&chunks->freed, &chunks->lock);
    *chunk = chunks->free;
    chunks->free = (*chunk)->next;
}

/* ---- for those who fill chunks ---- */

int chunks_put(struct chunks *chunks, struct chunk **chunk, struct err *err)
{
    int failed;

    pthread_mutex_lock(&chunks->lock);
    if (atomic_load(&chunks->failed)) {
        (*chunk)->used = 0;
        (*chunk)->lines = 0;
    } else if (chunks->is_behind && (*chunk)->used) {
        hand_over(chunks, chunk);
    } else if ((*chunk)->used) {
        wrote(chunks, *chunk, write_bytes(chunks->fd, *chunk));
    }
    failed = tell(chunks, err);
    pthread_mutex_unlock(&chunks->lock);
    return failed;
}

struct chunk *chunks_take(struct chunks *chunks)
{
    struct chunk *chunk;

    pthread_mutex_lock(&chunks->lock);
    chunk = chunks->is_behind ? NULL : chunks->free;
    if (chunk)
        chunks->free = chunk->next;
    pthread_mutex_unlock(&chunks->lock);
    return chunk ? chunk : calloc(1, sizeof *chunk);
}

void chunks_give_back(struct chunks *chunks, struct chunk *chunk)
{
    pthread_mutex_lock(&chunks->lock);
    chunk->next = chunks->free;
    chunks->free = chunk;
    pthread_mutex_unlock(&chunks->lock);
}

int chunks_failed(const struct chunks *chunks)
{
    return atomic_load_explicit(&chunks->is_told, memory_order_relaxed);
}

int64_t chunks_lines(struct chunks *chunks)
{
    int64_t lines;

    pthread_mutex_lock(&chunks->lock);
    lines = chunks->lines;
    pthread_mutex_unlock(&chunks->lock);
    return lines;
}

const char *chunks_path(const struct chunks *chunks)
{
    return chunks->path;
}

/* ---- beginning and end ---- */

static int open_err(const char *path, struct err *err)
{
    if (errno == ENOSPC || errno == EDQUOT)
        return disk_err(err, "record", path);
    if (errno == EEXIST) {
        err_sys(err, ERR_RESULTS, "results-exist", "cannot record: %s", path);
        return err_hint(err, "a record is never overwritten; choose another "
                             "folder");
    }
    err_sys(err, ERR_RESULTS, "results-write", "cannot record: %s", path);
    return err_hint(err, "the folder must exist and be writable");
}

struct chunks *chunks_open(const char *path, struct err *err)
{
    struct chunks *chunks = calloc(1, sizeof *chunks);

    if (!chunks) {
        err_sys(err, ERR_RESOURCE, "memory", "cannot record: %s", path);
        return NULL;
    }
    snprintf(chunks->path, sizeof chunks->path, "%s", path);
    chunks->last = &chunks->first;
    chunks->fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (chunks->fd < 0) {
        open_err(path, err);
        free(chunks);
        return NULL;
    }
    pthread_mutex_init(&chunks->lock, NULL);
    pthread_cond_init(&chunks->filled, NULL);
    pthread_cond_init(&chunks->freed, NULL);
    return chunks;
}

static void stop_writer(struct chunks *chunks)
{
    pthread_mutex_lock(&chunks->lock);
    chunks->is_closing = 1;
    pthread_cond_signal(&chunks->filled);
    pthread_mutex_unlock(&chunks->lock);
    pthread_join(chunks->writer, NULL);
}

static void destroy(struct chunks *chunks)
{
    struct chunk *chunk;

    while ((chunk = chunks->free)) {
        chunks->free = chunk->next;
        free(chunk);
    }
    pthread_mutex_destroy(&chunks->lock);
    pthread_cond_destroy(&chunks->filled);
    pthread_cond_destroy(&chunks->freed);
    free(chunks);
}

int chunks_close(struct chunks *chunks, struct err *err)
{
    int failed, had_failed;

    if (chunks->is_behind)
        stop_writer(chunks);
    had_failed = atomic_load(&chunks->failed);
    failed = tell(chunks, err) < 0;
    if (!had_failed && fdatasync(chunks->fd) < 0 && errno != EINVAL)
        failed = disk_err(err, "save", chunks->path) < 0;
    if (close(chunks->fd) < 0 && !failed && !had_failed)
        failed = disk_err(err, "close", chunks->path) < 0;
    destroy(chunks);
    return failed ? -1 : 0;
}
