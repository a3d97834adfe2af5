#include "harness/summary.h"

#include "harness/series.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const double shares[SUMMARY_QUANTILES] = {0.5, 0.9, 0.99, 0.999};

static void count(struct summary *out, const struct samples *samples)
{
    const struct ledger *ledger = &samples->ledger;

    out->message_size_bytes = samples->message_size_bytes;
    out->rows = ledger->rows;
    memcpy(out->outcomes, ledger->outcomes, sizeof out->outcomes);
    out->ok = ledger->outcomes[OUTCOME_OK];
    out->failed = (int64_t)samples->nfailed;
    out->unsent = ledger->outcomes[OUTCOME_SEND_ERROR] +
                  ledger->outcomes[OUTCOME_LOCAL_LIMIT];
    memcpy(out->sha256, ledger->sha256, sizeof out->sha256);
    out->silence = silence_of(samples);
    /* Else the rate would be that of the time before the outage. */
    out->end_ns = out->silence.lasts ? samples->end_ns
                                     : ledger->last_received_ns;
    if (out->ok > 0)
        out->duration_s = (double)(out->end_ns - ledger->first_sent_ns) / 1e9;
}

/* Batches are of ok and failed rows in the order of the file. */
static void share_of_failures(struct summary *out,
                              const struct samples *samples)
{
    int64_t hits[STATS_BATCHES] = {0}, n = out->ok + out->failed;
    double size;

    for (size_t i = 0; i < samples->nfailed; i++)
        hits[stats_batch_of(samples->failed_rows[i], n)]++;
    size = stats_share_size(hits, n);
    out->failed_share = stats_wilson(
        n > 0 ? (double)out->failed / (double)n : 0, size);
}

static void rate_of(struct summary *out, const struct samples *samples)
{
    double bits[STATS_BATCHES], batch_s = out->duration_s / STATS_BATCHES;
    struct stats_batches batches;

    if (out->duration_s <= 0)
        return;
    out->rate.is_known = 1;
    out->rate.bit_per_s = 8 * (double)samples->ledger.ok_bytes /
                          out->duration_s;
    if (samples->n < STATS_MIN_VALUES)
        return;
    series_spread_bits(samples, samples->ledger.first_sent_ns, out->end_ns,
                       STATS_BATCHES, bits);
    for (int b = 0; b < STATS_BATCHES; b++)
        bits[b] /= batch_s;
    batches = stats_of_batches(bits);
    out->rate.has_interval = 1;
    if (batches.lag1 > out->lag1)
        out->lag1 = batches.lag1;
    out->rate.lo = out->rate.bit_per_s - batches.half_width;
    out->rate.hi = out->rate.bit_per_s + batches.half_width;
    if (out->rate.lo < 0)
        out->rate.lo = 0;
}

double summary_answered(const struct summary *summary)
{
    return 1 - summary->failed_share.value;
}

static void pdv_of(struct summary *out)
{
    out->pdv_of = out->rtt[SUMMARY_P999].is_known  ? SUMMARY_P999
                  : out->rtt[SUMMARY_P99].is_known ? SUMMARY_P99
                                                   : SUMMARY_QUANTILES;
    if (out->pdv_of != SUMMARY_QUANTILES)
        out->pdv_ns = out->rtt[out->pdv_of].value - out->min_ns;
}

static void rtts_of(struct summary *out, const struct samples *samples,
                    const struct stats_sample *sample)
{
    const int64_t *sorted = sample->sorted;
    size_t n = samples->n;

    out->min_ns = sorted[0];
    out->max_ns = sorted[n - 1];
    out->mean_ns = stats_mean(samples->rtt_ns, n);
    stats_quantiles(sample, shares, SUMMARY_QUANTILES, out->rtt);
    out->mad_ns = stats_mad(sorted, n, out->rtt[SUMMARY_P50].value);
    for (int i = 0; i < SUMMARY_QUANTILES; i++)
        if (out->rtt[i].is_known && out->rtt[i].lag1 > out->lag1)
            out->lag1 = out->rtt[i].lag1;
    for (int i = 0; i < SUMMARY_GRID; i++)
        out->grid_ns[i] = stats_percentile(sorted, n,
                                           (i + 1.0) / (SUMMARY_GRID + 1));
    pdv_of(out);
    out->outliers = outliers_find(sorted, n);
    outliers_locate(&out->outliers, samples->received_ns, samples->rtt_ns, n);
    out->has_ipdv = samples->variation.steps > 0;
    if (out->has_ipdv)
        out->ipdv_ns = variation_mean(&samples->variation);
}

/* The percentiles of those that are not. */
static int suspect_of(struct summary *out, const struct samples *samples,
                      struct err *err)
{
    struct suspect_summary *to = &out->suspect;
    const struct suspect *suspect = &samples->suspect;

    to->rows = suspect->rows;
    if (suspect->rows == 0)
        return 0;
    to->share = (double)suspect->rows / (double)out->rows;
    to->rest = (int64_t)(samples->n - suspect->n);
    to->has_response = samples->response_ns != NULL;
    if (to->rest > 0 &&
        (suspect_without(suspect, samples->rtt_ns, samples->n, out->duration_s,
                         to->rtt) < 0 ||
         (to->has_response &&
          suspect_without(suspect, samples->response_ns, samples->n,
                          out->duration_s, to->response) < 0)))
        return err_set(err, ERR_RESOURCE, "no-memory", "out of memory");
    return 0;
}

int summary_of(struct summary *out, struct samples *samples, int64_t *scratch,
               struct percentiles *percentiles, struct err *err)
{
    struct stats_sample sample = {samples->rtt_ns, scratch, samples->n, 0};

    count(out, samples);
    share_of_failures(out, samples);
    loss_of(&out->loss, &samples->losses);
    out->steady.until_ns = LEDGER_ABSENT;
    out->pdv_of = SUMMARY_QUANTILES;
    if (suspect_of(out, samples, err) < 0)
        return -1;
    if (samples->n == 0)
        return 0;
    sample.duration_s = out->duration_s;
    memcpy(scratch, samples->rtt_ns, samples->n * sizeof *scratch);
    stats_sort(scratch, samples->n);
    rtts_of(out, samples, &sample);
    if (percentiles)
        percentiles_of(percentiles, &sample);
    if (texture_of(&out->texture, samples, scratch, err) < 0 ||
        steady_of(&out->steady, samples, scratch, err) < 0)
        return -1;
    out->open_loop = open_loop_of(samples, out->duration_s, scratch);
    rate_of(out, samples);
    return 0;
}

int summary_alone(struct summary *out, struct samples *samples, struct err *err)
{
    int64_t *scratch = malloc((samples->n + 1) * sizeof *scratch);
    int status;

    if (!scratch)
        return err_set(err, ERR_RESOURCE, "no-memory", "out of memory");
    status = summary_of(out, samples, scratch, NULL, err);
    free(scratch);
    return status;
}

/* connections.csv beside messages.csv; an old run may have none. */
static int load_connections(const char *messages_csv_path, int is_partial,
                            struct summary *out, struct err *err)
{
    const char *slash = strrchr(messages_csv_path, '/');
    int folder = slash ? (int)(slash + 1 - messages_csv_path) : 0;
    char path[4096];
    int n = snprintf(path, sizeof path, "%.*s%s", folder, messages_csv_path,
                     RESULT_CONNECTIONS_CSV);

    if (n < 0 || n >= (int)sizeof path)
        return err_set(err, ERR_RESULTS, "results-path",
                       "the path is too long: %.80s...", messages_csv_path);
    if (access(path, F_OK) < 0 && errno == ENOENT)
        return 0;
    return connections_load(&out->connect, path, is_partial, err);
}

int summary_compute(struct samples *samples, const char *messages_csv_path,
                    const struct result_run *run, struct summary *out,
                    struct err *err)
{
    memset(out, 0, sizeof *out);
    out->is_udp = result_run_is_udp(run);
    if (summary_alone(out, samples, err) < 0)
        return -1;
    return load_connections(messages_csv_path, !run->done, out, err);
}
