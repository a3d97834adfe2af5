#include "harness/seqset.h"

#include <stdlib.h>
#include <string.h>

enum { BITS = 64 };

static uint64_t *word_of(const struct seqset *set, int64_t seq)
{
    return &set->words[(size_t)(seq / BITS) & (set->size - 1)];
}

static uint64_t bit_of(int64_t seq)
{
    return UINT64_C(1) << (seq % BITS);
}

static int has(const struct seqset *set, int64_t seq)
{
    return set->size && seq < set->end && (*word_of(set, seq) & bit_of(seq));
}

static int grow(struct seqset *set, size_t size)
{
    struct seqset old = *set;
    uint64_t *words = calloc(size, sizeof *words);

    if (!words)
        return -1;
    set->words = words;
    set->size = size;
    for (int64_t at = old.next; at < old.end; at++)
        if (has(&old, at))
            *word_of(set, at) |= bit_of(at);
    free(old.words);
    return 0;
}

/* Make the ring long enough for seq. */
static enum seqset_verdict reach(struct seqset *set, int64_t seq, size_t *room)
{
    uint64_t need = (uint64_t)(seq / BITS - set->next / BITS) + 1;
    size_t size = set->size ? set->size : 1, more;

    if (need <= set->size)
        return SEQSET_NEW;
    if (need > set->size + *room)
        return SEQSET_FAR;
    while (size < need)
        size *= 2;
    more = size - set->size;
    if (more > *room)
        return SEQSET_FAR;
    if (grow(set, size) < 0)
        return SEQSET_NO_MEMORY;
    *room -= more;
    return SEQSET_NEW;
}

static void pass_seen(struct seqset *set)
{
    while (set->next < set->end && has(set, set->next)) {
        *word_of(set, set->next) &= ~bit_of(set->next);
        set->next++;
    }
}

enum seqset_verdict seqset_add(struct seqset *set, int64_t seq, size_t *room)
{
    enum seqset_verdict verdict;

    if (seq < set->next || has(set, seq))
        return SEQSET_AGAIN;
    if (seq == set->next && set->next == set->end) { /* in order */
        set->next = set->end = seq + 1;
        return SEQSET_NEW;
    }
    verdict = reach(set, seq, room);
    if (verdict != SEQSET_NEW)
        return verdict;
    *word_of(set, seq) |= bit_of(seq);
    if (seq >= set->end)
        set->end = seq + 1;
    pass_seen(set);
    return SEQSET_NEW;
}

int64_t seqset_missing(const struct seqset *set)
{
    int64_t missing = 0;

    for (int64_t seq = set->next; seq < set->end; seq++)
        missing += !has(set, seq);
    return missing;
}

void seqset_release(struct seqset *set)
{
    free(set->words);
    memset(set, 0, sizeof *set);
}
