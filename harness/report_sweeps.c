#include "harness/report_sweeps.h"

#include "harness/comparable.h"
#include "harness/quantity.h"
#include "harness/report_target.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- which runs ---- */

enum what { SIZE, NUMBER };

static int64_t swept(const struct report_run *run, enum what what)
{
    return what == SIZE ? run->run->message_size_bytes : run->run->connections;
}

static int same_path(const struct result_run *a, const struct result_run *b)
{
    return strcmp(a->site, b->site) == 0 && strcmp(a->host, b->host) == 0 &&
           a->emulated == b->emulated && a->path_delay_ms == b->path_delay_ms &&
           a->path_jitter_ms == b->path_jitter_ms &&
           a->path_rate_mbit == b->path_rate_mbit;
}

static int belong(const struct report_run *a, const struct report_run *b,
                  enum what what)
{
    static const char *const keys[] = {
        [SIZE] = "message_size", [NUMBER] = "connections"};
    struct err ignored;

    return a->result == b->result && same_path(a->run, b->run) &&
           a->run->threads == b->run->threads &&
           comparable_check(a->run, b->run, &keys[what], 1, &ignored) == 0;
}

/* A load at a given rate is the same whatever carries it. */
static int has_point(const struct report_run *run)
{
    return run->summary.ok > 0 && run->summary.rate.is_known &&
           run->run->rate_per_s <= 0;
}

static int is_repeat(const struct report_runs *of, int at, int first,
                     enum what what)
{
    for (int i = first; i < at; i++)
        if (has_point(&of->run[i]) &&
            belong(&of->run[i], &of->run[first], what) &&
            swept(&of->run[i], what) == swept(&of->run[at], what))
            return 1;
    return 0;
}

/* Different values among the runs that belong to `first`, from it on. */
static int count_values(const struct report_runs *of, int first, enum what what)
{
    int n = 0;

    for (int i = first; i < of->n; i++)
        n += has_point(&of->run[i]) &&
             belong(&of->run[i], &of->run[first], what) &&
             !is_repeat(of, i, first, what);
    return n;
}

/* Where the sweep with most values begins; -1: there is none. */
static int find(const struct report_runs *of, enum what what)
{
    int best = -1, most = REPORT_SWEEPS_LEAST - 1;

    for (int first = 0; first < of->n; first++) {
        int n = has_point(&of->run[first]) ? count_values(of, first, what) : 0;

        if (n > most) {
            most = n;
            best = first;
        }
    }
    return best;
}

static int count_unanswered(const struct report_runs *of, int first,
                            enum what what)
{
    int n = 0;

    for (int i = 0; i < of->n; i++)
        n += !has_point(&of->run[i]) &&
             belong(&of->run[i], &of->run[first], what);
    return n;
}

/* ---- their points ---- */

enum { MIDDLE = SUMMARY_GRID / 2 };

/* Of all answers, whether or not there are enough for an interval. */
static double median_ns(const struct summary *s)
{
    return (double)s->grid_ns[MIDDLE];
}

static double in_flight(const struct result_run *run)
{
    return (double)(run->connections * run->window);
}

static struct figure_size_point size_point(const struct report_run *run)
{
    const struct summary_rate *rate = &run->summary.rate;

    return (struct figure_size_point){
        .bytes = (double)run->run->message_size_bytes,
        .rtt_ns = median_ns(&run->summary),
        .bit_per_s = rate->bit_per_s,
        .has_interval = rate->has_interval,
        .lo = rate->lo,
        .hi = rate->hi};
}

static int fit(struct report_sizes *out, struct err *err)
{
    struct figure_size *of = &out->figure;
    struct fit_point *points = calloc((size_t)of->n + 1, sizeof *points);
    int status;

    if (!points)
        return err_set(err, ERR_RESOURCE, "no-memory", "out of memory");
    for (int i = 0; i < of->n; i++)
        points[i] = (struct fit_point){of->points[i].bytes,
                                       of->points[i].rtt_ns};
    status = fit_line(&of->fit, points, of->n, err);
    if (status == 0)
        status = fit_bootstrap(&out->bounds, points, of->n,
                               (uint64_t)out->first->run->seed, err);
    free(points);
    return status;
}

int report_sizes_of(struct report_sizes *out, const struct report_set *set,
                    struct err *err)
{
    const struct report_runs *of = &set->of[REPORT_RATE];
    int first = find(of, SIZE);

    memset(out, 0, sizeof *out);
    if (first < 0)
        return 0;
    out->points = calloc((size_t)of->n, sizeof *out->points);
    if (!out->points)
        return err_set(err, ERR_RESOURCE, "no-memory", "out of memory");
    for (int i = first; i < of->n; i++)
        if (has_point(&of->run[i]) &&
            belong(&of->run[i], &of->run[first], SIZE))
            out->points[out->figure.n++] = size_point(&of->run[i]);
    out->first = &of->run[first];
    out->unanswered = count_unanswered(of, first, SIZE);
    out->figure.points = out->points;
    out->figure.is_local = report_run_is_local(out->first->run);
    out->figure.in_flight = in_flight(out->first->run);
    return fit(out, err);
}

void report_sizes_release(struct report_sizes *sizes)
{
    free(sizes->points);
    memset(sizes, 0, sizeof *sizes);
}

static struct figure_connections_mark
quantile_mark(const struct stats_quantile *q, double otherwise)
{
    struct figure_connections_mark mark = {.value = otherwise};

    if (q->is_known)
        mark = (struct figure_connections_mark){(double)q->value, 1,
                                                (double)q->lo, (double)q->hi};
    return mark;
}

static struct figure_connections_point crowd_point(const struct report_run *run)
{
    const struct summary *s = &run->summary;
    struct figure_connections_point point = {
        .connections = (double)run->run->connections};

    point.mark[FIGURE_CONNECTIONS_RATE] = (struct figure_connections_mark){
        s->rate.bit_per_s, s->rate.has_interval, s->rate.lo, s->rate.hi};
    point.mark[FIGURE_CONNECTIONS_P50] = quantile_mark(&s->rtt[SUMMARY_P50],
                                                       median_ns(s));
    point.mark[FIGURE_CONNECTIONS_P99] = quantile_mark(&s->rtt[SUMMARY_P99], 0);
    return point;
}

/* Little's law: N = X RTT, N messages in flight of which X end in 1 s. */
static double little(const struct report_run *run)
{
    const struct summary *s = &run->summary;
    double n = in_flight(run->run);
    double per_ns = (double)s->ok / (s->duration_s * 1e9);

    return fabs(n - per_ns * s->mean_ns) / n;
}

static void add_crowd(struct report_crowds *out, const struct report_run *run)
{
    out->points[out->figure.n++] = crowd_point(run);
    out->little = fmax(out->little, little(run));
    if (run->run->connections == 1 && out->figure.single <= 0)
        out->figure.single = 8e9 * (double)run->run->message_size_bytes *
                             (double)run->run->window / run->summary.mean_ns;
}

int report_crowds_of(struct report_crowds *out, const struct report_set *set,
                     struct err *err)
{
    const struct report_runs *of = &set->of[REPORT_RATE];
    int first = find(of, NUMBER);

    memset(out, 0, sizeof *out);
    if (first < 0)
        return 0;
    out->points = calloc((size_t)of->n, sizeof *out->points);
    if (!out->points)
        return err_set(err, ERR_RESOURCE, "no-memory", "out of memory");
    for (int i = first; i < of->n; i++)
        if (has_point(&of->run[i]) &&
            belong(&of->run[i], &of->run[first], NUMBER))
            add_crowd(out, &of->run[i]);
    out->first = &of->run[first];
    out->unanswered = count_unanswered(of, first, NUMBER);
    out->figure.points = out->points;
    out->figure.is_local = report_run_is_local(out->first->run);
    return 0;
}

void report_crowds_release(struct report_crowds *crowds)
{
    free(crowds->points);
    memset(crowds, 0, sizeof *crowds);
}

/* ---- values ---- */

static void put_rate(struct target to, const char *key, double bit_per_s)
{
    struct quantity_unit unit = quantity_rate(bit_per_s);
    int decimals = quantity_significant(bit_per_s, 3, unit);
    char text[QUANTITY_SIZE];

    values_number(to.values, to.prefix, key, bit_per_s,
                  quantity_value(bit_per_s, decimals, unit, text));
}

static void put_common(struct target to, const struct report_run *run, int n,
                       int unanswered)
{
    target_text(to, "figure", "drawn");
    target_text(to, "site", run->run->site);
    target_text(to, "server", run->run->server);
    target_text(to, "transport", result_run_is_udp(run->run) ? "UDP" : "TCP");
    if (run->run->emulated)
        target_text(to, "emulated", "emulated");
    if (run->result->status == RESULT_PARTIAL)
        target_text(to, "partial", "partial");
    target_count(to, "runs", n);
    if (unanswered > 0)
        target_count(to, "unanswered", unanswered);
}

/* Whole bytes, of which the first three digits tell something. */
static double in_digits(double bytes)
{
    double step = pow(10, fmax(0, floor(log10(fmax(bytes, 1))) - 2));

    return round(bytes / step) * step;
}

/* In too many resamples longer messages take no longer: no upper end. */
static void put_open_bounds(struct target to, const struct fit_bounds *of,
                            struct quantity_unit unit, int decimals)
{
    char value[QUANTITY_SIZE], text[QUANTITY_SIZE + 20];

    if (of->resamples == 0 || !isfinite(of->limit_lo) ||
        !isfinite(of->half_lo)) {
        target_text(to, "limit.ci", "none: too few runs");
        return;
    }
    snprintf(text, sizeof text, "from %s up",
             quantity_value(of->limit_lo, decimals, unit, value));
    target_text(to, "limit.ci", text);
    snprintf(text, sizeof text, "from %s bytes up",
             quantity_count((int64_t)in_digits(of->half_lo), value));
    target_text(to, "half.ci", text);
}

static void put_bounds(struct target to, const struct fit_rate *rate,
                       const struct fit_bounds *of)
{
    static const struct quantity_unit bytes = {1, "bytes"};
    struct quantity_unit unit = quantity_rate(rate->limit);
    double limit[2] = {of->limit_lo, of->limit_hi};
    double half[2] = {in_digits(of->half_lo), in_digits(of->half_hi)};
    int decimals = quantity_significant(rate->limit, 3, unit);
    char text[QUANTITY_SIZE];

    if (!of->is_known) {
        put_open_bounds(to, of, unit, decimals);
        return;
    }
    target_text(to, "limit.ci", quantity_interval(limit, decimals, unit, text));
    target_text(to, "half.ci", quantity_interval(half, 0, bytes, text));
    target_count(to, "resamples", of->resamples);
}

static void put_limit(struct target to, const struct fit_rate *rate,
                      const struct fit_bounds *bounds)
{
    char text[QUANTITY_SIZE];

    put_rate(to, "limit", rate->limit);
    values_number(to.values, to.prefix, "half", rate->half_bytes,
                  quantity_count((int64_t)in_digits(rate->half_bytes), text));
    put_bounds(to, rate, bounds);
}

static void put_sizes(struct target to, const struct report_sizes *sizes)
{
    struct fit_rate rate = fit_rate_of(&sizes->figure.fit);
    char text[QUANTITY_SIZE];

    put_common(to, sizes->first, sizes->figure.n, sizes->unanswered);
    if (sizes->figure.in_flight > 1)
        target_count(to, "flight", (int64_t)sizes->figure.in_flight);
    if (!rate.is_known)
        return;
    values_number(to.values, to.prefix, "fixed", sizes->figure.fit.a,
                  quantity_rough_time(sizes->figure.fit.a, text));
    put_limit(to, &rate, &sizes->bounds);
    if (sizes->first->summary.connect.mss > 0)
        target_count(to, "segment", sizes->first->summary.connect.mss);
}

static void put_crowds(struct target to, const struct report_crowds *crowds)
{
    char text[QUANTITY_SIZE];
    double most = 0;

    put_common(to, crowds->first, crowds->figure.n, crowds->unanswered);
    target_count(to, "size", crowds->first->run->message_size_bytes);
    for (int i = 0; i < crowds->figure.n; i++)
        most = fmax(most,
                    crowds->points[i].mark[FIGURE_CONNECTIONS_RATE].value);
    put_rate(to, "most", most);
    if (crowds->figure.single > 0)
        put_rate(to, "single", crowds->figure.single);
    values_number(to.values, to.prefix, "little", crowds->little,
                  quantity_percent(crowds->little, text));
    if (crowds->little > REPORT_SWEEPS_LITTLE)
        target_text(to, "little.large", "large");
}

void report_sweeps_values(struct values *values, const struct report_set *set)
{
    struct report_sizes sizes;
    struct report_crowds crowds;
    struct err err;

    values->failed |= report_sizes_of(&sizes, set, &err) < 0;
    if (sizes.first)
        put_sizes((struct target){values, "bysize"}, &sizes);
    report_sizes_release(&sizes);
    values->failed |= report_crowds_of(&crowds, set, &err) < 0;
    if (crowds.first)
        put_crowds((struct target){values, "bynumber"}, &crowds);
    report_crowds_release(&crowds);
}
