#include "harness/loss.h"

#include <stdlib.h>
#include <string.h>

int loss_is_lost(enum outcome outcome)
{
    return outcome == OUTCOME_LOST || outcome == OUTCOME_LATE ||
           outcome == OUTCOME_CORRUPT;
}

/* What this machine did not send, or gave no time, says nothing. */
static int is_counted(enum outcome outcome)
{
    return outcome != OUTCOME_SEND_ERROR && outcome != OUTCOME_LOCAL_LIMIT &&
           outcome != OUTCOME_ABORTED;
}

static int mark(struct loss_series *series, const struct loss_message *message)
{
    if (series->nlost == series->cap) {
        size_t cap = series->cap ? 2 * series->cap : 64;
        struct loss_mark *more = realloc(series->lost, cap * sizeof *more);

        if (!more)
            return -1;
        series->lost = more;
        series->cap = cap;
    }
    series->lost[series->nlost++] = (struct loss_mark){
        message->conn, message->seq, series->counted};
    return 0;
}

static void count_reply(struct loss_series *series,
                        const struct loss_message *message)
{
    series->received++;
    series->duplicated += message->copies > 1;
    series->reordered += message->late_by > 0;
    series->extent_sum += message->late_by;
    if (message->late_by > series->extent_max)
        series->extent_max = message->late_by;
}

int loss_add(struct loss_series *series, const struct loss_message *message)
{
    if (message->copies > 0)
        count_reply(series, message);
    if (!is_counted(message->outcome))
        return 0;
    if (loss_is_lost(message->outcome) && mark(series, message) < 0)
        return -1;
    series->counted++;
    return 0;
}

void loss_release(struct loss_series *series)
{
    free(series->lost);
    memset(series, 0, sizeof *series);
}

static void share_of(struct loss *out, const struct loss_series *series)
{
    int64_t hits[STATS_BATCHES] = {0};
    double n = (double)series->counted;

    for (size_t i = 0; i < series->nlost; i++)
        hits[stats_batch_of(series->lost[i].position, series->counted)]++;
    out->counted = series->counted;
    out->lost = (int64_t)series->nlost;
    out->n_eff = stats_share_size(hits, series->counted);
    out->share = stats_wilson(n > 0 ? (double)out->lost / n : 0, out->n_eff);
}

static int by_number(const void *a, const void *b)
{
    const struct loss_mark *x = a, *y = b;

    if (x->conn != y->conn)
        return x->conn < y->conn ? -1 : 1;
    return (x->seq > y->seq) - (x->seq < y->seq);
}

static void add_period(struct loss *out, int64_t length)
{
    int64_t at = length < LOSS_LENGTHS ? length : LOSS_LENGTHS;

    out->lengths[at - 1]++;
    out->periods++;
    if (length > out->longest)
        out->longest = length;
}

/* `lost` is sorted. */
static void periods_of(struct loss *out, const struct loss_mark *lost, size_t n)
{
    int64_t length = 0;

    for (size_t i = 0; i < n; i++) {
        length++;
        if (i + 1 < n && lost[i + 1].conn == lost[i].conn &&
            lost[i + 1].seq == lost[i].seq + 1)
            continue;
        add_period(out, length);
        length = 0;
    }
    if (out->periods > 0)
        out->mean_period = (double)n / (double)out->periods;
    out->too_few = n > 0 && out->periods < LOSS_MIN_PERIODS;
}

void loss_of(struct loss *out, struct loss_series *series)
{
    memset(out, 0, sizeof *out);
    share_of(out, series);
    if (series->nlost > 1)
        qsort(series->lost, series->nlost, sizeof *series->lost, by_number);
    periods_of(out, series->lost, series->nlost);
    out->received = series->received;
    out->duplicated = series->duplicated;
    out->reordered = series->reordered;
    out->extent_max = series->extent_max;
    if (series->reordered > 0)
        out->extent_mean = (double)series->extent_sum /
                           (double)series->reordered;
}
