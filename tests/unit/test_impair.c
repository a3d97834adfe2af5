#include "lib/impair.h"
#include "tests/unit/check.h"

#include <math.h>

static const struct impair fair = {.model = IMPAIR_BERNOULLI,
                                   .p = 0.2,
                                   .burst = 1,
                                   .directions = 3,
                                   .seed = 7};

static int64_t count_drops(const struct impair *impair,
                           enum impair_direction direction, uint64_t n)
{
    int64_t drops = 0;

    for (uint64_t seq = 0; seq < n; seq++)
        drops += impair_decide(impair, direction, 3, seq) == IMPAIR_DROP;
    return drops;
}

static void a_decision_depends_on_nothing_but_its_key(void)
{
    struct impair other = fair;
    int differing = 0;

    other.seed = 8;
    for (uint64_t seq = 0; seq < 1000; seq++) {
        enum impair_action once = impair_decide(&fair, IMPAIR_FORWARD, 1, seq);

        /* Asked again, and after others were asked. */
        (void)impair_decide(&fair, IMPAIR_REVERSE, 9, 999 - seq);
        CHECK_INT(impair_decide(&fair, IMPAIR_FORWARD, 1, seq), once);
        differing += impair_decide(&other, IMPAIR_FORWARD, 1, seq) != once;
    }
    /* Two independent sets of 20 % differ in 2 x 0.2 x 0.8 = 32 %. */
    CHECK_NEAR(differing, 320, 60);
}

static void directions_and_connections_are_independent(void)
{
    int both = 0, conns = 0;

    for (uint64_t seq = 0; seq < 10000; seq++) {
        int lost = impair_decide(&fair, IMPAIR_FORWARD, 0, seq) == IMPAIR_DROP;

        both += lost &&
                impair_decide(&fair, IMPAIR_REVERSE, 0, seq) == IMPAIR_DROP;
        conns += lost &&
                 impair_decide(&fair, IMPAIR_FORWARD, 1, seq) == IMPAIR_DROP;
    }
    /* 4 %, four standard deviations are 0.8 %. */
    CHECK_NEAR(both, 400, 80);
    CHECK_NEAR(conns, 400, 80);
}

static void the_share_is_p(void)
{
    static const double shares[] = {0.01, 0.2, 0.5};
    uint64_t n = 100000;

    for (int i = 0; i < 3; i++) {
        struct impair impair = fair;
        double sd = sqrt(shares[i] * (1 - shares[i]) * (double)n);

        impair.p = shares[i];
        CHECK_NEAR((double)count_drops(&impair, IMPAIR_FORWARD, n),
                   shares[i] * (double)n, 4 * sd);
    }
}

static void nothing_and_everything(void)
{
    struct impair impair = fair;

    impair.p = 0;
    CHECK_INT(count_drops(&impair, IMPAIR_FORWARD, 1000), 0);
    impair.p = 1;
    CHECK_INT(count_drops(&impair, IMPAIR_FORWARD, 1000), 1000);
    impair.directions = 1 << IMPAIR_REVERSE;
    CHECK_INT(count_drops(&impair, IMPAIR_FORWARD, 1000), 0);
    CHECK_INT(count_drops(&impair, IMPAIR_REVERSE, 1000), 1000);
}

static void gilbert_keeps_the_share_and_the_mean_burst(void)
{
    struct impair impair = fair;
    uint64_t n = 200000;
    int64_t drops = 0, bursts = 0, before = 0;

    impair.model = IMPAIR_GILBERT;
    impair.p = 0.1;
    impair.burst = 5;
    for (uint64_t seq = 0; seq < n; seq++) {
        int lost = impair_decide(&impair, IMPAIR_FORWARD, 2, seq) ==
                   IMPAIR_DROP;

        drops += lost;
        bursts += lost && !before;
        before = lost;
    }
    CHECK_NEAR((double)drops / (double)n, 0.1, 0.01);
    CHECK_NEAR((double)drops / (double)bursts, 5, 0.3);
}

static void bursts_that_no_chain_has_are_refused(void)
{
    struct impair impair = fair;
    struct err err = {0};

    impair.model = IMPAIR_GILBERT;
    impair.p = 0.8; /* p / (1 - p) = 4 */
    impair.burst = 3.9;
    CHECK_INT(impair_check(&impair, &err), -1);
    CHECK_STR(err.id, "impair-burst");
    impair.burst = 4.1;
    CHECK_INT(impair_check(&impair, &err), 0);
    impair.model = IMPAIR_BERNOULLI;
    CHECK_INT(impair_check(&impair, &err), -1);
    CHECK_STR(err.id, "impair-burst");
    impair.burst = 1;
    CHECK_INT(impair_check(&impair, &err), 0);
}

static void duplicates_and_reordering_happen_on_the_way_back(void)
{
    struct impair impair = {
        .duplicate = 0.3, .reorder = 0.5, .directions = 3, .seed = 1};
    int counts[4] = {0};

    for (uint64_t seq = 0; seq < 10000; seq++) {
        CHECK_INT(impair_decide(&impair, IMPAIR_FORWARD, 0, seq), IMPAIR_PASS);
        counts[impair_decide(&impair, IMPAIR_REVERSE, 0, seq)]++;
    }
    CHECK_INT(counts[IMPAIR_DROP], 0);
    CHECK_NEAR(counts[IMPAIR_DUPLICATE], 3000, 190);
    CHECK_NEAR(counts[IMPAIR_REORDER], 3500, 200); /* 0.7 x 0.5 */
}

int main(void)
{
    a_decision_depends_on_nothing_but_its_key();
    directions_and_connections_are_independent();
    the_share_is_p();
    nothing_and_everything();
    gilbert_keeps_the_share_and_the_mean_burst();
    bursts_that_no_chain_has_are_refused();
    duplicates_and_reordering_happen_on_the_way_back();
    return check_done();
}
