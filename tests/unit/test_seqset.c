#include "harness/seqset.h"
#include "lib/rng.h"
#include "tests/unit/check.h"

#include <stdlib.h>

static void test_in_order(void)
{
    struct seqset set = {0};
    size_t room = 0;

    for (int64_t seq = 0; seq < 1000; seq++)
        CHECK_INT(seqset_add(&set, seq, &room), SEQSET_NEW);
    CHECK_INT(seqset_add(&set, 0, &room), SEQSET_AGAIN);
    CHECK_INT(seqset_add(&set, 999, &room), SEQSET_AGAIN);
    CHECK_INT(set.next, 1000);
    CHECK_INT(seqset_missing(&set), 0);
    CHECK(!set.words); /* what comes in order takes no memory */
    seqset_release(&set);
}

/* 2 0 3 1: one gap, then two, then none. */
static void test_gaps(void)
{
    struct seqset set = {0};
    size_t room = 1;

    CHECK_INT(seqset_add(&set, 2, &room), SEQSET_NEW);
    CHECK_INT(seqset_missing(&set), 2);
    CHECK_INT(seqset_add(&set, 0, &room), SEQSET_NEW);
    CHECK_INT(set.next, 1);
    CHECK_INT(seqset_add(&set, 2, &room), SEQSET_AGAIN);
    CHECK_INT(seqset_add(&set, 3, &room), SEQSET_NEW);
    CHECK_INT(seqset_missing(&set), 1);
    CHECK_INT(seqset_add(&set, 1, &room), SEQSET_NEW);
    CHECK_INT(set.next, 4);
    CHECK_INT(set.end, 4);
    CHECK_INT(seqset_missing(&set), 0);
    CHECK_INT(seqset_add(&set, 3, &room), SEQSET_AGAIN);
    seqset_release(&set);
}

/* A ring of two words: 63..191 reach from the first word round to the third. */
static void test_room(void)
{
    struct seqset set = {0};
    size_t room = 2;

    for (int64_t seq = 0; seq < 63; seq++)
        CHECK_INT(seqset_add(&set, seq, &room), SEQSET_NEW);
    CHECK_INT(seqset_add(&set, 127, &room), SEQSET_NEW);
    CHECK_INT(seqset_add(&set, 128, &room), SEQSET_FAR);
    CHECK_INT(seqset_add(&set, INT64_C(999999999999999999), &room), SEQSET_FAR);
    CHECK_INT(seqset_missing(&set), 64);
    CHECK_INT(room, 0);
    CHECK_INT(seqset_add(&set, 63, &room), SEQSET_NEW);
    CHECK_INT(seqset_add(&set, 191, &room), SEQSET_NEW);
    CHECK_INT(seqset_missing(&set), 126);
    CHECK_INT(seqset_add(&set, 127, &room), SEQSET_AGAIN);
    seqset_release(&set);
}

/* Shuffled in blocks of 500: every number is new once, and seen then. */
static void test_shuffled(void)
{
    enum { N = 20000, BLOCK = 500 };
    static int64_t order[N];
    struct seqset set = {0};
    size_t room = 64;
    int new = 0, again = 0;

    for (int i = 0; i < N; i++)
        order[i] = i;
    for (int i = 0; i < N; i++) {
        int from = i / BLOCK * BLOCK;
        int j = from + (int)(rng_unit(1, 2, (uint64_t)i) * (i - from + 1));
        int64_t other = order[i];

        order[i] = order[j];
        order[j] = other;
    }
    for (int i = 0; i < N; i++) {
        new += seqset_add(&set, order[i], &room) == SEQSET_NEW;
        again += seqset_add(&set, order[i], &room) == SEQSET_AGAIN;
    }
    CHECK_INT(new, N);
    CHECK_INT(again, N);
    CHECK_INT(set.next, N);
    CHECK(room >= 64 - 16); /* 500 messages are 8 words, and one more */
    seqset_release(&set);
}

int main(void)
{
    test_in_order();
    test_gaps();
    test_room();
    test_shuffled();
    return check_done();
}
