#include "harness/expect.h"
#include "tests/unit/check.h"

#include <string.h>

static const struct scenario_expect nothing = {-1, -1, -1, -1};

/* What is missed, or "". */
static const char *missed(const struct scenario_expect *expect,
                          const struct result_run *run,
                          const struct summary *summary)
{
    static struct err err;

    memset(&err, 0, sizeof err);
    return expect_check(expect, run, summary, &err) < 0 ? err.msg : "";
}

static void test_failed(void)
{
    const struct result_run run = {.rate_per_s = 0};
    struct scenario_expect expect = nothing;
    struct summary s = {.ok = 97, .failed = 1, .unsent = 2};

    CHECK_STR(missed(&expect, &run, &s), "");
    expect.failed_max = 0.03;
    CHECK_STR(missed(&expect, &run, &s), "");
    expect.failed_max = 0.025;
    CHECK_STR(missed(&expect, &run, &s),
              "not as expected: share of failed messages: 0.03, the scenario "
              "wants at most 0.025");
}

/* In an open loop it is the response that must be short. */
static void test_times(void)
{
    const struct result_run run = {.rate_per_s = 1000, .achieved_per_s = 995};
    struct scenario_expect expect = nothing;
    struct summary s = {.ok = 1};

    s.rtt[SUMMARY_P50] = (struct stats_quantile){.is_known = 1, .value = 9000};
    s.open_loop.response[OPEN_LOOP_P50] = (struct stats_quantile){
        .is_known = 1, .value = 3000000};
    expect.rtt_p50_ms_max = 1;
    CHECK_STR(missed(&expect, &run, &s), "");
    s.open_loop.is_open = 1;
    CHECK_STR(missed(&expect, &run, &s),
              "not as expected: p50 of the response in ms: 3, the scenario "
              "wants at most 1");
    expect.rtt_p50_ms_max = 3;
    CHECK_STR(missed(&expect, &run, &s), "");
    expect.rtt_p99_ms_max = 9;
    CHECK(
        strstr(missed(&expect, &run, &s), "p99 of the response in ms is not"));
}

static void test_degraded(void)
{
    const struct result_run run = {.rate_per_s = 1000, .achieved_per_s = 900};
    struct scenario_expect expect = nothing;
    struct summary s = {.ok = 1};

    CHECK_STR(missed(&expect, &run, &s), "");
    expect.failed_max = 1;
    CHECK_STR(missed(&expect, &run, &s),
              "not as expected: messages a second: 900, the scenario wants at "
              "least 990");
}

int main(void)
{
    test_failed();
    test_times();
    test_degraded();
    return check_done();
}
