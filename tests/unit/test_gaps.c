#include "harness/samples.h"
#include "lib/gaps.h"
#include "tests/unit/check.h"

#include <stdlib.h>

static struct gaps made(const struct gap *gap, int n)
{
    struct gaps gaps = {0};

    for (int i = 0; i < n; i++)
        gaps_add(&gaps, gap[i]);
    return gaps;
}

/* Two threads that stood still together are one stretch, a third is not. */
static void test_union(void)
{
    struct gaps gaps = made(
        (struct gap[]){{500, 600}, {100, 200}, {150, 250}, {250, 300}}, 4);

    CHECK_INT(gaps.count, 4);
    CHECK_INT(gaps.left_out, 0);
    CHECK_INT(gaps.ntold, 2);
    CHECK_INT(gaps.told[0].from_ns, 100);
    CHECK_INT(gaps.told[0].to_ns, 300);
    CHECK_INT(gaps.told[1].from_ns, 500);
    gaps_add(&gaps, (struct gap){0, 1000});
    CHECK_INT(gaps.ntold, 1);
    CHECK_INT(gaps.told[0].to_ns, 1000);
}

/* 1, 2 .. 70 long, 100 apart: the six shortest are left out, in any order. */
static void test_bound(void)
{
    for (int order = 0; order < 2; order++) {
        struct gaps gaps = {0};

        for (int i = 0; i < 70; i++) {
            int64_t k = order ? 69 - i : i;

            gaps_add(&gaps, (struct gap){100 * k, 100 * k + k + 1});
        }
        CHECK_INT(gaps.count, 70);
        CHECK_INT(gaps.ntold, GAPS_MOST);
        CHECK_INT(gaps.left_out, 6);
        CHECK_INT(gaps.told[0].from_ns, 600);
        CHECK_INT(gaps.told[GAPS_MOST - 1].to_ns, 6970);
    }
}

static void test_merge(void)
{
    struct gaps gaps = made((struct gap[]){{100, 200}}, 1);
    struct gaps more = made((struct gap[]){{150, 300}, {400, 500}}, 2);

    more.left_out = 3;
    gaps_merge(&gaps, &more);
    CHECK_INT(gaps.count, 3);
    CHECK_INT(gaps.left_out, 3);
    CHECK_INT(gaps.ntold, 2);
    CHECK_INT(gaps.told[0].to_ns, 300);
}

static void test_line(void)
{
    static const char *const wrong[] = {
        "gap",      "gap 1",     "gap 1 1",
        "gap 2 1",  "gap 1 x",   "gap  1 2",
        "gaps 1 2", "gap 1 2 3", "gap 99999999999999999999999999999 2"};
    struct gap gap = {0};
    char line[GAPS_LINE_SIZE];

    gaps_format((struct gap){INT64_MIN, INT64_MAX}, line);
    CHECK_INT(gaps_parse(line, &gap), 0);
    CHECK(gap.from_ns == INT64_MIN && gap.to_ns == INT64_MAX);
    gaps_format((struct gap){1, 22}, line);
    CHECK_STR(line, "gap 1 22");
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        CHECK_INT(gaps_parse(wrong[i], &gap), -1);
}

/*
 * A gap from 1000 to 2000 and one from 5000 to 6000; Tmax is 300.  What ends
 * when a gap begins was answered before, what begins when it ends was sent
 * after: touching is no overlap.
 */
static void test_rows(void)
{
    static const struct {
        const char *what;
        int64_t scheduled, sent, received;
        int is_suspect;
    } rows[] = {
        {"before", 100, 100, 900, 0},
        {"touches its begin", 900, 900, 1000, 0},
        {"reaches into it", 900, 900, 1001, 1},
        {"begins with it", 1000, 1000, 1500, 1},
        {"inside", 1200, 1200, 1300, 1},
        {"across", 900, 900, 2100, 1},
        {"ends with it", 1999, 1999, 2000, 1},
        {"due in it, sent later", 1999, 2100, 2200, 1},
        {"touches its end", 2000, 2000, 2100, 0},
        {"between both", 3000, 3000, 4000, 0},
        {"across both", 500, 500, 7000, 1},
        {"in the second", 5500, 5500, 5600, 1},
        {"after", 6000, 6001, 9000, 0},
        {"lost, over before", 600, 700, -1, 0},
        {"lost, Tmax in it", 700, 701, -1, 1},
        {"lost, sent at its end", 2000, 2000, -1, 0},
        {"not sent, due in it", 1500, -1, -1, 1},
        {"not sent, Tmax before", 700, -1, -1, 0},
        {"never begun", -1, -1, -1, 0},
    };
    struct result_run run = {.timeout_ns = 300};

    run.gaps = made((struct gap[]){{1000, 2000}, {5000, 6000}}, 2);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct ledger_row row = {.scheduled_ns = rows[i].scheduled,
                                 .sent_ns = rows[i].sent,
                                 .received_ns = rows[i].received};

        if (samples_is_suspect(&row, &run) != rows[i].is_suspect)
            printf("# row: %s\n", rows[i].what);
        CHECK_INT(samples_is_suspect(&row, &run), rows[i].is_suspect);
    }
    run.gaps.ntold = 0;
    CHECK(!samples_is_suspect(
        &(struct ledger_row){.scheduled_ns = 1200, .received_ns = 1300}, &run));
}

/*
 * 100 answers of 1 .. 100 ns; 91 .. 100 are suspect.  Of the rest, by nearest
 * rank, the median is the 45th.
 */
static void test_without(void)
{
    struct suspect suspect = {0};
    struct stats_quantile q[SUSPECT_QUANTILES];
    int64_t values[100];

    for (int i = 0; i < 100; i++)
        values[i] = i + 1;
    for (size_t i = 90; i < 100; i++)
        CHECK_INT(suspect_add(&suspect, 1, i), 0);
    CHECK_INT(suspect_add(&suspect, 0, 99), 0);
    CHECK_INT(suspect.rows, 11);
    CHECK_INT((int64_t)suspect.n, 10);
    CHECK_INT(suspect_without(&suspect, values, 100, 1, q), 0);
    CHECK_INT(q[0].value, 45);
    CHECK_INT(q[1].value, 81);
    suspect_drop(&suspect);
    CHECK_INT(suspect.rows, 11);
    CHECK(!suspect.answers);
}

int main(void)
{
    test_union();
    test_bound();
    test_merge();
    test_line();
    test_rows();
    test_without();
    return check_done();
}
