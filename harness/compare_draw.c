#include "harness/compare.h"

#include "harness/figure_pairs.h"
#include "harness/figure_shift.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Bounds from the noise within both runs; the pairs themselves tell more. */
static struct figure_pairs_point point_of(const struct verdict_run *a,
                                          const struct verdict_run *b)
{
    double ratio = b->p50_ns / a->p50_ns, half = 0;

    if (a->p50_noise > 0 && b->p50_noise > 0)
        half = 1.96 * hypot(a->p50_noise, b->p50_noise);
    return (struct figure_pairs_point){ratio, ratio * exp(-half),
                                       ratio * exp(half)};
}

int compare_draw_pairs(const struct comparison *c, const char *dir,
                       const char *utc, struct err *err)
{
    struct figure_pairs_point *points = calloc((size_t)c->a.nruns,
                                               sizeof *points);
    struct figure_pairs of = {.points = points,
                              .n = c->a.nruns,
                              .ratio = c->verdict.p50.ratio,
                              .margin = c->margin,
                              .a = c->a.runs[0].run->site,
                              .b = c->b.runs[0].run->site};
    struct figure figure;
    int status;

    if (!points)
        return err_set(err, ERR_RESOURCE, "no-memory", "out of memory");
    for (int i = 0; i < c->a.nruns; i++)
        points[i] = point_of(&c->a.runs[i].value, &c->b.runs[i].value);
    status = figure_begin(&figure, dir, "pairs", err);
    if (status == 0)
        status = figure_pairs_write(&of, &figure, err);
    free(points);
    return status < 0 ? -1 : figure_draw(&figure, "pairs.gp", utc, err);
}

int compare_draw_shift(const struct comparison *c, const char *dir,
                       const char *utc, struct err *err)
{
    struct figure_shift of = {.a = c->a.runs[0].run->site,
                              .b = c->b.runs[0].run->site};
    struct figure figure;

    memcpy(of.a_ns, c->deciles_a_ns, sizeof of.a_ns);
    memcpy(of.b_ns, c->deciles_b_ns, sizeof of.b_ns);
    if (figure_begin(&figure, dir, "shift", err) < 0 ||
        figure_shift_write(&of, &figure, err) < 0)
        return -1;
    return figure_draw(&figure, "shift.gp", utc, err);
}

/* What gnuplot read; its log stays when it failed. */
static void remove_work(const char *dir, const char *name)
{
    char path[FOLDER_PATH];
    struct err ignored;

    if (folder_path(path, dir, name, &ignored) == 0)
        folder_remove(path);
}

int compare_draw(const struct comparison *c, const char *dir, struct err *err)
{
    const char *utc = c->b.runs[0].result->start_utc;

    if (folder_make(dir, err) < 0)
        return -1;
    if (c->is_paired) {
        if (compare_draw_pairs(c, dir, utc, err) < 0)
            return -1;
        remove_work(dir, "pairs.work");
    }
    if (compare_draw_shift(c, dir, utc, err) < 0)
        return -1;
    remove_work(dir, "shift.work");
    return 0;
}
