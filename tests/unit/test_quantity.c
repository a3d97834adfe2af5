#include "harness/quantity.h"
#include "tests/unit/check.h"

#define T QUANTITY_THIN
#define MICRO "\xc2\xb5s"

static char text[QUANTITY_SIZE];

static void test_units(void)
{
    CHECK_STR(quantity_time(999).name, "ns");
    CHECK_STR(quantity_time(1000).name, MICRO);
    CHECK_STR(quantity_time(999600).name, "ms");
    CHECK_STR(quantity_time(0).name, "ns");
    CHECK_STR(quantity_time(3e12).name, "s");
    CHECK_STR(quantity_rate(0).name, "bit/s");
    CHECK_STR(quantity_rate(203e3).name, "kbit/s");
    CHECK_STR(quantity_rate(254.6e6).name, "Mbit/s");
    CHECK_STR(quantity_rate(1e12).name, "Gbit/s");
}

static void test_decimals(void)
{
    CHECK_INT(quantity_decimals(560, 0, quantity_time(15000)), 2);
    CHECK_INT(quantity_decimals(3, 1, quantity_time(15000)), 3);
    CHECK_INT(quantity_decimals(0, 1, quantity_time(15000)), 3);
    CHECK_INT(quantity_decimals(0, 1, quantity_time(500)), 0);
    CHECK_INT(quantity_decimals(15000, 1, quantity_time(15000)), 0);
    CHECK_INT(quantity_decimals(0.56e6, 0, quantity_rate(489e6)), 2);
    CHECK_INT(quantity_decimals(56e6, 0, quantity_rate(489e6)), 0);
    CHECK_INT(quantity_decimals(0, 0, quantity_rate(489e6)), 3);
    CHECK_INT(quantity_significant(489e6, 4, quantity_rate(489e6)), 1);
    CHECK_INT(quantity_significant(0, 4, quantity_rate(0)), 0);
}

static void test_texts(void)
{
    CHECK_STR(quantity_value(15002, 3, quantity_time(15002), text),
              "15.002" T MICRO);
    CHECK_STR(quantity_interval((double[]){14999, 15005}, 3,
                                quantity_time(15002), text),
              "[14.999, 15.005]" T MICRO);
    CHECK_STR(quantity_count(612345, text), "612" T "345");
    CHECK_STR(quantity_count(1000, text), "1000");
    CHECK_STR(quantity_count(10000000, text), "10" T "000" T "000");
    CHECK_STR(quantity_count(0, text), "0");
    CHECK_STR(quantity_pace(0.4, text), "0.4");
    CHECK_STR(quantity_pace(2.5, text), "2.5");
    CHECK_STR(quantity_pace(1e9 / 3000, text), "333" T "333.333");
    CHECK_STR(quantity_pace(10000, text), "10" T "000");
    CHECK_STR(quantity_percent(0.0000038416, text), "0.00038" T "%");
    CHECK_STR(quantity_percent(0.19, text), "19" T "%");
    CHECK_STR(quantity_percent(0, text), "0" T "%");
    CHECK_STR(quantity_percent(1, text), "100" T "%");
    CHECK_STR(quantity_rough_time(38.46e6, text), "38.5" T "ms");
    CHECK_STR(quantity_rough_time(7, text), "7.00" T "ns");
    CHECK_STR(quantity_value(-12345, 1, (struct quantity_unit){1, "x"}, text),
              "-12" T "345.0" T "x");
}

int main(void)
{
    test_units();
    test_decimals();
    test_texts();
    return check_done();
}
