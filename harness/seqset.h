/*
 * Which sequence numbers of one connection were seen, when they may come in
 * any order: all below one number, and a bitmap of those ahead of it.
 */
#ifndef HARNESS_SEQSET_H
#define HARNESS_SEQSET_H

#include <stddef.h>
#include <stdint.h>

/* {0} is empty and releasable. */
struct seqset {
    int64_t next;    /* the lowest that was not seen */
    int64_t end;     /* one more than the highest seen */
    uint64_t *words; /* a ring of bits: next .. next + 64 size */
    size_t size;     /* 0 or a power of two */
};

enum seqset_verdict {
    SEQSET_NEW,
    SEQSET_AGAIN, /* it was seen before */
    SEQSET_FAR,   /* so far ahead of `next` that `room` does not do */
    SEQSET_NO_MEMORY
};

/*
 * Add seq (0..).  *room is how many words more may be taken, by this set and
 * all others that share it; it bounds the memory, whatever a file holds.
 */
enum seqset_verdict seqset_add(struct seqset *set, int64_t seq, size_t *room);

/* How many below `end` were not seen. */
int64_t seqset_missing(const struct seqset *set);

void seqset_release(struct seqset *set);

#endif
