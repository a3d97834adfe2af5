/*
 * Sorting whole numbers by their digits, in place: ten million round trips in
 * a fraction of the time that comparing takes, and without a second array.
 *
 * Values within 4.3 s of each other fit into 32 bits once the least is taken
 * off: then half of the array is free to sort into.
 *
 * source   McIlroy, Bostic & McIlroy (1993), "American flag sort", for others
 */
#ifndef HARNESS_RADIX_H
#define HARNESS_RADIX_H

#include <stddef.h>
#include <stdint.h>

/* Ascending; values of either sign. */
void radix_sort(int64_t *values, size_t n);

#endif
