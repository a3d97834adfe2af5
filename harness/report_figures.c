#include "harness/report_figures.h"

#include "harness/figure.h"
#include "harness/figure_rate.h"
#include "harness/folder.h"
#include "harness/report_pdf.h"

struct drawing {
    const struct report_set *set;
    char dir[FOLDER_PATH];
    char digits[15]; /* the date in the PDFs */
};

/* Figure 1 is the same in every report. */
static int draw_flow(const struct drawing *drawing, struct err *err)
{
    struct figure figure;

    if (figure_begin(&figure, drawing->dir, "fig1", err) < 0)
        return -1;
    return figure_draw(&figure, "flow.gp", drawing->digits, err);
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
    of.is_shared = run->run->connections * run->run->window > 1;
    if (figure_begin(&figure, drawing->dir, name, err) < 0 ||
        figure_rate_write(&of, &figure, err) < 0)
        return -1;
    return figure_draw(&figure, "rate.gp", drawing->digits, err);
}

int report_figures_draw(const struct report_set *set, const char *dir,
                        struct err *err)
{
    struct drawing drawing = {.set = set};

    report_pdf_digits(report_set_start(set), drawing.digits);
    if (folder_path(drawing.dir, dir, "figures", err) < 0 ||
        folder_make(drawing.dir, err) < 0 || draw_flow(&drawing, err) < 0 ||
        draw_rate(&drawing, set->local, "fig4", err) < 0)
        return -1;
    return draw_rate(&drawing, set->remote, "fig6", err);
}
