/* Where the values of one part of a report go: under a prefix of its own. */
#ifndef HARNESS_REPORT_TARGET_H
#define HARNESS_REPORT_TARGET_H

#include "harness/values.h"

#include <stdint.h>

struct target {
    struct values *values;
    const char *prefix; /* "versus.p50" */
};

/* Add PREFIX.KEY as a text without a number. */
void target_text(struct target to, const char *key, const char *text);

/* Add PREFIX.KEY as a whole number, with thin spaces from 10 000 on. */
void target_count(struct target to, const char *key, int64_t count);

#endif
