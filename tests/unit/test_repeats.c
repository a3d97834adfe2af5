#include "harness/repeats.h"
#include "tests/unit/check.h"

#include <stdlib.h>

/* e^0, e^1, e^2: ln has the mean 1 and the variance 1. */
static void test_run(void)
{
    const double medians[] = {1, 2.718281828459045, 7.38905609893065};
    struct repeats_run run = repeats_run_of(medians, 3);

    CHECK_INT(run.batches, 3);
    CHECK_NEAR(run.mean, 1, 1e-12);
    CHECK_NEAR(run.variance, 1, 1e-12);
}

/*
 * By hand: means 1.0, 1.2, 1.4, so S_2^2 = 0.04; S_1^2 = 0.3 of 30 batches,
 * so T_2^2 = 0.04 - 0.01 = 0.03 and T_1^2/T_2^2 = 10.  A run costs
 * 0.9 s to start and a batch 0.1 s: r = ceil(sqrt(9 * 10)) = 10 batches, 1 s,
 * and the runs have 3 s: longer ones do not help.  S_2 = 0.2; 1.96 * 0.2 /
 * ln 1.05 = 8.0344, squared 64.55: 65 runs.
 */
static void test_more_runs(void)
{
    struct repeats_run runs[3] = {{1.0, 0.2, 30, 0.1, 0.9},
                                  {1.2, 0.3, 30, 0.1, 1},
                                  {1.4, 0.4, 30, 0.1, 1}};
    struct repeats r = repeats_of(runs, 3);

    CHECK_NEAR(r.within, 0.3, 1e-12);
    CHECK_NEAR(r.between, 0.03, 1e-12);
    CHECK_NEAR(r.spread, 0.2, 1e-12);
    CHECK_NEAR(r.run_s, 3, 1e-12);
    CHECK_NEAR(r.best_run_s, 1, 1e-9);
    CHECK(r.more_runs);
    CHECK_INT(r.needed, 65);
    /* Starting costs 95 s: sqrt(9500) is 97.5, and 9.8 s would be better. */
    for (int i = 0; i < 3; i++)
        runs[i].start_s = 95;
    r = repeats_of(runs, 3);
    CHECK_NEAR(r.best_run_s, 9.8, 1e-9);
    CHECK(!r.more_runs);
}

/* Means that differ by less than batches explain: 0.0001 < 0.3 / 30. */
static void test_longer_runs(void)
{
    const struct repeats_run runs[3] = {{1.00, 0.3, 30, 0.1, 1},
                                        {1.01, 0.3, 30, 0.1, 1},
                                        {1.02, 0.3, 30, 0.1, 1}};
    struct repeats r = repeats_of(runs, 3);

    CHECK_NEAR(r.between, 0.0001 - 0.01, 1e-12);
    CHECK(!r.more_runs);
    CHECK_NEAR(r.best_run_s, 0, 0);
    CHECK_INT(r.needed, 4); /* from fewer there is no interval */
}

static const char *told(const struct repeats_run *runs, int n)
{
    static char text[512];
    struct repeats r = repeats_of(runs, n);
    FILE *to = fmemopen(text, sizeof text, "w");

    text[0] = '\0';
    if (to) {
        repeats_print(&r, to);
        fclose(to);
    }
    return text;
}

static void test_words(void)
{
    struct repeats_run runs[3] = {
        {1.0, 0.3, 30, 0.1, 1}, {1.2, 0.3, 30, 0.1, 1}, {1.4, 0.3, 30, 0.1, 1}};

    CHECK(strstr(told(runs, 3), "20 % from run to run: longer runs will not "
                                "help;\n             more runs will; for +- 5 "
                                "% about 65 of this length\n") != NULL);
    CHECK_STR(told(runs, 2), "");
    runs[0].mean = runs[2].mean = 1.2;
    CHECK(strstr(told(runs, 3), "help as much as more runs") != NULL);
}

int main(void)
{
    test_run();
    test_more_runs();
    test_longer_runs();
    test_words();
    return check_done();
}
