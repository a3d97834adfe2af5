#include "harness/loss_time.h"
#include "tests/unit/check.h"

#include <stdlib.h>

static const int64_t ms = 1000000;

static void add(struct loss_time *time, int64_t sent_ns, int is_lost)
{
    if (loss_time_add(time, sent_ns, is_lost) < 0)
        exit(1);
}

/* All that is in the bins. */
static struct loss_time_bin sum_of(const struct loss_time *time)
{
    struct loss_time_bin sum = {0, 0};

    for (int i = 0; i < LOSS_TIME_BINS; i++) {
        sum.sent += time->bin[i].sent;
        sum.lost += time->bin[i].lost;
    }
    return sum;
}

static void test_bins(void)
{
    struct loss_time time = {0};

    loss_time_release(&time);
    add(&time, 0, 0);
    add(&time, 1 * ms - 1, 1);
    add(&time, 7 * ms, 1);
    CHECK_INT(time.bin_ns, ms);
    CHECK_INT(time.nbins, 8);
    CHECK_INT(time.bin[0].sent, 2);
    CHECK_INT(time.bin[0].lost, 1);
    CHECK_INT(time.bin[7].lost, 1);
    loss_time_release(&time);
}

/* Message k at k ms, every third lost; then one in the sixth day. */
static void test_longer(void)
{
    struct loss_time time = {0};
    int others = 0;

    for (int64_t k = 0; k < 30000; k++)
        add(&time, k * ms, k % 3 == 0);
    CHECK_INT(time.bin_ns, 10 * ms);
    CHECK_INT(time.nbins, 3000);
    for (int i = 0; i < time.nbins; i++)
        others += time.bin[i].sent != 10 || time.bin[i].lost < 3 ||
                  time.bin[i].lost > 4;
    CHECK_INT(others, 0);
    add(&time, INT64_C(500000000) * ms, 1);
    CHECK_INT(time.bin_ns, INT64_C(1000000) * ms);
    CHECK_INT(time.nbins, 501);
    CHECK_INT(time.bin[0].sent, 30000);
    CHECK_INT(sum_of(&time).sent, 30001);
    CHECK_INT(sum_of(&time).lost, 10001);
    loss_time_release(&time);
}

int main(void)
{
    test_bins();
    test_longer();
    return check_done();
}
