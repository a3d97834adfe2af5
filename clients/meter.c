#include "clients/meter.h"

#include <math.h>
#include <string.h>

enum { SUB_BITS = 6, SUB = 1 << SUB_BITS };

/* Below 64 a class a nanosecond; above, the six bits after the leading one. */
int meter_class(int64_t rtt_ns)
{
    uint64_t v = rtt_ns > 0 ? (uint64_t)rtt_ns : 0;
    int octave;

    if (v < SUB)
        return (int)v;
    octave = 63 - __builtin_clzll(v) - SUB_BITS;
    return (octave + 1) * SUB + (int)((v >> octave) & (SUB - 1));
}

double meter_class_ns(int class_number)
{
    int octave = class_number / SUB - 1;

    if (octave < 0)
        return class_number;
    return ((double)(SUB + class_number % SUB) + 0.5) *
           (double)(UINT64_C(1) << octave);
}

void meter_ok(struct meter *meter, int64_t rtt_ns, int64_t bytes,
              int64_t received_ns)
{
    meter->outcomes[OUTCOME_OK]++;
    meter->ok_bytes += bytes;
    meter->recent_bytes += bytes;
    meter->last_received_ns = received_ns;
    meter->recent[meter_class(rtt_ns)]++;
}

void meter_failed(struct meter *meter, enum outcome outcome, int64_t begun_ns)
{
    meter->outcomes[outcome]++;
    if (begun_ns > meter->last_failed_ns)
        meter->last_failed_ns = begun_ns;
}

int64_t meter_finished(const struct meter *meter)
{
    int64_t sum = 0;

    for (int i = 0; i < OUTCOME_COUNT; i++)
        sum += meter->outcomes[i];
    return sum;
}

int64_t meter_failures(const struct meter *meter)
{
    return meter_finished(meter) - meter->outcomes[OUTCOME_OK] -
           meter->outcomes[OUTCOME_ABORTED];
}

static int64_t recent_median_ns(const struct meter *meter)
{
    uint64_t n = 0, seen = 0;

    for (int i = 0; i < METER_CLASSES; i++)
        n += meter->recent[i];
    for (int i = 0; i < METER_CLASSES && n > 0; i++) {
        seen += meter->recent[i];
        if (seen * 2 >= n)
            return (int64_t)meter_class_ns(i);
    }
    return 0;
}

/* Move the interval's counts into the run's. */
static void turn_over(struct meter *meter)
{
    for (int i = 0; i < METER_CLASSES; i++)
        meter->all[i] += meter->recent[i];
    memset(meter->recent, 0, sizeof meter->recent);
    meter->recent_bytes = 0;
}

void meter_progress(struct meter *meter, int64_t now_ns,
                    struct progress *progress)
{
    double seconds = (double)(now_ns - meter->recent_since_ns) / 1e9;

    progress->messages = meter_finished(meter);
    progress->failed = meter_failures(meter);
    progress->rtt_p50_ns = recent_median_ns(meter);
    progress->bits_per_s = seconds > 0
                               ? (int64_t)(8 * (double)meter->recent_bytes /
                                           seconds)
                               : 0;
    turn_over(meter);
    meter->recent_since_ns = now_ns;
}

void meter_add(struct meter *meter, const struct meter *other)
{
    for (int i = 0; i < OUTCOME_COUNT; i++)
        meter->outcomes[i] += other->outcomes[i];
    for (int i = 0; i < METER_CLASSES; i++)
        meter->all[i] += other->all[i] + other->recent[i];
    meter->ok_bytes += other->ok_bytes;
    if (!meter->first_sent_ns || other->first_sent_ns < meter->first_sent_ns)
        meter->first_sent_ns = other->first_sent_ns;
    if (other->last_received_ns > meter->last_received_ns)
        meter->last_received_ns = other->last_received_ns;
    if (other->last_failed_ns > meter->last_failed_ns)
        meter->last_failed_ns = other->last_failed_ns;
}

double meter_percentile_ns(const struct meter *meter, double pct)
{
    uint64_t n = (uint64_t)meter->outcomes[OUTCOME_OK];
    uint64_t rank = (uint64_t)ceil(pct * (double)n / 100);
    uint64_t seen = 0;

    for (int i = 0; i < METER_CLASSES && n > 0; i++) {
        seen += meter->all[i] + meter->recent[i];
        if (seen >= rank)
            return meter_class_ns(i);
    }
    return 0;
}
