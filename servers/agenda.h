/*
 * What is due when: a heap of items, each part of a larger thing.  Items that
 * are due at the same time come out as they went in.
 */
#ifndef SERVERS_AGENDA_H
#define SERVERS_AGENDA_H

#include <stddef.h>
#include <stdint.h>

struct agenda_item {
    int64_t due_ns;
    uint64_t serial; /* of all that went in */
};

struct agenda {
    struct agenda_item **at; /* at[0] is the first */
    size_t n, room;
    uint64_t serial;
};

/* {0} is an empty one.  Keeps the pointer.  0, or -1 when out of memory. */
int agenda_put(struct agenda *agenda, struct agenda_item *item, int64_t due_ns);

/* When the first is due; INT64_MAX when there is none. */
int64_t agenda_next_ns(const struct agenda *agenda);

/* Take the first out; NULL when there is none. */
struct agenda_item *agenda_take(struct agenda *agenda);

/* Free the heap, not the items. */
void agenda_release(struct agenda *agenda);

#endif
