#include "harness/outliers.h"
#include "harness/steady.h"
#include "harness/variation.h"
#include "tests/unit/check.h"
#include "tests/unit/random.h"

#include <stdlib.h>

enum { MAX = 6000 };

struct fixture {
    struct samples samples;
    int64_t received_ns[MAX], rtt_ns[MAX], rtts[MAX];
    uint32_t conn[MAX];
};

static struct fixture *new_fixture(int64_t nconns)
{
    struct fixture *f = calloc(1, sizeof *f);

    f->samples.received_ns = f->received_ns;
    f->samples.rtt_ns = f->rtt_ns;
    f->samples.conn = f->conn;
    f->samples.nconns = nconns;
    return f;
}

static void add(struct fixture *f, uint32_t conn, int64_t rtt_ns)
{
    size_t i = f->samples.n++;

    f->conn[i] = conn;
    f->rtt_ns[i] = rtt_ns;
    f->received_ns[i] = (int64_t)i * 1000;
}

static struct steady sum_up(struct fixture *f)
{
    struct steady steady;
    struct err err = {0};

    if (steady_of(&steady, &f->samples, f->rtts, &err) < 0)
        steady.n = -1;
    return steady;
}

/*
 * Three connections in turn: the first is slow for 50 messages, the second
 * for none, the third has too few to tell.
 */
static void test_each_connection(void)
{
    struct fixture *f = new_fixture(3);
    struct steady s;

    for (int i = 0; i < 1000; i++) {
        add(f, 0, i < 50 ? 4000 : 1000);
        add(f, 1, 1000);
        if (i < 90)
            add(f, 2, i < 50 ? 4000 : 1000);
    }
    s = sum_up(f);
    CHECK_INT(s.judged, 2);
    CHECK_INT(s.unsteady, 0);
    CHECK_INT(s.cut, 50);
    CHECK_INT(s.until_ns, 49 * 3 * 1000);
    CHECK_INT(s.n, 2090 - 50);
    CHECK_INT(s.p50_ns, 1000);
    CHECK_INT(s.p99_ns, 4000); /* the third keeps its 50 slow ones */
    free(f);
}

/*
 * The first 2000 of 5000 messages take four times as long: the interval of the
 * median is that of the 3000 others, as if these were all.  That of the whole
 * run would reach from one level to the other.
 */
static void test_interval_after_the_cut(void)
{
    struct fixture *f = new_fixture(1);
    struct stats_quantile alone;
    struct steady s;
    uint64_t draw = 3;
    int64_t sorted[3000];

    for (int i = 0; i < 5000; i++)
        add(f, 0,
            (i < 2000 ? 40000 : 10000) + (int)(1000 * random_unit(&draw)));
    memcpy(sorted, f->rtt_ns + 2000, sizeof sorted);
    stats_sort(sorted, 3000);
    alone = stats_quantile(
        &(struct stats_sample){f->rtt_ns + 2000, sorted, 3000, 0}, 0.5);
    s = sum_up(f);
    CHECK_INT(s.cut, 2000);
    CHECK(s.p50.is_known);
    CHECK_INT(s.p50.value, alone.value);
    CHECK_INT(s.p50.lo, alone.lo);
    CHECK_INT(s.p50.hi, alone.hi);
    CHECK_NEAR(s.p50.n_eff, alone.n_eff, 1e-9);
    CHECK(s.p50.lo > 10400 && s.p50.hi < 10600);
    CHECK_INT(memcmp(f->rtts, sorted, sizeof sorted), 0);
    free(f);
}

static void test_never_steady(void)
{
    struct fixture *f = new_fixture(1);
    struct steady s;

    for (int i = 0; i < 1000; i++)
        add(f, 0, i < 900 ? 4000 : 1000);
    s = sum_up(f);
    CHECK_INT(s.judged, 1);
    CHECK_INT(s.unsteady, 1);
    CHECK_INT(s.cut, 0);
    CHECK_INT(s.until_ns, LEDGER_ABSENT);
    CHECK_INT(s.n, 1000);
    CHECK_INT(s.p50_ns, 4000);
    free(f);
}

/* A third more at the end: no warm-up, but a drift. */
static void test_drift(void)
{
    struct fixture *f = new_fixture(1);
    struct steady s;

    for (int i = 0; i < MAX; i++)
        add(f, 0, 30000 + i * 10000 / MAX + (i * 7919) % 9001);
    s = sum_up(f);
    CHECK(s.drift.is_known && s.drift.is_drifting);
    CHECK_NEAR(s.drift.change, 10000 / 34500.0, 0.03);
    free(f);
}

static void test_few(void)
{
    struct fixture *f = new_fixture(1);
    struct steady s = sum_up(f);

    CHECK_INT(s.n, 0);
    CHECK_INT(s.p50_ns, LEDGER_ABSENT);
    for (int i = 0; i < 59; i++)
        add(f, 0, 100 + i);
    s = sum_up(f);
    CHECK(!s.drift.is_known);
    CHECK_INT(s.judged, 0);
    CHECK_INT(s.p50_ns, 129);
    CHECK_INT(s.p99_ns, LEDGER_ABSENT);
    free(f);
}

/*
 * Connection 0: 10 30 (lost) 20 50, then 90 as seq 9; connection 70: 5 7.
 * Neighbours: (20 + 30 + 2) / 3.
 */
static void test_variation(void)
{
    static const struct variation_message messages[] = {
        {0, 0, 10}, {70, 0, 5}, {0, 1, 30}, {70, 1, 7},
        {0, 2, 0},  {0, 3, 20}, {0, 4, 50}, {0, 9, 90},
    };
    struct variation v = {0};
    int failed = 0;

    for (int i = 0; i < 8; i++)
        failed += variation_add(&v, &messages[i]) < 0;
    CHECK_INT(failed, 0);
    CHECK_INT(v.steps, 3);
    CHECK_NEAR(variation_mean(&v), 52.0 / 3, 1e-12);
    variation_release(&v);
    CHECK_NEAR(variation_mean(&v), 52.0 / 3, 1e-12);
}

/* Q1 = 2, Q3 = 4: fences at 2 / 8 and 4 x 8; on the fence is not beyond it. */
static void test_outliers(void)
{
    int64_t at[] = {10, 20, 30, 40, 50, 60, 70, 80};
    int64_t x[] = {1, 2, 2, 3, 3, 4, 4, 33}, same[] = {5, 5, 5, 5, 5, 900};
    struct outliers found = outliers_find(x, 8);

    CHECK(found.is_known);
    CHECK_NEAR(found.lo_ns, 0.25, 1e-12);
    CHECK_NEAR(found.hi_ns, 32, 1e-12);
    CHECK_INT(found.above, 1);
    CHECK_INT(found.below, 0);
    outliers_locate(&found, at, x, 8);
    CHECK_INT(found.first_ns, 80);
    CHECK_INT(found.last_ns, 80);
    x[7] = 32;
    CHECK_INT(outliers_find(x, 8).above, 0);
    CHECK(!outliers_find(same, 6).is_known);
    CHECK(!outliers_find(x, 3).is_known);
}

int main(void)
{
    test_each_connection();
    test_interval_after_the_cut();
    test_never_steady();
    test_drift();
    test_few();
    test_variation();
    test_outliers();
    return check_done();
}
