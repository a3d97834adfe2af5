#include "lib/rng.h"
#include "tests/unit/check.h"

/* The first number of SplitMix64 with seed 0, as everywhere published. */
static const uint64_t first_of_0 = UINT64_C(0xe220a8397b1dcdaf);

/*
 * One step of SplitMix64 from state s.  A draw is three steps in a chain,
 * rng_bits(a, b, c) = step(step(step(a) ^ b) ^ c); with step(0) known, b and c
 * can be chosen so that the chain comes to the step that is wanted.
 */
static uint64_t step(uint64_t s)
{
    return rng_bits(0, first_of_0, first_of_0 ^ s);
}

static void the_published_numbers(void)
{
    const uint64_t golden = UINT64_C(0x9e3779b97f4a7c15), seed = 1234567;

    CHECK(step(0) == first_of_0);
    CHECK(step(seed) == UINT64_C(6457827717110365317));
    CHECK(step(seed + golden) == UINT64_C(3203168211198807973));
    CHECK(step(seed + 2 * golden) == UINT64_C(9817491932198370423));
    CHECK(step(seed + 3 * golden) == UINT64_C(4593380528125082431));
    CHECK(step(seed + 4 * golden) == UINT64_C(16408922859458223821));
}

static void a_draw_depends_on_its_key_alone(void)
{
    uint64_t first = rng_bits(1, 2, 3);

    (void)rng_bits(9, 9, 9);
    CHECK(rng_bits(1, 2, 3) == first);
    CHECK(rng_bits(2, 2, 3) != first);
    CHECK(rng_bits(1, 3, 3) != first);
    CHECK(rng_bits(1, 2, 4) != first);
    CHECK(rng_bits(3, 2, 1) != first);
}

/* 100 000 draws: mean 1/2 and variance 1/12, four standard errors wide. */
static void units_are_uniform(void)
{
    enum { N = 100000 };
    double sum = 0, squares = 0, least = 1, most = 0;

    for (int i = 0; i < N; i++) {
        double u = rng_unit(1, 0, (uint64_t)i);

        sum += u;
        squares += (u - 0.5) * (u - 0.5);
        least = u < least ? u : least;
        most = u > most ? u : most;
    }
    CHECK(least >= 0 && least < 0.001);
    CHECK(most < 1 && most > 0.999);
    CHECK_NEAR(sum / N, 0.5, 4 * sqrt(1.0 / 12 / N));
    CHECK_NEAR(squares / N, 1.0 / 12, 4 * sqrt(1.0 / 180 / N));
}

/* Neighbours in any of the three keys: no correlation beyond chance. */
static void neighbours_are_independent(void)
{
    enum { N = 20000 };
    double by_counter = 0, by_stream = 0, by_seed = 0;

    for (uint64_t i = 0; i < N; i++) {
        double u = rng_unit(1, 0, i) - 0.5;

        by_counter += u * (rng_unit(1, 0, i + 1) - 0.5);
        by_stream += u * (rng_unit(1, 1, i) - 0.5);
        by_seed += u * (rng_unit(2, 0, i) - 0.5);
    }
    CHECK_NEAR(by_counter / N * 12, 0, 4 / sqrt(N));
    CHECK_NEAR(by_stream / N * 12, 0, 4 / sqrt(N));
    CHECK_NEAR(by_seed / N * 12, 0, 4 / sqrt(N));
}

int main(void)
{
    the_published_numbers();
    a_draw_depends_on_its_key_alone();
    units_are_uniform();
    neighbours_are_independent();
    return check_done();
}
