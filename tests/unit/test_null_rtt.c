#include "harness/null_rtt.h"
#include "lib/clock.h"
#include "tests/unit/check.h"

/* However busy this machine is: what was measured makes sense, and it ends. */
static void check_one(const struct null_rtt_spec *spec, int64_t bytes)
{
    struct null_rtt floor = null_rtt_measure(spec);

    CHECK(floor.rounds >= 0 && floor.rounds <= 1000);
    if (!floor.rounds)
        return;
    CHECK_INT(floor.bytes, bytes);
    CHECK(floor.p50_ns > 0);
    CHECK(floor.p99_ns >= floor.p50_ns);
}

static void test_each(void)
{
    struct null_rtt_spec spec = {
        .bytes = 1000, .cpu_client = -1, .cpu_server = -1};

    check_one(&spec, 1000);
    spec.is_udp = 1;
    check_one(&spec, 1000);
    spec.busy_poll = 1;
    check_one(&spec, 1000);
    spec.is_udp = spec.busy_poll = 0;
    spec.bytes = 16777216;
    check_one(&spec, 16384);
    spec.bytes = 1;
    check_one(&spec, 1);
    spec.cpu_client = spec.cpu_server = 0;
    check_one(&spec, 1);
    spec.cpu_client = 1000; /* there is none: anywhere */
    check_one(&spec, 1);
}

int main(void)
{
    test_each();
    return check_done();
}
