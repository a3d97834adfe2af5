/*
 * Fisher's exact test: do two properties of the same things have to do with
 * each other?
 *
 * source   Fisher (1922)
 */
#ifndef HARNESS_FISHER_H
#define HARNESS_FISHER_H

#include <stdint.h>

/* Of n things, how many have the first, the second, both properties. */
struct fisher_table {
    int64_t n, first, second, both;
};

/*
 * Two-sided: how likely a table with these margins is that is no likelier
 * than this one, when the two have nothing to do with each other.  1 for an
 * empty one; below 1e-300: 0.
 */
double fisher_exact(const struct fisher_table *table);

#endif
