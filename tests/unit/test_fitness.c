#include "harness/fitness.h"
#include "tests/unit/check.h"

/* 100 readings of 40 ns are 4 us; 100 steps of 20 ns 2 us. */
static void test_clock(void)
{
    CHECK(fitness_clock_is_dear(3999, 40));
    CHECK(!fitness_clock_is_dear(4000, 40));
    CHECK(fitness_clock_is_coarse(1999, 20));
    CHECK(!fitness_clock_is_coarse(2000, 20));
}

/* At 1000 a second the interval is 1 ms, a tenth of it 100 us. */
static void test_schedule(void)
{
    CHECK(!fitness_is_late(1000, 100000));
    CHECK(fitness_is_late(1000, 100001));
    CHECK(fitness_is_late(10000, 10001));
    CHECK(!fitness_is_late(1, 100001));
    CHECK_NEAR(fitness_rate_at(100000), 1000, 1e-9);
    CHECK(!fitness_is_late(fitness_rate_at(66000) * 0.999, 66000));
    CHECK(fitness_is_late(fitness_rate_at(66000) * 1.001, 66000));
    CHECK(fitness_rate_at(0) > 1e6);
}

static void test_load(void)
{
    struct machine_load load = {1, {0.5, 9, 9}, 3};

    CHECK(!fitness_is_loaded(&load));
    load.minutes[0] = 0.51;
    CHECK(fitness_is_loaded(&load));
    load.wanting = 0.5; /* only an earlier run of ours has left it */
    CHECK(!fitness_is_loaded(&load));
    load.wanting = -1;
    CHECK(fitness_is_loaded(&load));
    load.is_known = 0;
    CHECK(!fitness_is_loaded(&load));
}

static void test_others_and_steal(void)
{
    CHECK(!fitness_is_busy(0.5, 1));
    CHECK(fitness_is_busy(0.51, 1));
    CHECK(!fitness_is_busy(0.4, 0.4)); /* too short to tell */
    CHECK(!fitness_is_stolen(0, 20));
    CHECK(!fitness_is_stolen(0.01, 0.02)); /* one tick */
    CHECK(fitness_is_stolen(0.02, 2));
    CHECK(!fitness_is_stolen(0.1, 20));
    CHECK(fitness_is_stolen(0.11, 20));
}

static void test_rest(void)
{
    CHECK(!fitness_is_governed(""));
    CHECK(!fitness_is_governed("performance"));
    CHECK(fitness_is_governed("powersave"));
    CHECK(fitness_is_governed("mixed"));
    CHECK(!fitness_is_stepped(100000000));
    CHECK(fitness_is_stepped(100000001));
    CHECK(fitness_is_stepped(-3600000000000));
    CHECK(!fitness_has_slept(900000));
    CHECK(fitness_has_slept(2000000000));
}

/* Columns of proc(5): user nice system idle iowait irq softirq steal. */
static void test_parse(void)
{
    struct machine_time time = {0};

    CHECK_INT(
        machine_parse_time("cpu  100 20 30 1000 5 7 8 40 0 0", 100, &time), 0);
    CHECK(time.is_known);
    CHECK_NEAR(time.busy_s, 1.5, 1e-9);
    CHECK_NEAR(time.steal_s, 0.4, 1e-9);
    CHECK_NEAR(time.all_s, 12.1, 1e-9);
    CHECK_INT(machine_parse_time("cpu  100 20 30 1000", 100, &time), -1);
    CHECK_INT(machine_parse_time("intr 1 2 3 4 5 6 7 8", 100, &time), -1);
    CHECK_INT(machine_parse_time("cpu  1 2 3 4 5 6 7 8", 0, &time), -1);
}

/* Of this machine: whatever it is, it makes sense. */
static void test_here(void)
{
    struct machine_time a = machine_time(), b;
    struct machine_load load = machine_load();
    volatile unsigned long sum = 0;

    for (unsigned long i = 0; i < 30000000; i++)
        sum += i;
    b = machine_time();
    CHECK(sum > 0);
    CHECK(a.is_known && b.is_known);
    CHECK(b.ours_s > a.ours_s);
    CHECK(b.all_s >= a.all_s);
    CHECK(load.is_known && load.minutes[0] >= 0);
    CHECK(machine_wanting() >= 0);
}

int main(void)
{
    test_clock();
    test_schedule();
    test_load();
    test_others_and_steal();
    test_rest();
    test_parse();
    test_here();
    return check_done();
}
