#include "harness/report_figures.h"

#include "harness/compare_words.h"
#include "harness/figure.h"
#include "harness/figure_autocorrelation.h"
#include "harness/figure_bursts.h"
#include "harness/figure_connect.h"
#include "harness/figure_connections.h"
#include "harness/figure_heat.h"
#include "harness/figure_loss.h"
#include "harness/figure_loss_time.h"
#include "harness/figure_percentiles.h"
#include "harness/figure_rate.h"
#include "harness/figure_side.h"
#include "harness/figure_size.h"
#include "harness/folder.h"
#include "harness/report_connect.h"
#include "harness/report_loss.h"
#include "harness/report_sweeps.h"
#include "harness/report_trace.h"

#include <stdlib.h>

struct drawing {
    const struct report_set *set;
    const struct report_versus *versus;
    char dir[FOLDER_PATH];
    const char *utc; /* the date in the PDFs; NULL: only their data */
};

/* Figure 1 is the same in every report: it has no data. */
static int draw_flow(const struct drawing *drawing, struct err *err)
{
    struct figure figure;

    if (figure_begin(&figure, drawing->dir, "fig1", err) < 0)
        return -1;
    return figure_draw(&figure, "flow.gp", drawing->utc, err);
}

static int draw_rate(const struct drawing *drawing,
                     const struct report_run *run, const char *name,
                     struct err *err)
{
    struct figure_rate of = {.role = FIGURE_REMOTE};
    struct figure figure;

    if (!run || run->series.nbins == 0)
        return 0;
    if (run == drawing->set->local)
        of.role = FIGURE_LOCAL;
    of.series = &run->series;
    of.samples = &run->samples;
    of.lab = run->lab;
    of.nlab = run->nlab;
    if (report_run_is_warm(run))
        of.warm_ns = run->summary.steady.until_ns - run->series.start_ns;
    of.is_shared = run->run->connections * run->run->window > 1 ||
                   report_run_is_open(run->run);
    if (figure_begin(&figure, drawing->dir, name, err) < 0 ||
        figure_rate_write(&of, &figure, err) < 0)
        return -1;
    return figure_draw(&figure, "rate.gp", drawing->utc, err);
}

static int draw_local(const struct drawing *drawing, struct err *err)
{
    return draw_rate(drawing, drawing->set->local, "fig4", err);
}

static int draw_remote(const struct drawing *drawing, struct err *err)
{
    return draw_rate(drawing, drawing->set->remote, "fig6", err);
}

static int has_line(const struct report_run *run)
{
    return run && run->percentiles.n > 0;
}

static int draw_percentiles(const struct drawing *drawing, struct err *err)
{
    const struct report_run *local = drawing->set->local;
    const struct report_run *remote = drawing->set->remote;
    const struct report_run *open = report_set_open(drawing->set);
    struct figure_percentiles of = {0};
    struct figure figure;

    if (has_line(local)) {
        of.local = &local->percentiles;
        of.nlocal = local->summary.ok;
    }
    if (has_line(remote)) {
        of.remote = &remote->percentiles;
        of.nremote = remote->summary.ok;
    }
    if (!of.local && !of.remote)
        return 0;
    if (open)
        of.response = &open->responses;
    if (open && open != local && open != remote)
        of.service = &open->percentiles;
    if (figure_begin(&figure, drawing->dir, "percentiles", err) < 0 ||
        figure_percentiles_write(&of, &figure, err) < 0)
        return -1;
    return figure_draw(&figure, "percentiles.gp", drawing->utc, err);
}

/* Of the local run, or else of the remote one; a few messages are no map. */
static int draw_heat(const struct drawing *drawing, struct err *err)
{
    const struct report_run *run = drawing->set->local ? drawing->set->local
                                                       : drawing->set->remote;
    struct figure figure;

    if (!run || !report_run_has_map(run))
        return 0;
    if (figure_begin(&figure, drawing->dir, "heat", err) < 0 ||
        figure_heat_write(&run->heat, &figure, err) < 0)
        return -1;
    return figure_draw(&figure, "heat.gp", drawing->utc, err);
}

/* The middle of what is drawn, whether or not it has an interval. */
static int64_t median_of(const struct report_run *run)
{
    const struct percentiles *all = &run->percentiles;
    int i = 0;

    while (i + 1 < all->n && all->point[i + 1].p <= 0.5)
        i++;
    return all->point[i].value;
}

/* Needs both; one alone has its own figure. */
static int draw_side(const struct drawing *drawing, struct err *err)
{
    const struct report_run *const runs[2] = {drawing->set->local,
                                              drawing->set->remote};
    struct figure_side of[2];
    struct buf ratio = {0};
    struct figure figure;
    int status;

    if (!has_line(runs[0]) || !has_line(runs[1]))
        return 0;
    for (int i = 0; i < 2; i++)
        of[i] = (struct figure_side){
            .series = &runs[i]->series,
            .message_size_bytes = runs[i]->run->message_size_bytes,
            .median_ns = median_of(runs[i])};
    if (report_versus_is_a(drawing->versus, runs[0]->run) &&
        report_versus_is_b(drawing->versus, runs[1]->run)) {
        words_interval(&drawing->versus->comparison.verdict.p50.ratio, &ratio);
        of[1].ratio = buf_text(&ratio);
    }
    status = figure_begin(&figure, drawing->dir, "side", err);
    if (status == 0)
        status = figure_side_write(of, &figure, err);
    buf_release(&ratio);
    return status < 0 ? -1 : figure_draw(&figure, "side.gp", drawing->utc, err);
}

static int draw_sizes(const struct drawing *drawing, struct err *err)
{
    struct report_sizes sizes;
    struct figure figure;
    int status = report_sizes_of(&sizes, drawing->set, err);

    if (status == 0 && sizes.first) {
        status = figure_begin(&figure, drawing->dir, "size", err);
        if (status == 0)
            status = figure_size_write(&sizes.figure, &figure, err);
        if (status == 0)
            status = figure_draw(&figure, "size.gp", drawing->utc, err);
    }
    report_sizes_release(&sizes);
    return status;
}

static int draw_crowds(const struct drawing *drawing, struct err *err)
{
    struct report_crowds crowds;
    struct figure figure;
    int status = report_crowds_of(&crowds, drawing->set, err);

    if (status == 0 && crowds.first) {
        status = figure_begin(&figure, drawing->dir, "connections", err);
        if (status == 0)
            status = figure_connections_write(&crowds.figure, &figure, err);
        if (status == 0)
            status = figure_draw(&figure, "connections.gp", drawing->utc, err);
    }
    report_crowds_release(&crowds);
    return status;
}

static int draw_hops(const struct drawing *drawing, struct err *err)
{
    struct report_trace trace;
    struct figure figure;

    if (report_trace_of(&trace, drawing->set, err) < 0)
        return -1;
    if (!trace.run || trace.hops.n == 0)
        return 0;
    if (figure_begin(&figure, drawing->dir, "hops", err) < 0 ||
        figure_hops_write(&trace.figure, &figure, err) < 0)
        return -1;
    return figure_draw(&figure, "hops.gp", drawing->utc, err);
}

/* Runs in which nothing was sent have no place in the figure. */
static int collect(struct figure_loss_point *points,
                   const struct report_runs *of)
{
    int n = 0;

    for (int i = 0; i < of->n; i++) {
        const struct loss *loss = &of->run[i].summary.loss;

        if (loss->counted == 0)
            continue;
        points[n].expected = report_loss_expected(&of->run[i].run->loss);
        points[n].measured = loss->share;
        points[n++].lost = loss->lost;
    }
    return n;
}

static int draw_loss(const struct drawing *drawing, struct err *err)
{
    const struct report_runs *of = &drawing->set->of[REPORT_LOSS];
    struct figure_loss_point *points = calloc((size_t)of->n + 1,
                                              sizeof *points);
    struct figure figure;
    int n, status = 0;

    if (!points)
        return err_set(err, ERR_RESOURCE, "no-memory", "out of memory");
    n = collect(points, of);
    if (n > 0)
        status = figure_begin(&figure, drawing->dir, "loss", err);
    if (n > 0 && status == 0)
        status = figure_loss_write(points, n, &figure, err);
    free(points);
    if (n == 0 || status < 0)
        return status;
    return figure_draw(&figure, "loss.gp", drawing->utc, err);
}

static int draw_bursts(const struct drawing *drawing, struct err *err)
{
    const struct report_run *run = report_loss_bursts(drawing->set);
    struct figure figure;

    if (!run)
        return 0;
    if (figure_begin(&figure, drawing->dir, "bursts", err) < 0 ||
        figure_bursts_write(&run->summary.loss, &figure, err) < 0)
        return -1;
    return figure_draw(&figure, "bursts.gp", drawing->utc, err);
}

/* Pairs have a figure at all times, deciles when there is more than one run. */
static int draw_versus(const struct drawing *drawing, struct err *err)
{
    const struct comparison *c = &drawing->versus->comparison;

    if (!drawing->versus->is_compared)
        return 0;
    if (c->is_paired &&
        compare_draw_pairs(c, drawing->dir, drawing->utc, err) < 0)
        return -1;
    if (!c->verdict.p50.ratio.has_interval)
        return 0;
    return compare_draw_shift(c, drawing->dir, drawing->utc, err);
}

/* Of the same run, so that a burst can be looked for. */
static int draw_loss_time(const struct drawing *drawing, struct err *err)
{
    const struct report_run *run = report_loss_bursts(drawing->set);
    struct figure_loss_time of;
    struct figure figure;

    if (!run)
        return 0;
    of = (struct figure_loss_time){&run->samples.loss_time,
                                   &run->samples.losses.lost,
                                   &run->summary.loss.share};
    if (figure_begin(&figure, drawing->dir, "losstime", err) < 0 ||
        figure_loss_time_write(&of, &figure, err) < 0)
        return -1;
    return figure_draw(&figure, "losstime.gp", drawing->utc, err);
}

static int draw_connect(const struct drawing *drawing, struct err *err)
{
    struct report_connect connect;
    struct figure figure;
    int status = report_connect_of(&connect, drawing->set, err);

    if (status == 0 && connect.figure.n > 0) {
        status = figure_begin(&figure, drawing->dir, "connect", err);
        if (status == 0)
            status = figure_connect_write(&connect.figure, &figure, err);
        if (status == 0)
            status = figure_draw(&figure, "connect.gp", drawing->utc, err);
    }
    report_connect_release(&connect);
    return status;
}

static int draw_autocorrelation(const struct drawing *drawing, struct err *err)
{
    const struct report_run *local = drawing->set->local;
    const struct report_run *remote = drawing->set->remote;
    struct figure_autocorrelation of = {0};
    struct figure figure;

    if (local && local->autocorrelation.n > 0) {
        of.local = &local->autocorrelation;
        of.local_size = local->summary.rtt[SUMMARY_P50].n_eff;
    }
    if (remote && remote->autocorrelation.n > 0) {
        of.remote = &remote->autocorrelation;
        of.remote_size = remote->summary.rtt[SUMMARY_P50].n_eff;
    }
    if (!of.local && !of.remote)
        return 0;
    if (figure_begin(&figure, drawing->dir, "autocorrelation", err) < 0 ||
        figure_autocorrelation_write(&of, &figure, err) < 0)
        return -1;
    return figure_draw(&figure, "autocorrelation.gp", drawing->utc, err);
}

static int draw_all(struct drawing *drawing, const char *dir, struct err *err)
{
    static int (*const draw[])(const struct drawing *, struct err *) = {
        draw_flow,    draw_local,           draw_remote,      draw_hops,
        draw_side,    draw_versus,          draw_percentiles, draw_heat,
        draw_connect, draw_autocorrelation, draw_sizes,       draw_crowds,
        draw_loss,    draw_bursts,          draw_loss_time};
    int status;

    if (folder_path(drawing->dir, dir, "figures", err) < 0)
        return -1;
    status = folder_make(drawing->dir, err);
    for (size_t i = 0; status == 0 && i < sizeof draw / sizeof *draw; i++)
        status = draw[i](drawing, err);
    return status;
}

int report_figures_draw(const struct report_set *set,
                        const struct report_versus *versus, const char *dir,
                        struct err *err)
{
    struct drawing drawing = {
        .set = set, .versus = versus, .utc = report_set_start(set)};

    return draw_all(&drawing, dir, err);
}

int report_figures_data(const struct report_set *set,
                        const struct report_versus *versus, const char *dir,
                        struct err *err)
{
    struct drawing drawing = {.set = set, .versus = versus};

    return draw_all(&drawing, dir, err);
}
