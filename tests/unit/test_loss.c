#include "harness/loss.h"
#include "tests/unit/check.h"

#include <stdlib.h>

static void add(struct loss_series *series, int64_t conn, int64_t seq,
                enum outcome outcome)
{
    struct loss_message message = {conn, seq, outcome, 0, 0, 0};

    message.copies = outcome == OUTCOME_OK || outcome == OUTCOME_LATE;
    if (loss_add(series, &message) < 0)
        exit(1);
}

/* A connection as text: '.' ok, 'x' lost, 'l' late, 'c' corrupt, 'a' aborted,
 * 'r' refused, 's' send_error. */
static void add_text(struct loss_series *series, int64_t conn, const char *text)
{
    static const char letters[] = ".xlcars";
    static const enum outcome outcomes[] = {
        OUTCOME_OK,      OUTCOME_LOST,    OUTCOME_LATE,      OUTCOME_CORRUPT,
        OUTCOME_ABORTED, OUTCOME_REFUSED, OUTCOME_SEND_ERROR};

    for (int64_t seq = 0; text[seq]; seq++)
        add(series, conn, seq, outcomes[strchr(letters, text[seq]) - letters]);
}

static struct loss take(struct loss_series *series)
{
    struct loss out;

    loss_of(&out, series);
    loss_release(series);
    return out;
}

/*
 * RFC 3357: of "..xx.x...xxxl" and "x." the periods are xx, x, xxxl and x.
 * Eight of 15 are lost; the mean period is 8 / 4.
 */
static void test_periods(void)
{
    struct loss_series series = {0};
    struct loss loss;

    add_text(&series, 0, "..xx.x...xxxl");
    add_text(&series, 1, "x.");
    loss = take(&series);
    CHECK_INT(loss.counted, 15);
    CHECK_INT(loss.lost, 8);
    CHECK_NEAR(loss.share.value, 8.0 / 15, 1e-12);
    CHECK_INT(loss.periods, 4);
    CHECK_INT(loss.longest, 4);
    CHECK_NEAR(loss.mean_period, 2, 1e-12);
    CHECK_INT(loss.lengths[0], 2);
    CHECK_INT(loss.lengths[1], 1);
    CHECK_INT(loss.lengths[2], 0);
    CHECK_INT(loss.lengths[3], 1);
    CHECK(loss.too_few);
    /* From 2 to 3, 5, 9, 10, 11, 12: the second connection has only one. */
    CHECK_INT(loss.distances, 6);
    CHECK_NEAR(loss.mean_distance, 10 / 6.0, 1e-12);
    /* 12 pairs and one; lost: 7 of the first ones, 7 of the second ones. */
    CHECK_INT(loss.pairs.n, 13);
    CHECK_INT(loss.pairs.first, 7);
    CHECK_INT(loss.pairs.second, 7);
    CHECK_INT(loss.pairs.both, 4);
    CHECK_NEAR(loss.independent_p, 1, 1e-12);
}

/* A period ends with its connection, and with whatever was not lost. */
static void test_edges(void)
{
    struct loss_series series = {0};
    struct loss loss;

    add_text(&series, 3, ".x");
    add_text(&series, 4, "xx");
    add_text(&series, 5, "xrxaxsc");
    loss = take(&series);
    CHECK_INT(loss.lengths[0], 5);
    CHECK_INT(loss.lengths[1], 1);
    CHECK_INT(loss.periods, 6);
    CHECK_INT(loss.counted, 9); /* not the aborted, not the unsent */
    CHECK_INT(loss.lost, 7);    /* not the refused */
    /* .x  xx  xr rx: what does not count has no neighbours. */
    CHECK_INT(loss.pairs.n, 4);
    CHECK_INT(loss.pairs.first, 2);
    CHECK_INT(loss.pairs.second, 3);
    CHECK_INT(loss.pairs.both, 1);
    CHECK_NEAR(loss.independent_p, 1, 1e-12);
}

/* The same rows in another order, connections mixed: the same periods. */
static void test_any_order(void)
{
    static const struct {
        int64_t conn, seq;
        enum outcome outcome;
    } rows[] = {{1, 2, OUTCOME_LOST}, {0, 1, OUTCOME_LOST},
                {1, 0, OUTCOME_OK},   {1, 1, OUTCOME_LOST},
                {0, 2, OUTCOME_OK},   {0, 0, OUTCOME_LOST},
                {1, 3, OUTCOME_LOST}};
    struct loss_series series = {0};
    struct loss loss;

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        add(&series, rows[i].conn, rows[i].seq, rows[i].outcome);
    loss = take(&series);
    CHECK_INT(loss.periods, 2);
    CHECK_INT(loss.lengths[1], 1);
    CHECK_INT(loss.lengths[2], 1);
    CHECK_INT(loss.pairs.n, 5);
    CHECK_INT(loss.pairs.both, 3);
    /* A message is missing: who is whose neighbour? */
    add(&series, 0, 0, OUTCOME_LOST);
    add(&series, 0, 2, OUTCOME_LOST);
    CHECK_INT(take(&series).pairs.n, 0);
}

static void test_none(void)
{
    struct loss_series series = {0};
    struct loss loss = take(&series);

    CHECK_INT(loss.counted, 0);
    CHECK_NEAR(loss.share.value, 0, 0);
    CHECK_NEAR(loss.share.hi, 1, 0);
    for (int64_t seq = 0; seq < 10000; seq++)
        add(&series, 0, seq, OUTCOME_OK);
    loss = take(&series);
    CHECK_INT(loss.periods, 0);
    CHECK(!loss.too_few);
    CHECK_NEAR(loss.mean_period, 0, 0);
    CHECK_NEAR(loss.n_eff, 10000, 0);
    /* z^2 / (n + z^2) of Wilson: 3.8416 / 10003.8416 */
    CHECK_NEAR(loss.share.hi, 3.8416 / 10003.8416, 1e-12);
}

static void test_all(void)
{
    struct loss_series series = {0};
    struct loss loss;

    for (int64_t seq = 0; seq < 1000; seq++)
        add(&series, 0, seq, OUTCOME_LOST);
    loss = take(&series);
    CHECK_NEAR(loss.share.value, 1, 0);
    CHECK_NEAR(loss.share.hi, 1, 0);
    CHECK_NEAR(loss.share.lo, 1000 / 1003.8416, 1e-9);
    CHECK_INT(loss.periods, 1);
    CHECK_INT(loss.longest, 1000);
    CHECK_INT(loss.lengths[LOSS_LENGTHS - 1], 1);
}

/*
 * 3000 messages, 30 batches of 100.  Every tenth lost: each batch loses ten,
 * nothing varies, n_eff = n.  The same 300 as three whole batches: the batch
 * shares are 1 three times and 0 27 times, their sample variance
 * 3 x 27 / (30 x 29), that of the mean a 30th; n_eff = 0.09 / that = 29.
 */
static void test_effective_size(void)
{
    struct loss_series even = {0}, bursts = {0};
    struct loss loss;

    for (int64_t seq = 0; seq < 3000; seq++) {
        add(&even, 0, seq, seq % 10 == 9 ? OUTCOME_LOST : OUTCOME_OK);
        add(&bursts, 0, seq, seq / 100 % 10 == 9 ? OUTCOME_LOST : OUTCOME_OK);
    }
    loss = take(&even);
    CHECK_NEAR(loss.n_eff, 3000, 0);
    CHECK(!loss.too_few);
    /* (p + z^2/2n -+ z sqrt(p(1-p)/n + z^2/4n^2)) / (1 + z^2/n), by hand */
    CHECK_NEAR(loss.share.lo, 0.0897708739, 1e-9);
    CHECK_NEAR(loss.share.hi, 0.1112522427, 1e-9);
    loss = take(&bursts);
    CHECK_NEAR(loss.n_eff, 29, 1e-9);
    CHECK_INT(loss.periods, 3);
    CHECK(loss.too_few);
}

/* Received 4: three ok, one late.  Two came twice, two behind others. */
static void test_flags(void)
{
    static const struct loss_message rows[] = {
        {0, 0, OUTCOME_OK, 1, 0, 0},   {0, 1, OUTCOME_OK, 3, 1, 0},
        {0, 2, OUTCOME_LOST, 0, 0, 0}, {0, 3, OUTCOME_LATE, 2, 4, 0},
        {0, 4, OUTCOME_OK, 1, 0, 0},   {0, 5, OUTCOME_CORRUPT, 0, 0, 0}};
    struct loss_series series = {0};
    struct loss loss;

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        CHECK_INT(loss_add(&series, &rows[i]), 0);
    loss = take(&series);
    CHECK_INT(loss.received, 4);
    CHECK_INT(loss.duplicated, 2);
    CHECK_INT(loss.reordered, 2);
    CHECK_NEAR(loss.extent_mean, 2.5, 1e-12);
    CHECK_INT(loss.extent_max, 4);
    CHECK_INT(loss.lost, 3);
    CHECK_INT(loss.periods, 2); /* 2 3 and 5 */
}

int main(void)
{
    test_periods();
    test_edges();
    test_any_order();
    test_none();
    test_all();
    test_effective_size();
    test_flags();
    return check_done();
}
