#include "harness/verdict.h"
#include "tests/unit/check.h"

enum { N = 10 };

struct fixture {
    struct verdict_run a[N], b[N];
    struct verdict verdict;
};

/* Ten pairs: B's times are `ratio` of A's, with a spread of +-spread. */
static void make(struct fixture *f, double ratio, double spread)
{
    for (int i = 0; i < N; i++) {
        double weather = 1 + i / 10.0; /* that both share */
        double own = 1 + spread * (i - 4.5) / 4.5;

        f->a[i] = (struct verdict_run){1000 * weather, 2000 * weather, 0, 8e6,
                                       0};
        f->b[i] = (struct verdict_run){1000 * weather * ratio * own,
                                       2000 * weather * ratio * own, 0.01,
                                       8e6 / ratio, 0};
    }
}

static enum verdict_call judge(struct fixture *f, int n, int is_paired)
{
    struct verdict_request request = {f->a, f->b, n, n, is_paired, 0.05};
    struct err err = {0};

    return verdict_find(&f->verdict, &request, &err) == 0
               ? f->verdict.call
               : (enum verdict_call)99;
}

static void test_calls(void)
{
    struct fixture f;

    make(&f, 1.2, 0.01);
    CHECK_INT(judge(&f, N, 1), VERDICT_SLOWER);
    CHECK_NEAR(f.verdict.p50.ratio.value, 1.2, 0.001);
    make(&f, 1 / 1.2, 0.01);
    CHECK_INT(judge(&f, N, 1), VERDICT_FASTER);
    make(&f, 1.01, 0.01);
    CHECK_INT(judge(&f, N, 1), VERDICT_EQUIVALENT);
    make(&f, 1.05, 0.02);
    CHECK_INT(judge(&f, N, 1), VERDICT_UNDECIDED);
    make(&f, 1, 0);
    CHECK_INT(judge(&f, N, 1), VERDICT_EQUIVALENT);
    CHECK_NEAR(f.verdict.p50.ratio.p, 1, 0);
}

/* 1.06, surely more than 1 and likely more than 1.05: not called slower. */
static void test_different_but_not_by_the_margin(void)
{
    struct fixture f;

    make(&f, 1.06, 0.03);
    CHECK_INT(judge(&f, N, 1), VERDICT_UNDECIDED);
    CHECK(f.verdict.p50.ratio.lo > 1);
    CHECK(f.verdict.p50.ratio.p < 0.05);
    CHECK(f.verdict.needs > N);
}

/* What A and B share hides a shift that pairs show. */
static void test_pairs_see_more(void)
{
    struct fixture f;

    make(&f, 1.1, 0.01);
    CHECK_INT(judge(&f, N, 1), VERDICT_SLOWER);
    CHECK_INT(judge(&f, N, 0), VERDICT_UNDECIDED);
    CHECK(f.verdict.needs > 100);
}

static void test_too_few(void)
{
    struct fixture f;

    make(&f, 3, 0.01);
    CHECK_INT(judge(&f, 5, 1), VERDICT_UNDECIDED);
    CHECK(!f.verdict.p50.ratio.has_interval);
    CHECK_NEAR(f.verdict.p50.ratio.value, 3, 0.05);
    CHECK_INT(f.verdict.needs, SHIFT_MIN_PAIRS);
    CHECK_INT(judge(&f, 6, 1), VERDICT_SLOWER);
    CHECK_INT(judge(&f, 3, 0), VERDICT_UNDECIDED);
    CHECK_INT(f.verdict.needs, SHIFT_MIN_RUNS);
    CHECK_INT(judge(&f, 4, 0), VERDICT_SLOWER);
    CHECK_INT(judge(&f, 1, 1), VERDICT_UNDECIDED);
}

/*
 * Ratios e^-.2 .. e^.2 in ten even steps of 2/45: bounds are the 9th averages,
 * two steps in from -.2 and .2, so half the width is .2 - 2 x 2/45 = .1111; (w
 * / ln 1.05)^2 x 10 = 51.9.
 */
static void test_needs(void)
{
    struct fixture f;

    for (int i = 0; i < N; i++) {
        f.a[i] = (struct verdict_run){1000, 0, 0, 1, 0};
        f.b[i] = (struct verdict_run){1000 * exp(-0.2 + i * 2 / 45.0), 0, 0, 1,
                                      0};
    }
    CHECK_INT(judge(&f, N, 1), VERDICT_UNDECIDED);
    CHECK_NEAR(log(f.verdict.p50.ratio.hi), 0.2 - 4 / 45.0, 1e-9);
    CHECK_INT(f.verdict.needs, 52);
    CHECK(!f.verdict.is_narrow); /* these make it so, which may not decide */
}

/*
 * Steps of a tenth of these around 1.06: half the width is .01111, within the
 * margin, and ln 1.06 - ln 1.05 = .009479 is left; the square of the ratio is
 * 1.374.
 */
static void test_needs_when_narrow(void)
{
    struct fixture f;

    for (int i = 0; i < N; i++) {
        f.a[i] = (struct verdict_run){1000, 0, 0, 1, 0};
        f.b[i] = (struct verdict_run){1060 * exp(-0.02 + i * 2 / 450.0), 0, 0,
                                      1, 0};
    }
    CHECK_INT(judge(&f, N, 1), VERDICT_UNDECIDED);
    CHECK(f.verdict.is_narrow);
    CHECK_INT(f.verdict.needs, 14);
}

/* Always 1 % more of the messages fail; the rate is a sixth less. */
static void test_others(void)
{
    struct fixture f = {0};
    const struct verdict_answer *failed = &f.verdict.others[VERDICT_FAILED];
    const struct verdict_answer *rate = &f.verdict.others[VERDICT_RATE];
    const struct verdict_answer *p99 = &f.verdict.others[VERDICT_P99];

    make(&f, 1.2, 0.01);
    CHECK_INT(judge(&f, N, 1), VERDICT_SLOWER);
    CHECK(failed->is_known && rate->is_known && p99->is_known);
    CHECK_NEAR(failed->difference.value, 0.01, 1e-12);
    CHECK_NEAR(failed->difference.lo, 0.01, 1e-12);
    CHECK_NEAR(rate->ratio.value, 1 / 1.2, 1e-9);
    CHECK_NEAR(p99->ratio.value, 1.2, 0.001);
    CHECK_NEAR(p99->a, 2900, 1e-9);
    /* Each p is 2 / 1024; Holm: times 3, then never less. */
    CHECK_NEAR(failed->difference.p, 6.0 / 1024, 1e-12);
    CHECK_NEAR(rate->ratio.p, 6.0 / 1024, 1e-12);
    CHECK_NEAR(p99->ratio.p, 6.0 / 1024, 1e-12);
}

/* A run with too few messages for a p99: the others go on without it. */
static void test_no_p99(void)
{
    struct fixture f;

    make(&f, 1.2, 0.01);
    f.b[3].p99_ns = 0;
    CHECK_INT(judge(&f, N, 1), VERDICT_SLOWER);
    CHECK(!f.verdict.others[VERDICT_P99].is_known);
    CHECK_NEAR(f.verdict.others[VERDICT_RATE].ratio.p, 4.0 / 1024, 1e-12);
}

/* Absolute values: medians over the runs, the difference in ns. */
static void test_difference(void)
{
    struct fixture f;

    for (int i = 0; i < N; i++) {
        f.a[i] = (struct verdict_run){1000 + i, 0, 0, 1, 0};
        f.b[i] = (struct verdict_run){5000 + i, 0, 0, 1, 0};
    }
    CHECK_INT(judge(&f, N, 1), VERDICT_SLOWER);
    CHECK_NEAR(f.verdict.p50.a, 1004.5, 1e-9);
    CHECK_NEAR(f.verdict.p50.b, 5004.5, 1e-9);
    CHECK_NEAR(f.verdict.p50.difference.value, 4000, 1e-9);
    CHECK_NEAR(f.verdict.p50.difference.lo, 4000, 1e-9);
}

/*
 * Four runs a side, ln p50 of 0 and 0.02 in turn: variance 0.000133 each.
 * Noise within the runs of sd 0.01 is 0.0001 of it: three quarters.  In pairs
 * what both share drops out, and noise is all that is left.
 */
static void test_noise(void)
{
    struct fixture f = {0};

    for (int i = 0; i < 4; i++) {
        double p50 = 1000 * exp(0.02 * (i % 2));

        f.a[i] = (struct verdict_run){p50, 0, 0, 1, 0.01};
        f.b[i] = (struct verdict_run){p50 + i % 3 * 1e-3, 0, 0, 1, 0.01};
    }
    CHECK_INT(judge(&f, 4, 0), VERDICT_EQUIVALENT);
    CHECK_NEAR(f.verdict.noise, 0.75, 1e-3);
    (void)judge(&f, 4, 1);
    CHECK_NEAR(f.verdict.noise, 1, 0);
    f.b[2].p50_noise = 0;
    (void)judge(&f, 4, 0);
    CHECK_NEAR(f.verdict.noise, -1, 0);
    (void)judge(&f, 1, 0);
    CHECK_NEAR(f.verdict.noise, -1, 0);
}

static void test_names(void)
{
    CHECK_STR(verdict_call_name(VERDICT_SLOWER), "slower");
    CHECK_STR(verdict_call_name(VERDICT_UNDECIDED), "undecided");
}

int main(void)
{
    test_calls();
    test_different_but_not_by_the_margin();
    test_pairs_see_more();
    test_too_few();
    test_needs();
    test_needs_when_narrow();
    test_others();
    test_no_p99();
    test_difference();
    test_noise();
    test_names();
    return check_done();
}
