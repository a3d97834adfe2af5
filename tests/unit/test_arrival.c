#include "clients/arrival.h"
#include "tests/unit/check.h"

static struct arrival constant(double per_s)
{
    struct arrival arrival;

    arrival_init(&arrival, ARRIVAL_CONSTANT, per_s, 1);
    return arrival;
}

static struct arrival poisson(double per_s, uint64_t seed)
{
    struct arrival arrival;

    arrival_init(&arrival, ARRIVAL_POISSON, per_s, seed);
    return arrival;
}

static int64_t take(struct arrival *arrival)
{
    int64_t due_ns = arrival_due_ns(arrival);

    arrival_next(arrival);
    return due_ns;
}

static void even_ones_are_evenly_spaced(void)
{
    struct arrival arrival = constant(1000);

    for (int i = 0; i < 5; i++)
        CHECK_INT(take(&arrival), i * 1000000);
}

/* A third of a nanosecond a message would be 1 s after 3e9 of them. */
static void nothing_drifts(void)
{
    struct arrival arrival = constant(3);

    arrival.n = 3000000000;
    CHECK_INT(arrival_due_ns(&arrival), INT64_C(1000000000000000000));
    arrival = constant(0.5);
    (void)take(&arrival);
    CHECK_INT(arrival_due_ns(&arrival), INT64_C(2000000000));
}

/* The pieces of one schedule are the schedule. */
static void threads_interleave(void)
{
    struct arrival parts[3], whole = constant(1000);

    for (int i = 0; i < 3; i++) {
        parts[i] = constant(1000);
        arrival_split(&parts[i], i, 3);
    }
    for (int i = 0; i < 9; i++)
        CHECK_INT(take(&parts[i % 3]), take(&whole));
}

static void a_seed_is_a_schedule(void)
{
    struct arrival a = poisson(1000, 7), b = poisson(1000, 7);
    struct arrival other = poisson(1000, 8), split = poisson(1000, 7);
    int same = 0, as_other = 0, as_split = 0;

    arrival_split(&split, 1, 2);
    for (int i = 0; i < 100; i++) {
        int64_t due_ns = take(&a);

        same += due_ns == take(&b);
        as_other += due_ns == take(&other);
        as_split += due_ns == take(&split);
    }
    CHECK_INT(same, 100);
    CHECK_INT(as_other, 0);
    CHECK_INT(as_split, 0);
}

/*
 * 100 000 exponential gaps of mean 1 ms: the mean is within 4 standard errors
 * (4 / sqrt(n) = 1.3 %), so is the share of gaps above the mean (1/e, standard
 * error 0.15 %), and time never goes back.
 */
static void gaps_are_exponential(void)
{
    enum { N = 100000 };
    struct arrival arrival = poisson(1000, 3);
    int64_t last_ns = 0;
    int longer = 0, back = 0;

    for (int i = 0; i < N; i++) {
        int64_t due_ns = take(&arrival);

        back += due_ns < last_ns;
        longer += due_ns - last_ns > 1000000;
        last_ns = due_ns;
    }
    CHECK_INT(back, 0);
    CHECK_NEAR((double)last_ns / N, 1e6, 0.013e6);
    CHECK_NEAR((double)longer / N, exp(-1), 0.006);
}

static void a_piece_has_its_share_of_the_rate(void)
{
    enum { N = 40000 };
    struct arrival arrival = poisson(1000, 3);
    int64_t last_ns = 0;

    arrival_split(&arrival, 2, 4);
    for (int i = 0; i < N; i++)
        last_ns = take(&arrival);
    CHECK_NEAR((double)last_ns / N, 4e6, 0.08e6);
}

int main(void)
{
    even_ones_are_evenly_spaced();
    nothing_drifts();
    threads_interleave();
    a_seed_is_a_schedule();
    gaps_are_exponential();
    a_piece_has_its_share_of_the_rate();
    return check_done();
}
