#include "harness/report_connect.h"

#include "harness/report_target.h"

#include <stdlib.h>
#include <string.h>

enum { LEAST_RUNS = 2, MIDDLE = SUMMARY_GRID / 2 };

static int has_point(const struct report_run *run)
{
    const struct result_run *of = run->run;

    return !result_run_is_udp(of) && of->connections * of->window == 1 &&
           of->rate_per_s <= 0 &&
           of->message_size_bytes <= REPORT_CONNECT_MAX_BYTES &&
           run->summary.ok > 0 && run->summary.connect.connected > 0;
}

static struct figure_connect_point point_of(const struct report_run *run)
{
    const struct connections *connect = &run->summary.connect;
    const struct stats_quantile *median = &run->summary.rtt[SUMMARY_P50];
    struct figure_connect_point point = {
        .place = run->run->emulated              ? FIGURE_CONNECT_EMULATED
                 : report_run_is_local(run->run) ? FIGURE_CONNECT_LOCAL
                                                 : FIGURE_CONNECT_REMOTE,
        .connect = (double)connect->p50_ns,
        .connect_lo = (double)connect->min_ns,
        .connect_hi = (double)connect->max_ns,
        .echo = (double)run->summary.grid_ns[MIDDLE]};

    point.echo_lo = median->is_known ? (double)median->lo : point.echo;
    point.echo_hi = median->is_known ? (double)median->hi : point.echo;
    return point;
}

int report_connect_of(struct report_connect *out, const struct report_set *set,
                      struct err *err)
{
    const struct report_runs *of = &set->of[REPORT_RATE];

    memset(out, 0, sizeof *out);
    out->points = calloc((size_t)of->n + 1, sizeof *out->points);
    if (!out->points)
        return err_set(err, ERR_RESOURCE, "no-memory", "out of memory");
    out->figure.points = out->points;
    for (int i = 0; i < of->n; i++) {
        if (!has_point(&of->run[i]))
            continue;
        out->points[out->figure.n++] = point_of(&of->run[i]);
        out->emulated += of->run[i].run->emulated;
    }
    if (out->figure.n < LEAST_RUNS)
        out->figure.n = out->emulated = 0;
    return 0;
}

void report_connect_release(struct report_connect *connect)
{
    free(connect->points);
    memset(connect, 0, sizeof *connect);
}

void report_connect_values(struct values *values, const struct report_set *set)
{
    struct target to = {values, "connect"};
    struct report_connect connect;
    struct err err;

    values->failed |= report_connect_of(&connect, set, &err) < 0;
    if (connect.figure.n > 0) {
        values_text(values, "connect", "figure", "drawn");
        target_count(to, "runs", connect.figure.n);
        if (connect.emulated > 0)
            target_count(to, "emulated", connect.emulated);
    }
    report_connect_release(&connect);
}
