/*
 * The keys of a scenario, one table: their types, ranges and places in struct
 * scenario.  A part of scenario: nobody else includes it.
 */
#ifndef HARNESS_SCENARIO_KEYS_H
#define HARNESS_SCENARIO_KEYS_H

#include "harness/scenario.h"

#include <stddef.h>

enum scenario_type {
    KEY_INT,     /* int64_t */
    KEY_SMALL,   /* int */
    KEY_REAL,    /* double */
    KEY_SECONDS, /* JSON seconds, int64_t ns */
    KEY_BOOL,    /* int */
    KEY_TEXT,    /* char[size], checked by `is_valid` */
    KEY_WORD,    /* one of `words`; the index goes to an int, if anywhere */
    KEY_OBJECT,  /* its members have rows of their own */
    KEY_VERSION, /* the number 1 */
    KEY_STEPS,   /* of a transcript: see harness/steps.h */
};

enum {
    KEY_NOWHERE = -1,
    KEY_MAY_BE_NULL = 1,
    KEY_REQUIRED = 2,
    KEY_SWEEPS = 4
};

struct scenario_key {
    const char *path; /* dotted */
    enum scenario_type type;
    int flags;
    int offset;                /* in struct scenario; KEY_NOWHERE: not kept */
    enum scenario_swept swept; /* with KEY_SWEEPS: its list */
    double lo, hi;             /* range; for KEY_TEXT hi is the field's size */
    const char *const *words;  /* NULL-ended */
    int (*is_valid)(const char *text);
    const char *want; /* in words, for KEY_TEXT */
};

/* Where the value of a key is kept. */
void *scenario_key_field(const struct scenario_key *key,
                         struct scenario *scenario);

/* In the order of the table; NULL past the last. */
const struct scenario_key *scenario_key_at(int i);
const struct scenario_key *scenario_key_find(const char *path);

/* The known keys below `prefix` ("" for the top), separated by blanks. */
void scenario_key_list(const char *prefix, char *text, size_t size);

/*
 * The key that was probably meant by `name`, no key of the object `prefix`, or
 * NULL: a slip or two away, or the same in another object.
 */
const char *scenario_key_near(const char *prefix, const char *name);

#endif
