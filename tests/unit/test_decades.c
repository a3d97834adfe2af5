#include "harness/decades.h"
#include "tests/unit/check.h"

#define THIN QUANTITY_THIN

static void test_widen(void)
{
    struct decades axis = {HUGE_VAL, 0};

    decades_widen(&axis, 0);
    decades_widen(&axis, -5);
    CHECK(axis.most <= 0);
    decades_widen(&axis, 30);
    decades_widen(&axis, 2500);
    decades_round(&axis);
    CHECK_NEAR(axis.least, 10, 1e-9);
    CHECK_NEAR(axis.most, 10000, 1e-6);
}

/* A power of ten is an end of its own, and one value an axis. */
static void test_round(void)
{
    struct decades axis = {1000, 100000}, point = {1000, 1000};

    decades_round(&axis);
    CHECK_NEAR(axis.least, 1000, 1e-6);
    CHECK_NEAR(axis.most, 100000, 1e-4);
    decades_round(&point);
    CHECK_NEAR(point.least, 1000, 1e-6);
    CHECK_NEAR(point.most, 10000, 1e-6);
}

static void check_tics(double least, double most, const char *want)
{
    struct decades axis = {least, most};
    struct buf text = {0};

    decades_put(&text, "y", &axis, quantity_time);
    CHECK_STR(text.text, want);
    buf_release(&text);
}

static void test_tics(void)
{
    check_tics(1000, 1e6,
               "set ytics ('1" THIN "\xc2\xb5s' 1000, '10" THIN
               "\xc2\xb5s' 10000, '100" THIN "\xc2\xb5s' 100000, '1" THIN
               "ms' 1e+06)\n");
    /* Few decades: 2 and 5 as well, within the axis. */
    check_tics(1500, 10000,
               "set ytics ('2" THIN "\xc2\xb5s' 2000, '5" THIN
               "\xc2\xb5s' 5000, '10" THIN "\xc2\xb5s' 10000)\n");
    /* Many: each second one. */
    check_tics(0.6, 1.6e7,
               "set ytics ('1" THIN "ns' 1, '100" THIN "ns' 100, '10" THIN
               "\xc2\xb5s' 10000, '1" THIN "ms' 1e+06)\n");
}

int main(void)
{
    test_widen();
    test_round();
    test_tics();
    return check_done();
}
