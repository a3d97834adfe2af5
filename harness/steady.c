#include "harness/steady.h"

#include "harness/warmup.h"

#include <stdlib.h>
#include <string.h>

/* One connection while its messages go by. */
struct part {
    int64_t n, seen;
    size_t start;   /* of its batches in z[] */
    double product; /* of the RTTs of the batch that is being filled */
    int64_t cut;
};

static void lay_out(struct part *parts, const struct samples *samples)
{
    size_t start = 0;

    for (size_t i = 0; i < samples->n; i++)
        parts[samples->conn[i]].n++;
    for (int64_t c = 0; c < samples->nconns; c++) {
        parts[c].start = start;
        parts[c].product = 1;
        start += (size_t)(parts[c].n / WARMUP_BATCH);
    }
}

static void fill(struct part *parts, const struct samples *samples, double *z)
{
    for (size_t i = 0; i < samples->n; i++) {
        struct part *part = &parts[samples->conn[i]];
        size_t batch = (size_t)(part->seen++ / WARMUP_BATCH);

        part->product *= (double)samples->rtt_ns[i];
        if (part->seen % WARMUP_BATCH != 0)
            continue;
        z[part->start + batch] = warmup_batch(part->product);
        part->product = 1;
    }
}

static void cut(struct steady *out, struct part *part, const double *z)
{
    struct warmup warmup = warmup_find(z + part->start,
                                       (size_t)(part->n / WARMUP_BATCH));

    part->cut = warmup.cut;
    part->seen = 0;
    out->judged += warmup.is_judged;
    out->unsteady += warmup.is_judged && !warmup.is_steady;
    out->cut += warmup.cut;
}

static void keep_steady(struct steady *out, struct part *parts,
                        const struct samples *samples, int64_t *rtts)
{
    for (size_t i = 0; i < samples->n; i++) {
        struct part *part = &parts[samples->conn[i]];

        if (part->seen++ >= part->cut)
            rtts[out->n++] = samples->rtt_ns[i];
        else if (samples->received_ns[i] > out->until_ns)
            out->until_ns = samples->received_ns[i];
    }
}

/* Reorders the values within each batch only. */
static struct drift drift_of(double *medians, int64_t *rtts, size_t n)
{
    if (n < STATS_MIN_VALUES)
        return (struct drift){0};
    for (size_t b = 0; b < STATS_BATCHES; b++) {
        size_t from = b * n / STATS_BATCHES, to = (b + 1) * n / STATS_BATCHES;

        medians[b] = (double)stats_percentile_of(rtts + from, to - from, 0.5);
    }
    return drift_find(medians, STATS_BATCHES);
}

/* The share of what is <= x in each batch, from a walk through all messages. */
static void shares_below(double *shares, struct part *parts,
                         const struct samples *samples, size_t n, int64_t x)
{
    size_t at = 0, i = 0;

    for (int64_t c = 0; c < samples->nconns; c++)
        parts[c].seen = 0;
    for (size_t b = 0; b < STATS_BATCHES; b++) {
        size_t from = at, to = (b + 1) * n / STATS_BATCHES, hits = 0;

        for (; at < to; i++) {
            struct part *part = &parts[samples->conn[i]];

            if (part->seen++ < part->cut)
                continue;
            hits += samples->rtt_ns[i] <= x;
            at++;
        }
        shares[b] = (double)hits / (double)(to - from);
    }
}

/* Needs no second array: ten million messages would fill 80 MB. */
static void sum_up(struct steady *out, struct part *parts,
                   const struct samples *samples, int64_t *rtts)
{
    size_t n = (size_t)out->n;
    double shares[STATS_BATCHES];

    if (n == 0)
        return;
    out->drift = drift_of(out->medians_ns, rtts, n);
    stats_sort(rtts, n);
    out->p50_ns = stats_percentile(rtts, n, 0.5);
    if (n >= STATS_MIN_VALUES) {
        shares_below(shares, parts, samples, n, out->p50_ns);
        out->p50 = stats_quantile_of_shares(rtts, n, 0.5, shares);
    }
    if (n >= STEADY_MIN_P99)
        out->p99_ns = stats_percentile(rtts, n, 0.99);
}

int steady_of(struct steady *out, const struct samples *samples, int64_t *rtts,
              struct err *err)
{
    struct part *parts = calloc((size_t)samples->nconns + 1, sizeof *parts);
    double *z = malloc((samples->n / WARMUP_BATCH + 1) * sizeof *z);
    int status = 0;

    *out = (struct steady){.until_ns = LEDGER_ABSENT,
                           .p50_ns = LEDGER_ABSENT,
                           .p99_ns = LEDGER_ABSENT};
    if (parts && z) {
        lay_out(parts, samples);
        fill(parts, samples, z);
        for (int64_t c = 0; c < samples->nconns; c++)
            cut(out, &parts[c], z);
        keep_steady(out, parts, samples, rtts);
        sum_up(out, parts, samples, rtts);
    } else {
        status = err_set(err, ERR_RESOURCE, "no-memory", "out of memory");
    }
    free(parts);
    free(z);
    return status;
}
