/* The numbers of one run: what its messages.csv says, with intervals. */
#ifndef HARNESS_SUMMARY_H
#define HARNESS_SUMMARY_H

#include "harness/connections.h"
#include "harness/loss.h"
#include "harness/open_loop.h"
#include "harness/outliers.h"
#include "harness/percentiles.h"
#include "harness/result.h"
#include "harness/samples.h"
#include "harness/silence.h"
#include "harness/stats.h"
#include "harness/steady.h"
#include "harness/texture.h"
#include "lib/err.h"

#include <stdint.h>
#include <stdio.h>

enum summary_p {
    SUMMARY_P50,
    SUMMARY_P90,
    SUMMARY_P99,
    SUMMARY_P999,
    SUMMARY_QUANTILES
};

/* Quantiles that tell the whole distribution: at 1/200, 2/200 .. 199/200. */
#define SUMMARY_GRID 199

/* A mean over time; without interval when there are too few messages. */
struct summary_rate {
    double bit_per_s; /* 8 x ok bytes / duration */
    int is_known;     /* duration > 0 */
    int has_interval;
    double lo, hi; /* 95 %, from 30 batches of equal time */
};

struct summary {
    int64_t message_size_bytes;
    int64_t rows, outcomes[OUTCOME_COUNT];
    int64_t ok, failed; /* failed: what samples_is_failure says */
    int64_t unsent;     /* send_error, local_limit: this machine's */
    struct stats_share failed_share; /* of ok + failed */
    int is_udp;                      /* then: */
    struct loss loss;
    struct silence silence;
    /*
     * First send to last reply; to the last event of the record when an outage
     * lasts until then.  0 without a reply.
     */
    int64_t end_ns;
    double duration_s;

    /* The RTTs of the ok messages; hold when ok > 0. */
    int64_t min_ns, max_ns, mad_ns;
    double mean_ns;
    struct stats_quantile rtt[SUMMARY_QUANTILES];
    double lag1;    /* greatest of what is told with an interval: quantiles
                     * and rate, by batches in time */
    int has_ipdv;   /* two answers came in a row: */
    double ipdv_ns; /* mean |IPDV| */
    /* PDV (RFC 5481): the highest known of p99.9 and p99, less the minimum. */
    int64_t pdv_ns;
    enum summary_p pdv_of;         /* SUMMARY_QUANTILES: neither is known */
    int64_t grid_ns[SUMMARY_GRID]; /* of all ok messages */
    struct outliers outliers;
    struct texture texture;
    struct steady steady;
    struct open_loop open_loop;
    struct suspect_summary suspect; /* rows 0: nothing else holds */

    struct summary_rate rate;
    struct connections connect; /* rows 0: no connections.csv */
    char sha256[HASH_HEX_SIZE]; /* of messages.csv */
};

/*
 * Sum up samples, whose losses are sorted by it; `connect` and `is_udp` are
 * left alone.  The round trips are sorted once for all: `percentiles` are made
 * meanwhile, unless NULL.  `scratch` has room for samples->n values.  Error:
 * no-memory.
 */
int summary_of(struct summary *out, struct samples *samples, int64_t *scratch,
               struct percentiles *percentiles, struct err *err);

/* The same for who has no use for percentiles, nor for the room. */
int summary_alone(struct summary *out, struct samples *samples,
                  struct err *err);

/*
 * Sum up the samples of a run, and the connections.csv beside the messages.csv
 * that they are of.  A last row without its end is dropped unless run->done.
 * Errors: no-memory, those of connections_load.
 */
int summary_compute(struct samples *samples, const char *messages_csv_path,
                    const struct result_run *run, struct summary *out,
                    struct err *err);

/*
 * The share of messages that were answered: of all messages, an RTT quantile
 * above it is undefined, for what is lost takes for ever.  Source: RFC 2681.
 */
double summary_answered(const struct summary *summary);

/* As JSON for people and scripts; the caller frees.  NULL: out of memory. */
char *summary_json(const struct summary *summary);

/* A few lines of text. */
void summary_print(const struct summary *summary, const struct result_run *run,
                   FILE *to);

#endif
