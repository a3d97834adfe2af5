/*
 * Loss on purpose: which messages a server or relay drops, doubles or holds
 * back.  Every decision is a pure function of (seed, direction, connection,
 * sequence), so a scenario loses the same messages whatever the timing.
 */
#ifndef LIB_IMPAIR_H
#define LIB_IMPAIR_H

#include "lib/err.h"

#include <stdint.h>

enum impair_model {
    IMPAIR_NONE,
    IMPAIR_BERNOULLI, /* each message on its own */
    IMPAIR_GILBERT,   /* in bursts: a bad state that loses everything */
};

enum impair_direction {
    IMPAIR_FORWARD, /* client to server */
    IMPAIR_REVERSE,
};

enum impair_action {
    IMPAIR_PASS,
    IMPAIR_DROP,
    IMPAIR_DUPLICATE,
    IMPAIR_REORDER, /* hold it back behind the next one */
};

struct impair {
    enum impair_model model;
    double p;         /* share lost in each direction, 0..1 */
    double burst;     /* mean length of a burst, >= 1 (gilbert) */
    int directions;   /* bits: 1 << IMPAIR_FORWARD, 1 << IMPAIR_REVERSE */
    double duplicate; /* shares of what is not lost, reverse direction only */
    double reorder;
    uint64_t seed;
};

/*
 * 0 when the numbers go together.  Errors (ERR_USAGE): impair-burst when no
 * chain has this mean burst with this share (p / (1 - p) > burst), or when
 * another model than gilbert is to have bursts.
 */
int impair_check(const struct impair *impair, struct err *err);

/*
 * What becomes of message `seq` of connection `conn` in this direction.
 *
 * Gilbert: a two-state chain, good -> bad with p / ((1 - p) burst), bad ->
 * good with 1 / burst (Gilbert 1960), begun anew from its stationary state
 * every IMPAIR_BLOCK messages, so that any message can be asked for.
 */
#define IMPAIR_BLOCK 1024
enum impair_action impair_decide(const struct impair *impair,
                                 enum impair_direction direction, uint32_t conn,
                                 uint64_t seq);

/* "drop", "duplicate", "reorder"; "forward", "reverse". */
const char *impair_action_name(enum impair_action action);
const char *impair_direction_name(enum impair_direction direction);

/* "none", "bernoulli", "gilbert": 0 and the model, or -1. */
int impair_parse_model(const char *name, enum impair_model *model);

#endif
