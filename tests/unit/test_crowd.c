#include "lib/clock.h"
#include "servers/crowd.h"
#include "tests/unit/check.h"

enum { HELLO_S = 3, IDLE_S = 10 };

static const int64_t came_ns = 1000;

/* 1 when it is late so long after it came, or made a step. */
static int late(const struct session *session, int64_t idle_ns,
                int64_t after_ns)
{
    static struct serve serve;
    struct crowd crowd = {.serve = &serve};

    serve.timeout_ns = idle_ns;
    serve.limits.value[LIMIT_HELLO] = HELLO_S * CLOCK_NS_PER_S;
    return crowd_is_late(&crowd, session, came_ns + after_ns);
}

static void test_late_before_the_first_byte(void)
{
    const struct session session = {.active_ns = came_ns};
    int64_t idle_ns = IDLE_S * CLOCK_NS_PER_S;

    CHECK(!late(&session, idle_ns, HELLO_S * CLOCK_NS_PER_S - 1));
    CHECK(late(&session, idle_ns, HELLO_S * CLOCK_NS_PER_S));
    /* Nobody has longer than the idle limit; without one, the first remains. */
    CHECK(!late(&session, 2 * CLOCK_NS_PER_S, 2 * CLOCK_NS_PER_S - 1));
    CHECK(late(&session, 2 * CLOCK_NS_PER_S, 2 * CLOCK_NS_PER_S));
    CHECK(late(&session, 0, HELLO_S * CLOCK_NS_PER_S));
}

static void test_late_after_it(void)
{
    const struct session session = {.active_ns = came_ns, .steps = 1};
    int64_t idle_ns = IDLE_S * CLOCK_NS_PER_S;

    CHECK(!late(&session, idle_ns, idle_ns - 1));
    CHECK(late(&session, idle_ns, idle_ns));
    CHECK(!late(&session, 0, 100 * idle_ns));
}

/* It was told to go: it is counted as crowded out, not as late. */
static void test_a_leaver_is_never_late(void)
{
    struct session session = {.active_ns = came_ns, .is_leaving = 1};
    int64_t idle_ns = IDLE_S * CLOCK_NS_PER_S;

    CHECK(!late(&session, idle_ns, HELLO_S * CLOCK_NS_PER_S));
    CHECK(!late(&session, idle_ns, 100 * idle_ns));
    session.steps = 1;
    CHECK(!late(&session, idle_ns, 100 * idle_ns));
}

int main(void)
{
    test_late_before_the_first_byte();
    test_late_after_it();
    test_a_leaver_is_never_late();
    return check_done();
}
