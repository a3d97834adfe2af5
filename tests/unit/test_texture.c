#include "harness/stats.h"
#include "harness/texture.h"
#include "tests/unit/check.h"

#define MS INT64_C(1000000)

/* Three connections in turn; the first message of each is the slow one. */
static void test_texture(void)
{
    uint32_t conn[] = {2, 0, 2, 1, 0, 1, 0, 0, 0};
    int64_t rtt_ns[] = {9 * MS,  7 * MS,  35 * MS, 8 * MS, 49999999,
                        50 * MS, 25 * MS, 34 * MS, 65 * MS};
    int64_t sorted[9];
    struct samples samples = {
        .n = 9, .rtt_ns = rtt_ns, .conn = conn, .nconns = 4};
    struct texture t;
    struct err err = {0};

    memcpy(sorted, rtt_ns, sizeof sorted);
    stats_sort(sorted, 9);
    CHECK_INT(texture_of(&t, &samples, sorted, &err), 0);
    CHECK_INT(t.firsts, 3);
    CHECK_INT(t.first_p50_ns, 8 * MS);
    CHECK_INT(t.before_40ms, 2);
    CHECK_INT(t.at_40ms, 2);
    CHECK_INT(t.after_40ms, 1);
}

static void test_nothing(void)
{
    struct samples samples = {0};
    struct texture t;
    struct err err = {0};

    CHECK_INT(texture_of(&t, &samples, NULL, &err), 0);
    CHECK_INT(t.firsts, 0);
    CHECK_INT(t.at_40ms, 0);
}

int main(void)
{
    test_texture();
    test_nothing();
    return check_done();
}
