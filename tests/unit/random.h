/* The same draws everywhere: for tests of statistics. */
#ifndef TESTS_UNIT_RANDOM_H
#define TESTS_UNIT_RANDOM_H

#include <math.h>
#include <stdint.h>

/* splitmix64, uniform in [0, 1) */
static inline double random_unit(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return (double)((z ^ (z >> 31)) >> 11) / 9007199254740992.0;
}

/* Box and Muller */
static inline double random_normal(uint64_t *state)
{
    double radius = sqrt(-2 * log(random_unit(state) + 1e-300));

    return radius * cos(6.283185307179586 * random_unit(state));
}

#endif
