/*
 * Do the bootstrap's bounds of a line over the length hold the truth as often
 * as they say?  Simulated, with fixed seeds: the same every time.
 */
#include "harness/fit_bootstrap.h"
#include "tests/unit/check.h"
#include "tests/unit/random.h"

#include <math.h>
#include <stdlib.h>

enum { SWEEPS = 400, LENGTHS = 8, MOST = 40 };

static const double fixed_ns = 10000, byte_ns = 8;

/* Runs of 64 B to 1 MiB whose median is off by 3 %. */
static void simulate(struct fit_point *points, int repeats, uint64_t *state)
{
    for (int i = 0; i < LENGTHS * repeats; i++) {
        double bytes = 64 * pow(4, i % LENGTHS);

        points[i].x = bytes;
        points[i].y = (fixed_ns + byte_ns * bytes) *
                      exp(0.03 * random_normal(state));
    }
}

/* Prints how often both bounds hold the truth; returns the lesser share. */
static double coverage(int repeats)
{
    struct fit_point points[MOST];
    uint64_t state = (uint64_t)repeats;
    int limits = 0, halves = 0;

    for (int i = 0; i < SWEEPS; i++) {
        struct fit_bounds bounds;
        struct err err;

        simulate(points, repeats, &state);
        if (fit_bootstrap(&bounds, points, LENGTHS * repeats, (uint64_t)i,
                          &err) < 0)
            exit(1);
        limits += bounds.limit_lo <= 8e9 / byte_ns &&
                  8e9 / byte_ns <= bounds.limit_hi;
        halves += bounds.half_lo <= fixed_ns / byte_ns &&
                  fixed_ns / byte_ns <= bounds.half_hi;
    }
    printf("# %d lengths x %d runs: r_inf covered %.1f %%, n_1/2 %.1f %%\n",
           LENGTHS, repeats, 100.0 * limits / SWEEPS, 100.0 * halves / SWEEPS);
    return (limits < halves ? limits : halves) / (double)SWEEPS;
}

/* Eight runs are few to draw from; forty are enough. */
static void test_coverage(void)
{
    CHECK(coverage(1) >= 0.80);
    CHECK(coverage(5) >= 0.90);
}

int main(void)
{
    test_coverage();
    return check_done();
}
