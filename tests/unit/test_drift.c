#include "harness/drift.h"
#include "tests/unit/check.h"
#include "tests/unit/random.h"

#include <math.h>

/* S = 28, variance 8 x 7 x 21 / 18 = 65.333: z = 27 / 8.0829 = 3.3404 */
static void test_upwards(void)
{
    double y[] = {1, 2, 3, 4, 5, 6, 7, 8};
    struct drift drift = drift_find(y, 8);

    CHECK_NEAR(drift.z, 3.3404, 1e-4);
    CHECK(drift.is_known && drift.is_drifting);
    for (int i = 0; i < 8; i++)
        y[i] = pow(2, i);
    CHECK_NEAR(drift_find(y, 8).change, 256 - 1, 1e-9); /* eight times twice */
    for (int i = 0; i < 8; i++)
        y[i] = pow(2, -i);
    drift = drift_find(y, 8);
    CHECK_NEAR(drift.z, -3.3404, 1e-4);
    CHECK_NEAR(drift.change, 1 / 256. - 1, 1e-9);
}

/*
 * Four pairs of equal values: S = 24, variance (1176 - 4 x 2 x 1 x 9) / 18 =
 * 61.333: z = 23 / 7.8316 = 2.9368
 */
static void test_ties(void)
{
    double y[] = {1, 1, 2, 2, 3, 3, 4, 4};

    CHECK_NEAR(drift_find(y, 8).z, 2.9368, 1e-4);
}

static void test_level(void)
{
    double y[30];
    struct drift drift;

    for (int i = 0; i < 30; i++)
        y[i] = 7;
    drift = drift_find(y, 30);
    CHECK(drift.is_known && !drift.is_drifting);
    CHECK_NEAR(drift.z, 0, 0);
    CHECK_NEAR(drift.change, 0, 0);
    y[14] = 7000; /* one spike is no drift */
    CHECK(!drift_find(y, 30).is_drifting);
}

/* 30 % more at the end than at the start, whatever three spikes say. */
static void test_thirty_percent(void)
{
    double y[30];
    struct drift drift;

    for (int i = 0; i < 30; i++)
        y[i] = 100 * pow(1.3, (i + 0.5) / 30);
    CHECK_NEAR(drift_find(y, 30).change, 0.3, 1e-9);
    y[3] = y[17] = y[28] = 10000;
    drift = drift_find(y, 30);
    CHECK(drift.is_drifting);
    CHECK_NEAR(drift.change, 0.3, 0.02);
}

/* Independent values: |z| > 2.576 in about 1 of 100 series. */
static void test_false_alarms(void)
{
    double y[30];
    uint64_t state = 2;
    int alarms = 0;

    for (int series = 0; series < 2000; series++) {
        for (int i = 0; i < 30; i++)
            y[i] = 10 + random_normal(&state);
        alarms += drift_find(y, 30).is_drifting;
    }
    CHECK(alarms >= 5 && alarms <= 35);
}

int main(void)
{
    test_upwards();
    test_ties();
    test_level();
    test_thirty_percent();
    test_false_alarms();
    return check_done();
}
