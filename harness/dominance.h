/*
 * How often a message of B takes longer than one of A: Vargha and Delaney's
 * A12 = P(b > a) + P(b = a) / 2.  It describes and has no interval: messages
 * are not what is compared.
 *
 * source   Vargha & Delaney (2000)
 */
#ifndef HARNESS_DOMINANCE_H
#define HARNESS_DOMINANCE_H

#include <stddef.h>
#include <stdint.h>

struct dominance_group {
    const int64_t *sorted; /* ascending */
    size_t n;              /* >= 1 */
};

double dominance_a12(const struct dominance_group *a,
                     const struct dominance_group *b);

#endif
