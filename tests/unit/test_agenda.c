#include "lib/rng.h"
#include "servers/agenda.h"
#include "tests/unit/check.h"

#include <stdlib.h>

enum { N = 1000 };

static void what_is_due_first_comes_first(void)
{
    static struct agenda_item items[N];
    struct agenda agenda = {0};
    int64_t last_ns = -1;

    CHECK_INT(agenda_next_ns(&agenda), INT64_MAX);
    CHECK(agenda_take(&agenda) == NULL);
    for (uint64_t i = 0; i < N; i++)
        CHECK_INT(
            agenda_put(&agenda, &items[i], (int64_t)(rng_bits(1, 2, i) % 100)),
            0);
    for (int i = 0; i < N; i++) {
        int64_t next_ns = agenda_next_ns(&agenda);
        const struct agenda_item *item = agenda_take(&agenda);

        CHECK(item != NULL && item->due_ns == next_ns);
        CHECK(next_ns >= last_ns);
        last_ns = next_ns;
    }
    CHECK(agenda_take(&agenda) == NULL);
    agenda_release(&agenda);
}

static void what_is_due_at_once_keeps_its_order(void)
{
    static struct agenda_item items[N];
    struct agenda agenda = {0};
    size_t last[3] = {0};
    int out = 0;

    for (size_t i = 0; i < N; i++)
        CHECK_INT(agenda_put(&agenda, &items[i], (int64_t)(i % 3)), 0);
    for (const struct agenda_item *item; (item = agenda_take(&agenda)); out++) {
        size_t number = (size_t)(item - items);

        CHECK(number >= last[number % 3]);
        last[number % 3] = number;
    }
    CHECK_INT(out, N);
    agenda_release(&agenda);
}

/* Coming and going, against a plain search for the least. */
static void it_agrees_with_a_plain_search(void)
{
    static struct agenda_item items[N];
    static int inside[N];
    struct agenda agenda = {0};
    int put = 0;

    for (uint64_t step = 0; step < UINT64_C(3) * N; step++) {
        int least = -1;

        if (put < N && rng_bits(7, 1, step) % 3) {
            CHECK_INT(agenda_put(&agenda, &items[put],
                                 (int64_t)(rng_bits(7, 2, step) % 500)),
                      0);
            inside[put++] = 1;
            continue;
        }
        for (int i = 0; i < put; i++)
            if (inside[i] &&
                (least < 0 || items[i].due_ns < items[least].due_ns))
                least = i;
        CHECK(agenda_take(&agenda) == (least < 0 ? NULL : &items[least]));
        if (least >= 0)
            inside[least] = 0;
    }
    CHECK_INT(put, N);
    agenda_release(&agenda);
}

int main(void)
{
    what_is_due_first_comes_first();
    what_is_due_at_once_keeps_its_order();
    it_agrees_with_a_plain_search();
    return check_done();
}
