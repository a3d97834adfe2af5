#include "harness/loss.h"

#include <stdlib.h>
#include <string.h>

int loss_is_lost(enum outcome outcome)
{
    return outcome == OUTCOME_LOST || outcome == OUTCOME_LATE ||
           outcome == OUTCOME_CORRUPT;
}

/* What this machine did not send, or gave no time, says nothing. */
int loss_counts(enum outcome outcome)
{
    return outcome != OUTCOME_SEND_ERROR && outcome != OUTCOME_LOCAL_LIMIT &&
           outcome != OUTCOME_ABORTED;
}

static int mark(struct loss_marks *marks, const struct loss_message *message,
                int64_t position)
{
    if (marks->n == marks->cap) {
        size_t cap = marks->cap ? 2 * marks->cap : 64;
        struct loss_mark *more = realloc(marks->at, cap * sizeof *more);

        if (!more)
            return -1;
        marks->at = more;
        marks->cap = cap;
    }
    marks->at[marks->n++] = (struct loss_mark){message->conn, message->seq,
                                               position, message->sent_ns};
    return 0;
}

static int reach(struct loss_series *series, const struct loss_message *message)
{
    int64_t n = series->nconns ? series->nconns : 16, *more;

    while (n <= message->conn)
        n *= 2;
    if (n > series->nconns) {
        more = realloc(series->ends, (size_t)n * sizeof *more);
        if (!more)
            return -1;
        memset(more + series->nconns, 0,
               (size_t)(n - series->nconns) * sizeof *more);
        series->ends = more;
        series->nconns = n;
    }
    if (message->seq >= series->ends[message->conn])
        series->ends[message->conn] = message->seq + 1;
    series->messages++;
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
    if (reach(series, message) < 0)
        return -1;
    if (message->copies > 0)
        count_reply(series, message);
    if (!loss_counts(message->outcome))
        return mark(&series->excused, message, 0);
    if (loss_is_lost(message->outcome) &&
        mark(&series->lost, message, series->counted) < 0)
        return -1;
    series->counted++;
    return 0;
}

void loss_release(struct loss_series *series)
{
    free(series->lost.at);
    free(series->excused.at);
    free(series->ends);
    memset(series, 0, sizeof *series);
}

static void share_of(struct loss *out, const struct loss_series *series)
{
    int64_t hits[STATS_BATCHES] = {0};
    double n = (double)series->counted;

    for (size_t i = 0; i < series->lost.n; i++)
        hits[stats_batch_of(series->lost.at[i].position, series->counted)]++;
    out->counted = series->counted;
    out->lost = (int64_t)series->lost.n;
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

static void sort(struct loss_marks *marks)
{
    if (marks->n > 1)
        qsort(marks->at, marks->n, sizeof *marks->at, by_number);
}

/* ---- periods ---- */

static void add_period(struct loss *out, int64_t length)
{
    int64_t at = length < LOSS_LENGTHS ? length : LOSS_LENGTHS;

    out->lengths[at - 1]++;
    out->periods++;
    if (length > out->longest)
        out->longest = length;
}

size_t loss_period_end(const struct loss_marks *lost, size_t i)
{
    const struct loss_mark *at = lost->at;

    while (i + 1 < lost->n && at[i + 1].conn == at[i].conn &&
           at[i + 1].seq == at[i].seq + 1)
        i++;
    return i + 1;
}

static void periods_of(struct loss *out, const struct loss_marks *lost)
{
    for (size_t i = 0, end; i < lost->n; i = end) {
        end = loss_period_end(lost, i);
        add_period(out, (int64_t)(end - i));
    }
    if (out->periods > 0)
        out->mean_period = (double)lost->n / (double)out->periods;
    out->too_few = lost->n > 0 && out->periods < LOSS_MIN_PERIODS;
}

static void distances_of(struct loss *out, const struct loss_marks *lost)
{
    double sum = 0;

    for (size_t i = 1; i < lost->n; i++) {
        if (lost->at[i].conn != lost->at[i - 1].conn)
            continue;
        out->distances++;
        sum += (double)(lost->at[i].seq - lost->at[i - 1].seq);
    }
    if (out->distances > 0)
        out->mean_distance = sum / (double)out->distances;
}

/* ---- neighbours ---- */

static int is_excused(const struct loss_series *series, int64_t conn,
                      int64_t seq)
{
    struct loss_mark wanted = {.conn = conn, .seq = seq};

    return series->excused.n > 0 &&
           bsearch(&wanted, series->excused.at, series->excused.n,
                   sizeof wanted, by_number) != NULL;
}

/* Is there such a message, and does it count? */
static int counts(const struct loss_series *series, int64_t conn, int64_t seq)
{
    return seq >= 0 && seq < series->ends[conn] &&
           !is_excused(series, conn, seq);
}

/* An excused message breaks the pair before it, and the one behind it. */
static int64_t count_pairs(const struct loss_series *series)
{
    int64_t n = 0, messages = 0;

    for (int64_t conn = 0; conn < series->nconns; conn++) {
        messages += series->ends[conn];
        n += series->ends[conn] > 0 ? series->ends[conn] - 1 : 0;
    }
    if (messages != series->messages)
        return 0;
    for (size_t i = 0; i < series->excused.n; i++) {
        const struct loss_mark *mark = &series->excused.at[i];

        n -= (mark->seq > 0) + counts(series, mark->conn, mark->seq + 1);
    }
    return n;
}

static void pairs_of(struct loss *out, const struct loss_series *series)
{
    struct fisher_table *pairs = &out->pairs;

    out->independent_p = 1;
    pairs->n = count_pairs(series);
    if (pairs->n == 0)
        return;
    pairs->both = out->lost - out->periods;
    for (size_t i = 0; i < series->lost.n; i++) {
        const struct loss_mark *mark = &series->lost.at[i];

        pairs->first += counts(series, mark->conn, mark->seq + 1);
        pairs->second += counts(series, mark->conn, mark->seq - 1);
    }
    out->independent_p = fisher_exact(pairs);
}

void loss_of(struct loss *out, struct loss_series *series)
{
    memset(out, 0, sizeof *out);
    share_of(out, series);
    sort(&series->lost);
    sort(&series->excused);
    periods_of(out, &series->lost);
    distances_of(out, &series->lost);
    pairs_of(out, series);
    out->received = series->received;
    out->duplicated = series->duplicated;
    out->reordered = series->reordered;
    out->extent_max = series->extent_max;
    if (series->reordered > 0)
        out->extent_mean = (double)series->extent_sum /
                           (double)series->reordered;
}
