#include "clients/lane.h"
#include "lib/clock.h"
#include "tests/unit/check.h"

enum { S = 1000000000 };

/* Static for its size: the meter's classes. */
static struct load_result result;

/* A load that has begun; the schedule's interval in ns, 0 for a closed loop. */
static struct lane begun(const struct load_plan *plan, double interval_ns)
{
    struct lane lane = {
        .plan = plan, .result = &result, .arrival.interval_ns = interval_ns};

    memset(&result, 0, sizeof result);
    lane_begin(&lane);
    return lane;
}

/* A look at the clock, so long after the last one; how many gaps there are. */
static int64_t looked(struct lane *lane, int64_t after_ns)
{
    lane->now_ns -= after_ns;
    lane_look(lane);
    return result.gaps.count;
}

static void test_gap(void)
{
    const struct load_plan plan = {.rate_per_s = 0};
    struct lane lane = begun(&plan, 0);
    int64_t begin_ns = lane.now_ns;

    CHECK_INT(looked(&lane, 5 * (int64_t)S), 1);
    CHECK_INT(result.gaps.told[0].from_ns, begin_ns - 5 * (int64_t)S);
    CHECK_INT(result.gaps.told[0].to_ns, lane.now_ns);
    CHECK(lane.now_ns >= begin_ns);
    /* What was to be waited is none, and is used up by one look. */
    lane.wait_ns = 3600 * (int64_t)S;
    CHECK_INT(looked(&lane, 5 * (int64_t)S), 1);
    CHECK_INT(looked(&lane, 5 * (int64_t)S), 2);
}

/* Ten intervals when that is more than 0.1 s. */
static void test_gap_of_an_open_loop(void)
{
    const struct load_plan plan = {.rate_per_s = 0.01};
    struct lane lane = begun(&plan, 100.0 * S);

    CHECK_INT(looked(&lane, 900 * (int64_t)S), 0);
    CHECK_INT(looked(&lane, 1001 * (int64_t)S), 1);
}

static void test_stopped_and_continued(void)
{
    const struct load_plan plan = {.rate_per_s = 0.01};
    struct lane lane = begun(&plan, 100.0 * S);

    ticker_continue();
    CHECK_INT(looked(&lane, 1), 1);
    CHECK_INT(looked(&lane, 1), 1);
    ticker_continue();
    lane.wait_ns = 3600 * (int64_t)S;
    CHECK_INT(looked(&lane, 1), 2);
}

int main(void)
{
    test_gap();
    test_gap_of_an_open_loop();
    test_stopped_and_continued();
    return check_done();
}
