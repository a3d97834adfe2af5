#include "harness/samples.h"

#include "lib/csv.h"
#include "lib/outage.h"

#include <stdlib.h>
#include <string.h>

struct loading {
    struct samples *samples;
    const struct result_run *run;
    const char *path;
    int is_udp;
    int64_t nrows;
};

/* A failure of this machine says nothing about the path; nor does a stop. */
int samples_is_failure(enum outcome outcome)
{
    return outcome != OUTCOME_OK && outcome != OUTCOME_SEND_ERROR &&
           outcome != OUTCOME_LOCAL_LIMIT && outcome != OUTCOME_ABORTED;
}

static int grow(int64_t **array, size_t cap)
{
    int64_t *more = realloc(*array, cap * sizeof *more);

    if (!more)
        return -1;
    *array = more;
    return 0;
}

static int make_room(struct samples *samples)
{
    size_t cap = samples->cap ? samples->cap * 2 : 4096;
    uint32_t *conn;

    if (grow(&samples->received_ns, cap) < 0 ||
        grow(&samples->rtt_ns, cap) < 0 ||
        (samples->response_ns && grow(&samples->response_ns, cap) < 0))
        return -1;
    conn = realloc(samples->conn, cap * sizeof *conn);
    if (!conn)
        return -1;
    samples->conn = conn;
    samples->cap = cap;
    return 0;
}

/* Up to the first message that was sent after it was due, both are one. */
static int begin_responses(struct samples *samples)
{
    if (grow(&samples->response_ns, samples->cap) < 0)
        return -1;
    memcpy(samples->response_ns, samples->rtt_ns,
           samples->n * sizeof *samples->response_ns);
    return 0;
}

static int add_answer(struct samples *samples, const struct ledger_row *row)
{
    if (samples->n == samples->cap && make_room(samples) < 0)
        return -1;
    if (!samples->response_ns && row->sent_ns > row->scheduled_ns &&
        begin_responses(samples) < 0)
        return -1;
    if (samples->response_ns)
        samples->response_ns[samples->n] = row->received_ns - row->scheduled_ns;
    if (row->conn >= samples->nconns)
        samples->nconns = row->conn + 1;
    samples->conn[samples->n] = (uint32_t)row->conn;
    samples->received_ns[samples->n] = row->received_ns;
    samples->rtt_ns[samples->n++] = row->rtt_ns;
    return 0;
}

static int add_failure(struct samples *samples, int64_t position)
{
    if (samples->nfailed == samples->failed_cap) {
        size_t cap = samples->failed_cap ? samples->failed_cap * 2 : 64;

        if (grow(&samples->failed_rows, cap) < 0)
            return -1;
        samples->failed_cap = cap;
    }
    samples->failed_rows[samples->nfailed++] = position;
    return 0;
}

/* What was never sent was not lost, and stands between no two that were. */
static int add_loss(const struct loading *loading, const struct ledger_row *row)
{
    struct samples *samples = loading->samples;
    struct loss_message message = {row->conn,   row->seq,     row->outcome,
                                   row->copies, row->late_by, row->sent_ns};

    if (row->sent_ns == LEDGER_ABSENT)
        return 0;
    if (loading->is_udp && loss_counts(row->outcome) &&
        loss_time_add(&samples->loss_time, row->sent_ns,
                      loss_is_lost(row->outcome)) < 0)
        return -1;
    return loss_add(&samples->losses, &message);
}

static int add_step(struct samples *samples, const struct ledger_row *row)
{
    struct variation_message message = {row->conn, row->seq, 0};

    if (row->outcome == OUTCOME_OK)
        message.rtt_ns = row->rtt_ns;
    return variation_add(&samples->variation, &message);
}

int samples_is_suspect(const struct ledger_row *row,
                       const struct result_run *run)
{
    int64_t from_ns = row->scheduled_ns, to_ns = row->received_ns;

    if (run->gaps.ntold == 0 || from_ns == LEDGER_ABSENT)
        return 0;
    if (to_ns == LEDGER_ABSENT)
        to_ns = run->timeout_ns +
                (row->sent_ns == LEDGER_ABSENT ? from_ns : row->sent_ns);
    return gaps_overlap(&run->gaps, from_ns, to_ns);
}

/* After add_answer, which is the last of so many answers. */
static int add_suspect(const struct loading *loading,
                       const struct ledger_row *row)
{
    struct samples *samples = loading->samples;

    return samples_is_suspect(row, loading->run)
               ? suspect_add(&samples->suspect, row->outcome == OUTCOME_OK,
                             samples->n - 1)
               : 0;
}

static void note_times(struct samples *samples, const struct ledger_row *row)
{
    int is_sent = row->sent_ns != LEDGER_ABSENT;
    int64_t begun_ns = is_sent ? row->sent_ns : row->scheduled_ns;

    if (begun_ns > samples->end_ns)
        samples->end_ns = begun_ns;
    if (row->received_ns > samples->end_ns)
        samples->end_ns = row->received_ns;
    samples->sent += is_sent;
    samples->missed += !is_sent && row->scheduled_ns != LEDGER_ABSENT &&
                       row->outcome != OUTCOME_ABORTED;
}

static int on_row(const struct ledger_row *row, void *ctx, struct err *err)
{
    struct loading *loading = ctx;
    struct samples *samples = loading->samples;
    int64_t position = loading->nrows;
    int is_ok = row->outcome == OUTCOME_OK, status;

    if (row->bytes != samples->message_size_bytes)
        return csv_damaged(loading->path, row->line,
                           "bytes is not the message size of the manifest",
                           err);
    note_times(samples, row);
    /* What was never tried, or cut off, has no place in a share of failures. */
    loading->nrows += is_ok || samples_is_failure(row->outcome);
    status = add_loss(loading, row);
    if (status == 0)
        status = add_step(samples, row);
    if (status == 0 && is_ok)
        status = add_answer(samples, row);
    else if (status == 0 && samples_is_failure(row->outcome))
        status = add_failure(samples, position);
    if (status == 0)
        status = add_suspect(loading, row);
    return status == 0
               ? 0
               : err_set(err, ERR_RESOURCE, "no-memory",
                         "out of memory at line %lld", (long long)row->line);
}

int samples_load(struct samples *samples, const char *path,
                 const struct result_run *run, struct err *err)
{
    struct loading loading = {.samples = samples,
                              .run = run,
                              .path = path,
                              .is_udp = result_run_is_udp(run)};
    struct ledger_reader reader = {.path = path,
                                   .is_partial = !run->done,
                                   .any_order = result_run_is_udp(run),
                                   .on_row = on_row,
                                   .ctx = &loading};

    memset(samples, 0, sizeof *samples);
    samples->message_size_bytes = run->message_size_bytes;
    samples->end_ns = LEDGER_ABSENT;
    samples->patience_ns = outage_patience_ns(loading.is_udp, run->rate_per_s,
                                              run->timeout_ns);
    if (ledger_read(&reader, &samples->ledger, err) < 0) {
        samples_release(samples);
        return -1;
    }
    variation_release(&samples->variation);
    return 0;
}

void samples_drop_arrays(struct samples *samples)
{
    free(samples->received_ns);
    free(samples->rtt_ns);
    free(samples->conn);
    free(samples->response_ns);
    suspect_drop(&samples->suspect);
    samples->received_ns = samples->rtt_ns = samples->response_ns = NULL;
    samples->conn = NULL;
    samples->cap = 0;
}

void samples_release(struct samples *samples)
{
    samples_drop_arrays(samples);
    variation_release(&samples->variation);
    free(samples->failed_rows);
    loss_release(&samples->losses);
    loss_time_release(&samples->loss_time);
    memset(samples, 0, sizeof *samples);
}
