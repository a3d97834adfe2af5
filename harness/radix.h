/*
 * Sorting whole numbers by their bytes, in place: ten million round trips in
 * a fraction of the time that comparing takes, and without a second array.
 *
 * source   McIlroy, Bostic & McIlroy (1993), "American flag sort"
 */
#ifndef HARNESS_RADIX_H
#define HARNESS_RADIX_H

#include <stddef.h>
#include <stdint.h>

/* Ascending; values of either sign. */
void radix_sort(int64_t *values, size_t n);

#endif
