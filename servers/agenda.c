#include "servers/agenda.h"

#include <stdlib.h>

enum { FIRST_ROOM = 64 };

static int is_before(const struct agenda_item *a, const struct agenda_item *b)
{
    if (a->due_ns != b->due_ns)
        return a->due_ns < b->due_ns;
    return a->serial < b->serial;
}

static int make_room(struct agenda *agenda)
{
    size_t room = agenda->room ? 2 * agenda->room : FIRST_ROOM;
    struct agenda_item **at;

    if (agenda->n < agenda->room)
        return 0;
    at = realloc(agenda->at, room * sizeof(struct agenda_item *));
    if (!at)
        return -1;
    agenda->at = at;
    agenda->room = room;
    return 0;
}

int agenda_put(struct agenda *agenda, struct agenda_item *item, int64_t due_ns)
{
    size_t at = agenda->n;

    if (make_room(agenda) < 0)
        return -1;
    item->due_ns = due_ns;
    item->serial = agenda->serial++;
    agenda->n++;
    while (at > 0 && is_before(item, agenda->at[(at - 1) / 2])) {
        agenda->at[at] = agenda->at[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    agenda->at[at] = item;
    return 0;
}

int64_t agenda_next_ns(const struct agenda *agenda)
{
    return agenda->n ? agenda->at[0]->due_ns : INT64_MAX;
}

/* Let `item` sink from the top to its place. */
static void sink(struct agenda *agenda, struct agenda_item *item)
{
    size_t at = 0, child;

    while ((child = 2 * at + 1) < agenda->n) {
        if (child + 1 < agenda->n &&
            is_before(agenda->at[child + 1], agenda->at[child]))
            child++;
        if (!is_before(agenda->at[child], item))
            break;
        agenda->at[at] = agenda->at[child];
        at = child;
    }
    agenda->at[at] = item;
}

struct agenda_item *agenda_take(struct agenda *agenda)
{
    struct agenda_item *first;

    if (agenda->n == 0)
        return NULL;
    first = agenda->at[0];
    agenda->n--;
    if (agenda->n > 0)
        sink(agenda, agenda->at[agenda->n]);
    return first;
}

void agenda_release(struct agenda *agenda)
{
    free(agenda->at);
    *agenda = (struct agenda){0};
}
