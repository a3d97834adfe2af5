/*
 * The numbers of a report by key.  The template holds none: it asks for
 * "local.rtt.p50" and gets what was computed from a file with a known hash.
 */
#ifndef HARNESS_VALUES_H
#define HARNESS_VALUES_H

#include "lib/buf.h"
#include "lib/err.h"

#include <stddef.h>

struct values_entry {
    char key[64];
    char *text; /* as printed, UTF-8 */
    int has_number;
    double number;   /* in base units: ns, bit/s, a count, a share */
    char sha256[65]; /* of the file it came from, or "" */
};

/* {0} is empty and releasable. */
struct values {
    struct values_entry *entry;
    size_t n;
    int failed;      /* out of memory: checked by values_tex */
    char sha256[65]; /* given to what is added from now on */
};

/* Add PREFIX.KEY; text may come from outside. */
void values_text(struct values *values, const char *prefix, const char *key,
                 const char *text);
void values_number(struct values *values, const char *prefix, const char *key,
                   double number, const char *text);

/* The text behind a whole key, or NULL. */
const char *values_find(const struct values *values, const char *key);

/* \setR{KEY}{TEX} lines.  Error: no-memory. */
int values_tex(const struct values *values, struct buf *to, struct err *err);

/* The same for tests and scripts; the caller frees.  NULL: out of memory. */
char *values_json(const struct values *values);

void values_release(struct values *values);

#endif
