/*
 * Counts while a run goes on: outcomes, and the distribution of RTTs in
 * logarithmic classes, for progress lines and the client's own summary.
 * Exact percentiles come from the record.
 */
#ifndef CLIENTS_METER_H
#define CLIENTS_METER_H

#include "lib/outcome.h"
#include "lib/progress.h"

#include <stdint.h>

/* 64 classes an octave: a class is at most 1.6 % wide. */
enum { METER_CLASSES = 64 * 60 };

struct meter {
    int64_t outcomes[OUTCOME_COUNT];
    int64_t ok_bytes;
    int64_t first_sent_ns, last_received_ns; /* of the run's clock */
    int64_t last_failed_ns; /* when the last that failed was sent, or due */
    uint32_t recent[METER_CLASSES]; /* since the last progress */
    uint64_t all[METER_CLASSES];    /* until then */
    int64_t recent_bytes, recent_since_ns;
};

/* The class of an RTT, and the middle of a class. */
int meter_class(int64_t rtt_ns);
double meter_class_ns(int class_number);

void meter_ok(struct meter *meter, int64_t rtt_ns, int64_t bytes,
              int64_t received_ns);
void meter_failed(struct meter *meter, enum outcome outcome, int64_t begun_ns);

int64_t meter_finished(const struct meter *meter);
int64_t meter_failures(const struct meter *meter);

/* Fill in what happened since the last call, and begin a new interval. */
void meter_progress(struct meter *meter, int64_t now_ns,
                    struct progress *progress);

/* Add what another meter counted. */
void meter_add(struct meter *meter, const struct meter *other);

/* Nearest-rank percentile of the whole run, 0 < pct <= 100; 0 without RTTs. */
double meter_percentile_ns(const struct meter *meter, double pct);

#endif
