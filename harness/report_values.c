#include "harness/report_values.h"

#include "harness/lab.h"
#include "harness/quantity.h"
#include "harness/report_target.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define MEMORY_LIMIT 0.3 /* lag-1 correlation of batches */

const char *report_values_quantile(int i)
{
    static const char *const names[SUMMARY_QUANTILES] = {"p50", "p90", "p99",
                                                         "p999"};

    return names[i];
}

static void put_rough(struct target to, const char *key, double ns)
{
    char text[QUANTITY_SIZE];

    values_number(to.values, to.prefix, key, ns, quantity_rough_time(ns, text));
}

/* ---- counts ---- */

/* "3 timeout, 1 reset" */
static void put_failures_by_name(struct target to, const struct summary *s)
{
    char text[512] = "", count[QUANTITY_SIZE];
    size_t used = 0;

    for (int i = 0; i < OUTCOME_COUNT; i++) {
        if (s->outcomes[i] == 0 || !samples_is_failure((enum outcome)i) ||
            used >= sizeof text)
            continue;
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%s %s",
                                 used ? ", " : "",
                                 quantity_count(s->outcomes[i], count),
                                 outcome_name((enum outcome)i));
    }
    if (used)
        target_text(to, "failed.which", text);
}

static void put_counts(struct target to, const struct report_run *run)
{
    const struct summary *s = &run->summary;
    char text[QUANTITY_SIZE];

    target_count(to, "rows", s->rows);
    target_count(to, "sent", run->samples.sent);
    target_count(to, "ok", s->ok);
    target_count(to, "failed", s->failed);
    values_number(to.values, to.prefix, "failed.bound", s->failed_share.hi,
                  quantity_percent(s->failed_share.hi, text));
    put_failures_by_name(to, s);
    if (s->unsent > 0)
        target_count(to, "unsent", s->unsent);
    if (s->outcomes[OUTCOME_ABORTED] > 0)
        target_count(to, "aborted", s->outcomes[OUTCOME_ABORTED]);
    if (s->ok > 0)
        target_text(to, "answered", "answered");
}

/* ---- round trips ---- */

/* An interval without its unit, for under a value in a table. */
static void put_range(struct target to, const char *key, char *interval)
{
    char *end = strchr(interval, ']');

    if (end)
        end[1] = '\0';
    target_text(to, key, interval);
}

static void put_more(struct target to, const char *key, double seconds)
{
    char count[QUANTITY_SIZE], text[QUANTITY_SIZE + 8];

    snprintf(text, sizeof text, "%s" QUANTITY_THIN "s",
             quantity_count((int64_t)fmin(seconds, 1e15), count));
    values_number(to.values, to.prefix, key, seconds * 1e9, text);
}

static void put_quantile(struct target to, const char *what, const char *name,
                         const struct stats_quantile *q)
{
    struct quantity_unit unit = quantity_time((double)q->value);
    int decimals = quantity_decimals((double)(q->hi - q->lo) / 2, 1, unit);
    double bounds[2] = {(double)q->lo, (double)q->hi};
    char key[48], text[QUANTITY_SIZE];

    if (!q->is_known) {
        snprintf(key, sizeof key, "%s.%s.more", what, name);
        if (q->more_s > 0)
            put_more(to, key, ceil(q->more_s));
        return;
    }
    snprintf(key, sizeof key, "%s.%s", what, name);
    values_number(to.values, to.prefix, key, (double)q->value,
                  quantity_value((double)q->value, decimals, unit, text));
    snprintf(key, sizeof key, "%s.%s.ci", what, name);
    target_text(to, key, quantity_interval(bounds, decimals, unit, text));
    snprintf(key, sizeof key, "%s.%s.range", what, name);
    put_range(to, key, text);
}

/* What is lost takes for ever, so a quantile among it is undefined. */
static void put_undefined(struct target to, const struct summary *s)
{
    static const double highest = 0.999; /* of those that are told */
    double answered = summary_answered(s);
    char text[32];

    snprintf(text, sizeof text, "above p%.4g",
             floor(1e4 * answered + 1e-6) / 100);
    if (answered < highest)
        values_number(to.values, to.prefix, "rtt.undefined", answered, text);
}

static void put_rtts(struct target to, const struct summary *s)
{
    for (int i = 0; i < SUMMARY_QUANTILES; i++)
        put_quantile(to, "rtt", report_values_quantile(i), &s->rtt[i]);
    put_rough(to, "rtt.min", (double)s->min_ns);
    put_rough(to, "rtt.max", (double)s->max_ns);
    put_rough(to, "rtt.mean", s->mean_ns);
    put_rough(to, "rtt.mad", (double)s->mad_ns);
    target_count(to, "n_eff", (int64_t)s->rtt[SUMMARY_P50].n_eff);
    if (s->lag1 > MEMORY_LIMIT)
        target_text(to, "short", "too short for its own memory");
    put_undefined(to, s);
}

/* What was open while the client stood still, and what the rest says. */
static void put_suspect(struct target to, const struct suspect_summary *s)
{
    char text[QUANTITY_SIZE];

    if (s->rows == 0)
        return;
    target_count(to, "suspect", s->rows);
    values_number(to.values, to.prefix, "suspect.share", s->share,
                  quantity_percent(s->share, text));
    for (int i = 0; i < SUSPECT_QUANTILES && s->rest > 0; i++) {
        put_quantile(to, "suspect.rtt", report_values_quantile(i), &s->rtt[i]);
        if (s->has_response)
            put_quantile(to, "suspect.response", report_values_quantile(i),
                         &s->response[i]);
    }
}

static void put_rate(struct target to, const struct summary_rate *rate)
{
    struct quantity_unit unit = quantity_rate(rate->bit_per_s);
    int decimals = rate->has_interval
                       ? quantity_decimals((rate->hi - rate->lo) / 2, 0, unit)
                       : quantity_significant(rate->bit_per_s, 4, unit);
    double bounds[2] = {rate->lo, rate->hi};
    char text[QUANTITY_SIZE];

    values_number(to.values, to.prefix, "rate", rate->bit_per_s,
                  quantity_value(rate->bit_per_s, decimals, unit, text));
    if (rate->has_interval) {
        target_text(to, "rate.ci",
                    quantity_interval(bounds, decimals, unit, text));
        put_range(to, "rate.range", text);
    }
}

static void put_connect(struct target to, const struct connections *c)
{
    if (c->connected > 0)
        put_rough(to, "connect", (double)c->p50_ns);
    if (c->told_retransmits > 0)
        target_count(to, "retransmits", c->retransmits);
}

/* ---- steadiness ---- */

static void put_warmup(struct target to, const struct report_run *run)
{
    const struct steady *steady = &run->summary.steady;
    int64_t start_ns = run->samples.ledger.first_sent_ns;

    if (steady->judged == 0)
        return;
    if (steady->unsteady > 0)
        target_text(to, "warmup", "no end found");
    else
        target_count(to, "warmup", steady->cut);
    if (report_run_is_warm(run))
        put_rough(to, "warmup.until", (double)(steady->until_ns - start_ns));
}

static void put_drift(struct target to, const struct drift *drift)
{
    char text[QUANTITY_SIZE];

    if (!drift->is_known)
        return;
    snprintf(text, sizeof text, "%s%.1f" QUANTITY_THIN "%%",
             drift->change < 0 ? QUANTITY_MINUS : "+",
             fabs(drift->change) * 100);
    values_number(to.values, to.prefix, "drift.change", drift->change, text);
    target_text(to, "drift", drift->is_drifting ? text : "none found");
    if (drift->is_drifting)
        target_text(to, "drifts", "drifts");
}

/* The number of RFC 5481: of the highest percentile that has an interval. */
static void put_pdv(struct target to, const struct summary *s)
{
    char time[QUANTITY_SIZE], text[QUANTITY_SIZE + 16];

    if (s->pdv_of == SUMMARY_QUANTILES)
        return;
    snprintf(text, sizeof text, "%s (%s)",
             quantity_rough_time((double)s->pdv_ns, time),
             s->pdv_of == SUMMARY_P999 ? "p99.9" : "p99");
    values_number(to.values, to.prefix, "pdv", (double)s->pdv_ns, text);
}

static void put_spread(struct target to, const struct summary *s)
{
    put_pdv(to, s);
    if (s->has_ipdv)
        put_rough(to, "ipdv", s->ipdv_ns);
    if (s->outliers.is_known)
        target_count(to, "outliers", s->outliers.below + s->outliers.above);
}

/* ---- open loop ---- */

/* What was asked for is told as it was given, what came out of it rounded. */
static void put_paces(struct target to, const struct result_run *run)
{
    static const struct quantity_unit a_second = {1, ""};
    double achieved = run->achieved_per_s, power;
    char text[QUANTITY_SIZE];

    power = pow(10, quantity_significant(achieved, 3, a_second));
    values_number(to.values, to.prefix, "open.asked", run->rate_per_s,
                  quantity_pace(run->rate_per_s, text));
    values_number(to.values, to.prefix, "open.achieved", achieved,
                  quantity_pace(round(achieved * power) / power, text));
}

static void put_open_loop(struct target to, const struct report_run *run)
{
    const struct open_loop *open = &run->summary.open_loop;

    if (run->run->rate_per_s <= 0)
        return;
    target_text(to, "open", run->run->arrival);
    put_paces(to, run->run);
    if (!open->is_open)
        return;
    for (int i = 0; i < OPEN_LOOP_QUANTILES; i++)
        put_quantile(to, "response", report_values_quantile(i),
                     &open->response[i]);
    put_rough(to, "response.max", (double)open->response_max_ns);
    if (open->has_late_p99)
        put_rough(to, "late.p99", (double)open->late_p99_ns);
}

/* ---- what the lab's script would have said ---- */

/* It knew one connection, and one message at a time. */
static void put_lab(struct target to, const struct report_run *run)
{
    double factor = lab_factor(run->run->message_size_bytes);
    double rate = run->summary.rate.bit_per_s * factor;
    struct quantity_unit unit = quantity_rate(rate);
    char text[QUANTITY_SIZE];

    if (!report_run_is_like_lab(run->run))
        return;
    if (run->nlab > 0)
        values_number(to.values, to.prefix, "lab.window", LAB_WINDOW,
                      quantity_count(LAB_WINDOW, text));
    snprintf(text, sizeof text, "%.5f", factor);
    values_number(to.values, to.prefix, "lab.factor", factor, text);
    values_number(
        to.values, to.prefix, "lab.rate", rate,
        quantity_value(rate, quantity_significant(rate, 3, unit), unit, text));
}

void report_values_run(struct values *values, const char *prefix,
                       const struct report_run *run)
{
    const struct summary *s = &run->summary;
    struct target to = {values, prefix};

    memcpy(values->sha256, s->sha256, sizeof values->sha256);
    report_values_conditions(values, prefix, run);
    put_counts(to, run);
    put_suspect(to, &s->suspect);
    if (s->ok > 0) {
        put_rough(to, "seconds", s->duration_s * 1e9);
        put_rtts(to, s);
        target_count(to, "bins", run->series.nbins);
        if (run->samples.received_ns)
            target_text(to, "dots", "dots");
        put_warmup(to, run);
        put_drift(to, &s->steady.drift);
        put_spread(to, s);
        put_open_loop(to, run);
    }
    if (s->rate.is_known) {
        put_rate(to, &s->rate);
        put_lab(to, run);
    }
    put_connect(to, &s->connect);
    values->sha256[0] = '\0';
}
