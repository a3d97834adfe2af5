#include "harness/compare.h"

#include "harness/figure_pairs.h"
#include "harness/figure_shift.h"
#include "harness/report_pdf.h"

#include <math.h>
#include <stdlib.h>

struct drawing {
    const struct comparison *comparison;
    const char *dir;
    char digits[15]; /* the date in the PDFs */
};

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

static int draw(const struct drawing *drawing, struct figure *figure,
                const char *script, struct err *err)
{
    if (figure_draw(figure, script, drawing->digits, err) < 0)
        return -1;
    folder_remove(figure->work);
    return 0;
}

static int draw_pairs(const struct drawing *drawing, struct err *err)
{
    const struct comparison *c = drawing->comparison;
    struct figure_pairs_point *points = calloc((size_t)c->a.nruns,
                                               sizeof *points);
    struct figure_pairs of = {points, c->a.nruns, c->verdict.p50.ratio,
                              c->margin};
    struct figure figure;
    int status;

    if (!points)
        return err_set(err, ERR_RESOURCE, "no-memory", "out of memory");
    for (int i = 0; i < c->a.nruns; i++)
        points[i] = point_of(&c->a.runs[i].value, &c->b.runs[i].value);
    status = figure_begin(&figure, drawing->dir, "pairs", err);
    if (status == 0)
        status = figure_pairs_write(&of, &figure, err);
    free(points);
    return status < 0 ? -1 : draw(drawing, &figure, "pairs.gp", err);
}

static int draw_shift(const struct drawing *drawing, struct err *err)
{
    const struct comparison *c = drawing->comparison;
    struct figure figure;

    if (figure_begin(&figure, drawing->dir, "shift", err) < 0 ||
        figure_shift_write(c->deciles_a_ns, c->deciles_b_ns, &figure, err) < 0)
        return -1;
    return draw(drawing, &figure, "shift.gp", err);
}

int compare_draw(const struct comparison *comparison, const char *dir,
                 struct err *err)
{
    struct drawing drawing = {.comparison = comparison, .dir = dir};

    report_pdf_digits(comparison->b.runs[0].result->start_utc, drawing.digits);
    if (folder_make(dir, err) < 0 ||
        (comparison->is_paired && draw_pairs(&drawing, err) < 0))
        return -1;
    return draw_shift(&drawing, err);
}
