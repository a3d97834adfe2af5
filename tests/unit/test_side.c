#include "harness/side.h"
#include "tests/unit/check.h"

#include <stdlib.h>

enum { RUNS = 4, MOST = 600 };

/* Messages of a few runs, and the side that is made of them. */
struct fixture {
    struct result result;
    struct result_run run[RUNS];
    int64_t rtt_ns[RUNS][MOST];
    int n[RUNS];
    struct side side;
};

/* A run of n messages, evenly from `from` up to `to`. */
static void add(struct fixture *f, int n, int64_t from, int64_t to)
{
    int at = f->side.nruns;
    struct summary summary = {.ok = n};
    struct err err = {0};

    f->n[at] = n;
    for (int i = 0; i < n; i++)
        f->rtt_ns[at][i] = from + (to - from) * i / n;
    for (int i = 0; i < SUMMARY_GRID; i++)
        summary.grid_ns[i] = stats_percentile(f->rtt_ns[at], (size_t)n,
                                              (i + 1.0) / (SUMMARY_GRID + 1));
    (void)side_add(&f->side, &f->result, &f->run[at], &summary, &err);
}

/* Vargha and Delaney's A12 of all messages, each pair by itself. */
static double count(const struct fixture *a, const struct fixture *b)
{
    double wins = 0, pairs = 0;

    for (int i = 0; i < a->side.nruns; i++)
        for (int j = 0; j < b->side.nruns; j++)
            for (int k = 0; k < a->n[i] * b->n[j]; k++) {
                int64_t x = a->rtt_ns[i][k % a->n[i]];
                int64_t y = b->rtt_ns[j][k / a->n[i]];

                wins += x < y ? 1 : x == y ? 0.5 : 0;
                pairs++;
            }
    return wins / pairs;
}

/* B has a long slow run and a short fast one: of 660 messages 600 are slow. */
static void test_a12_is_of_messages(void)
{
    struct fixture *a = calloc(1, sizeof *a), *b = calloc(1, sizeof *b);

    add(a, 50, 20, 21);
    add(b, 600, 60, 61);
    add(b, 60, 10, 11);
    CHECK_NEAR(side_a12(&a->side, &b->side), 600.0 / 660, 1e-12);
    CHECK_NEAR(side_a12(&b->side, &a->side), 60.0 / 660, 1e-12);
    CHECK_NEAR(side_a12(&a->side, &a->side), 0.5, 1e-12);
    side_release(&a->side);
    side_release(&b->side);
    free(a);
    free(b);
}

/* Runs that overlap, of all lengths: to within the step of a grid. */
static void test_a12_by_counting(void)
{
    struct fixture *a = calloc(1, sizeof *a), *b = calloc(1, sizeof *b);

    add(a, 400, 1000, 3000);
    add(a, 100, 1500, 9000);
    add(a, 37, 500, 1800);
    add(b, 600, 1200, 2200);
    add(b, 80, 4000, 5000);
    CHECK_NEAR(side_a12(&a->side, &b->side), count(a, b), 0.005);
    side_release(&a->side);
    side_release(&b->side);
    free(a);
    free(b);
}

/*
 * What a run tells of its noise belongs to its median after the warm-up: half
 * of ln(10.2 / 9.8) is 1.96 standard deviations.  The whole run has a wider
 * one, which is of another median.
 */
static void test_noise_is_of_the_same_median(void)
{
    struct fixture *f = calloc(1, sizeof *f);
    struct summary summary = {.ok = 1};
    struct err err = {0};
    const struct side_run *run;

    summary.steady.p50_ns = 10000;
    summary.steady.p50 = (struct stats_quantile){
        .is_known = 1, .value = 10000, .lo = 9800, .hi = 10200};
    summary.rtt[SUMMARY_P50] = (struct stats_quantile){
        .is_known = 1, .value = 11000, .lo = 9800, .hi = 40000};
    CHECK_INT(side_add(&f->side, &f->result, &f->run[0], &summary, &err), 0);
    run = f->side.runs;
    CHECK_NEAR(run ? run->value.p50_ns : 0, 10000, 0);
    CHECK_NEAR(run ? run->value.p50_noise : 0, 0.0102054, 1e-7);
    side_release(&f->side);
    free(f);
}

/* Two of three runs of A and two of four of B are halves of one pair. */
static void test_left_out(void)
{
    static const int reps_a[] = {1, 2, 3}, reps_b[] = {5, 3, 1, 4};
    struct fixture *a = calloc(1, sizeof *a), *b = calloc(1, sizeof *b);

    for (int i = 0; i < 3; i++) {
        a->run[i].rep = reps_a[i];
        add(a, 10, 20, 30);
    }
    for (int i = 0; i < 4; i++) {
        b->run[i].rep = reps_b[i];
        add(b, 10, 20, 30);
    }
    side_match(&a->side, &b->side);
    CHECK_INT(a->side.nruns, 2);
    CHECK_INT(b->side.nruns, 2);
    CHECK_INT(a->side.left_out, 1);
    CHECK_INT(b->side.left_out, 2);
    for (int i = 0; i < 2; i++)
        CHECK_INT(a->side.runs[i].run->rep, b->side.runs[i].run->rep);
    side_release(&a->side);
    side_release(&b->side);
    free(a);
    free(b);
}

/* What was not sent is neither answered nor failed. */
static void test_messages(void)
{
    struct fixture *f = calloc(1, sizeof *f);
    struct summary summary = {.ok = 70, .failed = 20, .unsent = 7};
    struct err err = {0};
    struct side_messages sum;

    summary.outcomes[OUTCOME_ABORTED] = 3;
    for (int i = 0; i < 2; i++)
        (void)side_add(&f->side, &f->result, &f->run[i], &summary, &err);
    sum = side_messages(&f->side);
    CHECK_INT(sum.ok, 140);
    CHECK_INT(sum.failed, 40);
    CHECK_INT(sum.unsent, 14);
    CHECK_INT(sum.aborted, 6);
    side_release(&f->side);
    free(f);
}

int main(void)
{
    test_a12_is_of_messages();
    test_a12_by_counting();
    test_noise_is_of_the_same_median();
    test_left_out();
    test_messages();
    return check_done();
}
