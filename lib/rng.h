/*
 * A counter-based generator: every draw is a pure function of its key and
 * counter, so the same seed gives the same draws whatever the timing.
 */
#ifndef LIB_RNG_H
#define LIB_RNG_H

#include <stdint.h>

/*
 * 64 well-mixed bits of (seed, stream, counter).  Source: the finaliser of
 * SplitMix64 (Steele, Lea, Flood 2014), applied in a chain.
 */
uint64_t rng_bits(uint64_t seed, uint64_t stream, uint64_t counter);

/* Uniform in [0, 1), 53 bits. */
double rng_unit(uint64_t seed, uint64_t stream, uint64_t counter);

#endif
