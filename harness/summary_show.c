#include "harness/summary.h"

#include "lib/json.h"
#include "lib/num.h"

#include <math.h>

static const char *const names[SUMMARY_QUANTILES] = {"p50", "p90", "p99",
                                                     "p99.9"};

static void put_quantile(struct cJSON *object, const char *name,
                         const struct stats_quantile *q)
{
    struct cJSON *to = json_put_object(object, name);

    if (q->is_known) {
        json_put_int(to, "ns", q->value);
        json_put_int(to, "ci95_lo_ns", q->lo);
        json_put_int(to, "ci95_hi_ns", q->hi);
    } else {
        json_put_null(to, "ns");
        if (q->more_s > 0)
            json_put_real(to, "needs_more_s", q->more_s);
    }
    json_put_real(to, "n_eff", q->n_eff);
}

static void put_rtt(struct cJSON *root, const struct summary *s)
{
    struct cJSON *rtt = json_put_object(root, "rtt");

    json_put_int(rtt, "min_ns", s->min_ns);
    for (int i = 0; i < SUMMARY_QUANTILES; i++)
        put_quantile(rtt, names[i], &s->rtt[i]);
    json_put_int(rtt, "max_ns", s->max_ns);
    json_put_real(rtt, "mean_ns", s->mean_ns);
    json_put_int(rtt, "mad_ns", s->mad_ns);
    json_put_real(rtt, "batch_lag1", s->lag1);
    if (s->failed > 0)
        json_put_real(rtt, "undefined_above", summary_answered(s));
    if (s->has_ipdv)
        json_put_real(rtt, "mean_abs_ipdv_ns", s->ipdv_ns);
    if (s->outliers.is_known)
        json_put_int(rtt, "beyond_outer_fences",
                     s->outliers.below + s->outliers.above);
    if (s->pdv_of == SUMMARY_QUANTILES)
        return;
    json_put_int(rtt, "pdv_ns", s->pdv_ns);
    json_put_text(rtt, "pdv_of", names[s->pdv_of]);
}

static void put_open_loop(struct cJSON *root, const struct open_loop *open)
{
    struct cJSON *to;

    if (!open->is_open)
        return;
    to = json_put_object(root, "response");
    if (open->missed > 0)
        json_put_int(to, "never_sent", open->missed);
    for (int i = 0; i < OPEN_LOOP_QUANTILES; i++)
        put_quantile(to, names[i], &open->response[i]);
    json_put_int(to, "max_ns", open->response_max_ns);
    to = json_put_object(root, "schedule_error");
    if (open->has_late_p99)
        json_put_int(to, "p99_ns", open->late_p99_ns);
    json_put_int(to, "max_ns", open->late_max_ns);
}

static void put_steady(struct cJSON *root, const struct steady *steady)
{
    struct cJSON *warmup = json_put_object(root, "warmup"), *drift;

    json_put_int(warmup, "connections_judged", steady->judged);
    json_put_int(warmup, "connections_unsteady", steady->unsteady);
    json_put_int(warmup, "messages", steady->cut);
    if (steady->cut > 0)
        json_put_int(warmup, "until_ns", steady->until_ns);
    json_put_int(warmup, "p50_after_ns", steady->p50_ns);
    if (!steady->drift.is_known)
        return;
    drift = json_put_object(root, "drift");
    json_put_bool(drift, "found", steady->drift.is_drifting);
    json_put_real(drift, "mann_kendall_z", steady->drift.z);
    json_put_real(drift, "change", steady->drift.change);
}

/* How many, and the percentiles of the answers that are not. */
static void put_suspect(struct cJSON *root, const struct suspect_summary *s)
{
    struct cJSON *to, *rtt, *response;

    if (s->rows == 0)
        return;
    to = json_put_object(root, "suspect");
    json_put_int(to, "rows", s->rows);
    json_put_real(to, "share", s->share);
    json_put_int(to, "ok_without", s->rest);
    if (s->rest == 0)
        return;
    rtt = json_put_object(to, "rtt_without");
    response = s->has_response ? json_put_object(to, "response_without") : NULL;
    for (int i = 0; i < SUSPECT_QUANTILES; i++) {
        put_quantile(rtt, names[i], &s->rtt[i]);
        if (response)
            put_quantile(response, names[i], &s->response[i]);
    }
}

static void put_silence(struct cJSON *root, const struct silence *silence)
{
    struct cJSON *to;

    if (silence->longest_ns == 0)
        return;
    to = json_put_object(root, "longest_silence");
    json_put_int(to, "ns", silence->longest_ns);
    json_put_int(to, "from_ns", silence->from_ns);
    json_put_bool(to, "outage", silence->is_outage);
}

static void put_firsts(struct cJSON *root, const struct texture *texture)
{
    struct cJSON *to = json_put_object(root, "first_messages");

    json_put_int(to, "connections", texture->firsts);
    json_put_int(to, "p50_ns", texture->first_p50_ns);
}

static void put_rate(struct cJSON *root, const struct summary_rate *rate)
{
    struct cJSON *to = json_put_object(root, "rate");

    json_put_real(to, "bit_per_s", rate->bit_per_s);
    if (!rate->has_interval)
        return;
    json_put_real(to, "ci95_lo_bit_per_s", rate->lo);
    json_put_real(to, "ci95_hi_bit_per_s", rate->hi);
}

static void put_connect(struct cJSON *root, const struct connections *c)
{
    struct cJSON *to = json_put_object(root, "connect");

    json_put_int(to, "connections", c->rows);
    json_put_int(to, "connected", c->connected);
    if (c->connected > 0) {
        json_put_int(to, "min_ns", c->min_ns);
        json_put_int(to, "p50_ns", c->p50_ns);
        json_put_int(to, "max_ns", c->max_ns);
    }
    if (c->told_retransmits > 0)
        json_put_int(to, "retransmits", c->retransmits);
}

/* Only the lengths that there are. */
static void put_periods(struct cJSON *root, const struct loss *loss)
{
    struct cJSON *to = json_put_object(root, "periods"), *lengths;

    json_put_int(to, "count", loss->periods);
    json_put_real(to, "mean", loss->mean_period);
    json_put_int(to, "longest", loss->longest);
    lengths = json_put_array(to, "lengths");
    for (int i = 0; i < LOSS_LENGTHS; i++) {
        struct cJSON *pair;

        if (loss->lengths[i] == 0)
            continue;
        pair = json_push_object(lengths);
        json_put_int(pair, "length", i + 1);
        json_put_int(pair, "count", loss->lengths[i]);
    }
}

static void put_loss(struct cJSON *root, const struct loss *loss)
{
    struct cJSON *to = json_put_object(root, "loss");

    json_put_int(to, "counted", loss->counted);
    json_put_int(to, "lost", loss->lost);
    json_put_real(to, "share", loss->share.value);
    json_put_real(to, "ci95_lo", loss->share.lo);
    json_put_real(to, "ci95_hi", loss->share.hi);
    json_put_real(to, "n_eff", loss->n_eff);
    json_put_bool(to, "too_few_periods", loss->too_few);
    put_periods(to, loss);
    json_put_int(to, "received", loss->received);
    json_put_int(to, "duplicated", loss->duplicated);
    json_put_int(to, "reordered", loss->reordered);
    json_put_real(to, "extent_mean", loss->extent_mean);
    json_put_int(to, "extent_max", loss->extent_max);
}

char *summary_json(const struct summary *s)
{
    struct cJSON *root = json_object(), *outcomes;
    char *text;

    json_put_int(root, "message_size_bytes", s->message_size_bytes);
    json_put_int(root, "rows", s->rows);
    outcomes = json_put_object(root, "outcomes");
    for (int i = 0; i < OUTCOME_COUNT; i++)
        json_put_int(outcomes, outcome_name((enum outcome)i), s->outcomes[i]);
    json_put_int(root, "failed", s->failed);
    json_put_real(root, "failed_share", s->failed_share.value);
    json_put_real(root, "failed_share_ci95_hi", s->failed_share.hi);
    json_put_real(root, "duration_s", s->duration_s);
    if (s->ok > 0) {
        put_rtt(root, s);
        put_open_loop(root, &s->open_loop);
        put_firsts(root, &s->texture);
        put_steady(root, &s->steady);
    }
    put_silence(root, &s->silence);
    put_suspect(root, &s->suspect);
    if (s->rate.is_known)
        put_rate(root, &s->rate);
    if (s->is_udp)
        put_loss(root, &s->loss);
    if (s->connect.rows > 0)
        put_connect(root, &s->connect);
    json_put_text(root, "messages_csv_sha256", s->sha256);
    text = root ? json_print(root) : NULL;
    json_free(root);
    return text;
}

static void print_quantile(const struct stats_quantile *q, const char *what,
                           const char *name, FILE *to)
{
    char value[32], lo[32], hi[32];

    if (q->is_known)
        fprintf(to, "  %s %-6s %s, 95 %% CI [%s, %s]\n", what, name,
                num_duration((double)q->value, value, sizeof value),
                num_duration((double)q->lo, lo, sizeof lo),
                num_duration((double)q->hi, hi, sizeof hi));
    else if (q->more_s > 0)
        fprintf(to, "  %s %-6s n/a (needs about %s more)\n", what, name,
                num_duration(ceil(q->more_s) * 1e9, value, sizeof value));
    else
        fprintf(to, "  %s %-6s n/a (too few messages)\n", what, name);
}

static void print_rate(const struct summary_rate *rate, FILE *to)
{
    char value[32], lo[32], hi[32];

    if (!rate->is_known)
        return;
    fprintf(to, "  echo rate  %s",
            num_bitrate(rate->bit_per_s, value, sizeof value));
    if (rate->has_interval)
        fprintf(to, ", 95 %% CI [%s, %s]", num_bitrate(rate->lo, lo, sizeof lo),
                num_bitrate(rate->hi, hi, sizeof hi));
    fputc('\n', to);
}

static void print_odd(const struct loss *loss, FILE *to)
{
    char n[32];

    if (loss->duplicated > 0)
        fprintf(to, "  duplicated %s came more than once\n",
                num_grouped(loss->duplicated, n, sizeof n));
    if (loss->reordered > 0)
        fprintf(to,
                "  reordered  %s came behind later ones, by %.3g messages "
                "on average\n",
                num_grouped(loss->reordered, n, sizeof n), loss->extent_mean);
}

/* No loss is never printed without its bound. */
static void print_loss(const struct loss *loss, FILE *to)
{
    char lost[32], counted[32];

    num_grouped(loss->counted, counted, sizeof counted);
    if (loss->lost == 0)
        fprintf(to, "  loss       none of %s: < %.2g %%\n", counted,
                100 * loss->share.hi);
    else
        fprintf(to,
                "  loss       %.3g %%: %s of %s, 95 %% CI [%.3g %%, %.3g "
                "%%]%s\n"
                "  periods    of %.3g messages on average, %lld at most\n",
                100 * loss->share.value,
                num_grouped(loss->lost, lost, sizeof lost), counted,
                100 * loss->share.lo, 100 * loss->share.hi,
                loss->too_few ? " (too few bursts)" : "", loss->mean_period,
                (long long)loss->longest);
    print_odd(loss, to);
}

/* Only what is worth a word: the start was different, or the end is. */
static void print_steady(const struct steady *steady, FILE *to)
{
    char cut[32], rest[32];

    if (steady->cut > 0)
        fprintf(to,
                "  warm-up    the first %s messages; median RTT after "
                "them %s\n",
                num_grouped(steady->cut, cut, sizeof cut),
                num_duration((double)steady->p50_ns, rest, sizeof rest));
    if (steady->unsteady > 0)
        fprintf(to,
                "  warm-up    no steady state found on %s of %s "
                "connections: measure longer\n",
                num_grouped(steady->unsteady, cut, sizeof cut),
                num_grouped(steady->judged, rest, sizeof rest));
    if (steady->drift.is_drifting)
        fprintf(to,
                "  drift      %+.1f %% from start to end: one number does "
                "not tell it all\n",
                100 * steady->drift.change);
}

/* Where a percentile that is told lies among what was lost. */
static void print_undefined(const struct summary *s, FILE *to)
{
    static const double highest = 0.999;
    double answered = summary_answered(s);

    if (answered < highest)
        fprintf(to,
                "  undefined  above p%.4g, where messages are lost: the RTTs "
                "are of those answered\n",
                floor(1e4 * answered + 1e-6) / 100);
}

/* Round trips say what the service took; these, what a user waited. */
static void print_open_loop(const struct open_loop *open, FILE *to)
{
    char p99[32], most[32];

    if (!open->is_open)
        return;
    for (int i = 0; i < OPEN_LOOP_QUANTILES; i++)
        if (open->response[i].p > 0)
            print_quantile(&open->response[i], "response", names[i], to);
        else
            fprintf(to, "  response %-6s n/a (%.3g %% were never sent)\n",
                    names[i], 100 * open->missed_share);
    fprintf(to,
            "  sent late  p99 %s, max %s: response counts from when it was "
            "due\n",
            open->has_late_p99
                ? num_duration((double)open->late_p99_ns, p99, sizeof p99)
                : "n/a",
            num_duration((double)open->late_max_ns, most, sizeof most));
}

/* "  without    RTT p50 80 us, p90 95 us, p99 n/a, p99.9 n/a" */
static void print_without(const char *what, const struct stats_quantile *q,
                          FILE *to)
{
    char value[32];

    fprintf(to, "  without    %s", what);
    for (int i = 0; i < SUSPECT_QUANTILES; i++)
        fprintf(to, "%s %s %s", i > 0 ? "," : "", names[i],
                q[i].is_known
                    ? num_duration((double)q[i].value, value, sizeof value)
                    : "n/a");
    fputc('\n', to);
}

static void print_suspect(const struct summary *s, FILE *to)
{
    const struct suspect_summary *suspect = &s->suspect;
    char n[32], rows[32];

    if (suspect->rows == 0)
        return;
    fprintf(to,
            "  suspect    %s of %s messages (%.3g %%): open while the client "
            "itself stood still\n",
            num_grouped(suspect->rows, n, sizeof n),
            num_grouped(s->rows, rows, sizeof rows), 100 * suspect->share);
    if (suspect->rest == 0)
        return;
    print_without("RTT", suspect->rtt, to);
    if (suspect->has_response)
        print_without("response", suspect->response, to);
}

/* A stall is in no percentile of a closed loop: nothing is sent meanwhile. */
static void print_silence(const struct summary *s, FILE *to)
{
    enum { MEANS = 10 };
    char longest[32], from[32];
    double mean_ns = s->duration_s * 1e9 / (double)s->ok;

    if ((double)s->silence.longest_ns > MEANS * mean_ns)
        fprintf(to, "  silence    longest time without an answer %s, from %s\n",
                num_duration((double)s->silence.longest_ns, longest,
                             sizeof longest),
                num_duration((double)s->silence.from_ns, from, sizeof from));
}

static void print_outliers(const struct summary *s, FILE *to)
{
    const struct outliers *o = &s->outliers;
    char n[32], first[32], last[32];

    if (!o->is_known || o->below + o->above == 0)
        return;
    fprintf(to,
            "  outliers   %s beyond Tukey's outer fences; the first came at "
            "%s, the last at %s\n",
            num_grouped(o->below + o->above, n, sizeof n),
            num_duration((double)o->first_ns, first, sizeof first),
            num_duration((double)o->last_ns, last, sizeof last));
}

/* Both have more to do than what comes after them, so they are told apart. */
static void print_start(const struct summary *s, FILE *to)
{
    const char *median = s->texture.firsts > 1 ? " (median)" : "";
    char connect[32], first[32];

    num_duration((double)s->connect.p50_ns, connect, sizeof connect);
    num_duration((double)s->texture.first_p50_ns, first, sizeof first);
    if (s->connect.connected == 0)
        return;
    if (s->is_udp)
        fprintf(to, "  first      message of a connection %s%s\n", first,
                median);
    else
        fprintf(to, "  connecting %s%s, and the first message %s%s\n", connect,
                median, first, median);
}

/* A share that was seen, or the bound of one that was not. */
static void print_failed(const struct summary *s, FILE *to)
{
    char failed[32];

    fprintf(to, "%s failed (", num_grouped(s->failed, failed, sizeof failed));
    if (s->failed == 0)
        fprintf(to, "< %.*g %%)\n", s->failed_share.hi < 0.995 ? 2 : 3,
                100 * s->failed_share.hi);
    else
        fprintf(to, "%.3g %%, 95 %% CI [%.3g %%, %.3g %%])\n",
                100 * s->failed_share.value, 100 * s->failed_share.lo,
                100 * s->failed_share.hi);
}

/* "  failed     9 late, 1 corrupt" */
static void print_failures(const struct summary *s, FILE *to)
{
    const char *comma = "  failed     ";
    char n[32];

    for (int i = 0; i < OUTCOME_COUNT && s->failed > 0; i++) {
        if (!s->outcomes[i] || !samples_is_failure((enum outcome)i))
            continue;
        fprintf(to, "%s%s %s", comma, num_grouped(s->outcomes[i], n, sizeof n),
                outcome_name((enum outcome)i));
        comma = ", ";
    }
    if (s->failed > 0)
        fputc('\n', to);
}

void summary_print(const struct summary *s, const struct result_run *run,
                   FILE *to)
{
    char rows[32], ok[32], least[32], most[32];

    fprintf(to, "%s (%s%s): %s messages, %s ok, ", run->dir, run->site,
            run->emulated ? ", emulated path" : "",
            num_grouped(s->rows, rows, sizeof rows),
            num_grouped(s->ok, ok, sizeof ok));
    print_failed(s, to);
    print_failures(s, to);
    if (s->unsent > 0)
        fprintf(to,
                "  unsent     %s of %s messages: this client could not, or "
                "not in time\n",
                num_grouped(s->unsent, ok, sizeof ok),
                num_grouped(s->rows, rows, sizeof rows));
    if (s->is_udp)
        print_loss(&s->loss, to);
    if (s->ok == 0) {
        print_suspect(s, to);
        return;
    }
    fprintf(to, "  RTT min    %s, max %s\n",
            num_duration((double)s->min_ns, least, sizeof least),
            num_duration((double)s->max_ns, most, sizeof most));
    for (int i = 0; i < SUMMARY_QUANTILES; i++)
        print_quantile(&s->rtt[i], "RTT", names[i], to);
    print_undefined(s, to);
    print_open_loop(&s->open_loop, to);
    print_suspect(s, to);
    print_rate(&s->rate, to);
    print_silence(s, to);
    print_start(s, to);
    print_outliers(s, to);
    print_steady(&s->steady, to);
}
