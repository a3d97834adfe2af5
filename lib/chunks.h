/*
 * A file of lines that is written in chunks of whole lines, so that what is on
 * disk is always readable; after a failed write it is cut back to its last
 * whole line.  Several threads may write one, each its own chunk at a time.
 *
 * Written at once, or behind: then a thread of its own writes, and who fills
 * chunks waits for it only when none is free, so memory does not grow.
 */
#ifndef LIB_CHUNKS_H
#define LIB_CHUNKS_H

#include "lib/err.h"

#include <stddef.h>
#include <stdint.h>

enum { CHUNK_BYTES = 64 << 10, CHUNK_SPARE = 256 };

struct chunk {
    struct chunk *next;
    size_t used;
    int64_t lines;
    char bytes[CHUNK_BYTES + CHUNK_SPARE];
};

struct chunks;

/* Create the file; it must not exist.  Errors: results-exist, results-write. */
struct chunks *chunks_open(const char *path, struct err *err);

/* From now on a thread writes, with so many chunks between.  0 or -1. */
int chunks_write_behind(struct chunks *chunks, int n, struct err *err);

/* An empty chunk to fill; NULL when out of memory. */
struct chunk *chunks_take(struct chunks *chunks);
/* It is no longer needed. */
void chunks_give_back(struct chunks *chunks, struct chunk *chunk);

/*
 * Write *chunk out, or hand it over; *chunk is then an empty one.  Errors, of
 * this chunk or of one handed over before, told once: results-no-space,
 * results-write.  The file then takes no more.
 */
int chunks_put(struct chunks *chunks, struct chunk **chunk, struct err *err);

/* 1 when the file takes no more and that was told. */
int chunks_failed(const struct chunks *chunks);

/* Lines that are in the file as far as write(2) said. */
int64_t chunks_lines(struct chunks *chunks);

const char *chunks_path(const struct chunks *chunks);

/* Wait for the writer, fdatasync, close, free. */
int chunks_close(struct chunks *chunks, struct err *err);

#endif
