#include "harness/heat.h"
#include "tests/unit/check.h"

/* Four messages: at the start, in the middle twice, and at the very end. */
static void test_corners(void)
{
    int64_t received_ns[] = {1000, 51000, 51000, 101000};
    int64_t rtt_ns[] = {100, 1010, 1010, 10000};
    struct samples samples = {
        .n = 4, .received_ns = received_ns, .rtt_ns = rtt_ns, .end_ns = 101000};
    struct heat heat;
    struct err err = {0};
    int64_t sum = 0;

    samples.ledger.first_sent_ns = 1000;
    CHECK_INT(heat_of(&heat, &samples, &err), 0);
    CHECK_INT(heat.lo_ns, 100);
    CHECK_INT(heat.hi_ns, 10000);
    CHECK_INT(heat.most, 2);
    CHECK_INT(heat.cell[0], 1);
    CHECK_INT(heat.cell[HEAT_Y / 2 * HEAT_X + HEAT_X / 2], 2);
    CHECK_INT(heat.cell[HEAT_Y * HEAT_X - 1], 1);
    for (int i = 0; i < HEAT_X * HEAT_Y; i++)
        sum += heat.cell[i];
    CHECK_INT(sum, 4);
    heat_release(&heat);
    CHECK(heat.cell == NULL);
}

static void test_few(void)
{
    int64_t one[] = {5000};
    struct samples samples = {0};
    struct heat heat;
    struct err err = {0};

    CHECK_INT(heat_of(&heat, &samples, &err), 0);
    CHECK(heat.cell == NULL);
    heat_release(&heat);
    samples.n = 1;
    samples.received_ns = samples.rtt_ns = one;
    samples.end_ns = 5000;
    CHECK_INT(heat_of(&heat, &samples, &err), 0);
    CHECK_INT(heat.most, 1);
    CHECK_INT(heat.cell[HEAT_X - 1], 1);
    heat_release(&heat);
}

int main(void)
{
    test_corners();
    test_few();
    return check_done();
}
