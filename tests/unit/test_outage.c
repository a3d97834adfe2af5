#include "lib/outage.h"
#include "tests/unit/check.h"

#define S INT64_C(1000000000)

static void test_limit(void)
{
    CHECK_INT(outage_limit_ns(10 * S, 100000, 0), 1 * S);
    CHECK_INT(outage_limit_ns(60 * S, 100000, 0), 3 * S);
    CHECK_INT(outage_limit_ns(60 * S, 100000, 4 * S), 4 * S);
    CHECK_INT(outage_limit_ns(60 * S, 60, 4 * S), 10 * S);
    CHECK_INT(outage_limit_ns(0, 0, 0), 1 * S);
}

/* One message out of time is no outage where the next one waits for it. */
static void test_patience(void)
{
    CHECK_INT(outage_patience_ns(1, 0, 3 * S), 3 * S * 3 / 2);
    CHECK_INT(outage_patience_ns(1, 100, 3 * S), 0);
    CHECK_INT(outage_patience_ns(0, 0, 3 * S), 0);
}

int main(void)
{
    test_limit();
    test_patience();
    return check_done();
}
