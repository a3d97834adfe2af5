#include "harness/series.h"

#include "harness/stats.h"

#include <stdlib.h>
#include <string.h>

int series_bins_for(int64_t n)
{
    int64_t bins = n / 20;

    if (bins < 1)
        return 1;
    return bins < SERIES_MAX_BINS ? (int)bins : SERIES_MAX_BINS;
}

double series_bin_s(const struct series *series)
{
    return (double)(series->end_ns - series->start_ns) / 1e9 / series->nbins;
}

/* The bin that a time belongs to; the end belongs to the last. */
static int bin_of(const struct series *series, int64_t time_ns)
{
    double share = (double)(time_ns - series->start_ns) /
                   (double)(series->end_ns - series->start_ns);
    int bin = (int)(share * series->nbins);

    if (bin < 0)
        return 0;
    return bin < series->nbins ? bin : series->nbins - 1;
}

/* Add one message's bits to the bins between two times in bins (0..nbins). */
static void spread(double *bits, int nbins, double from, double to,
                   double amount)
{
    int first = (int)from, last = (int)to;

    if (first >= nbins)
        first = nbins - 1;
    if (last >= nbins)
        last = nbins - 1;
    if (first == last) {
        bits[first] += amount;
        return;
    }
    for (int bin = first; bin <= last; bin++) {
        double begin = bin == first ? from : bin;
        double end = bin == last ? to : bin + 1;

        bits[bin] += amount * (end - begin) / (to - from);
    }
}

void series_spread_bits(const struct samples *samples, int64_t start_ns,
                        int64_t end_ns, int nbins, double *bits)
{
    double bins_per_ns = (double)nbins / (double)(end_ns - start_ns);
    double amount = 8 * (double)samples->message_size_bytes;

    memset(bits, 0, (size_t)nbins * sizeof *bits);
    for (size_t i = 0; i < samples->n; i++) {
        int64_t to = samples->received_ns[i] - start_ns;

        spread(bits, nbins, (double)(to - samples->rtt_ns[i]) * bins_per_ns,
               (double)to * bins_per_ns, amount);
    }
}

/*
 * Counting sort of the RTTs by bin, into `grouped`; ends[b] is where bin b
 * ends in it.
 */
static void group(const struct series *series, const struct samples *samples,
                  int64_t *grouped, size_t *ends)
{
    size_t sum = 0;

    for (size_t i = 0; i < samples->n; i++)
        series->bins[bin_of(series, samples->received_ns[i])].n++;
    for (int b = 0; b < series->nbins; b++) {
        ends[b] = sum;
        sum += (size_t)series->bins[b].n;
    }
    for (size_t i = 0; i < samples->n; i++)
        grouped[ends[bin_of(series, samples->received_ns[i])]++] =
            samples->rtt_ns[i];
}

static void fill(struct series_bin *bin, int64_t *rtts)
{
    size_t n = (size_t)bin->n;

    if (n == 0)
        return;
    stats_sort(rtts, n);
    bin->min = rtts[0];
    bin->p5 = stats_percentile(rtts, n, 0.05);
    bin->p50 = stats_percentile(rtts, n, 0.50);
    bin->p95 = stats_percentile(rtts, n, 0.95);
    bin->max = rtts[n - 1];
}

static int build(struct series *series, const struct samples *samples,
                 int64_t *grouped)
{
    size_t nbins = (size_t)series->nbins;
    size_t *ends = malloc(nbins * sizeof *ends);
    double *bits = malloc(nbins * sizeof *bits);
    int is_good = ends && bits;

    if (is_good) {
        group(series, samples, grouped, ends);
        series_spread_bits(samples, series->start_ns, series->end_ns,
                           series->nbins, bits);
        for (size_t b = 0; b < nbins; b++) {
            series->bins[b].bits = bits[b];
            fill(&series->bins[b], grouped + ends[b] - series->bins[b].n);
        }
    }
    free(ends);
    free(bits);
    return is_good ? 0 : -1;
}

int series_build(struct series *series, const struct samples *samples,
                 int64_t *scratch, struct err *err)
{
    memset(series, 0, sizeof *series);
    if (samples->n == 0)
        return 0;
    series->start_ns = samples->ledger.first_sent_ns;
    series->end_ns = samples->end_ns;
    series->nbins = series_bins_for((int64_t)samples->n);
    series->bins = calloc((size_t)series->nbins, sizeof *series->bins);
    if (series->bins && build(series, samples, scratch) == 0)
        return 0;
    series_release(series);
    return err_set(err, ERR_RESOURCE, "no-memory", "out of memory");
}

void series_release(struct series *series)
{
    free(series->bins);
    memset(series, 0, sizeof *series);
}
