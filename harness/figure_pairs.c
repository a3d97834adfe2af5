#include "harness/figure_pairs.h"

#include <math.h>

struct axis {
    double least, most;
};

static void widen(struct axis *axis, double ratio)
{
    axis->least = fmin(axis->least, ratio);
    axis->most = fmax(axis->most, ratio);
}

/* All that is drawn, and the margin, with a twentieth to spare. */
static struct axis axis_of(const struct figure_pairs *of)
{
    struct axis axis = {1 / (1 + of->margin), 1 + of->margin};
    double spare;

    for (int i = 0; i < of->n; i++) {
        widen(&axis, of->points[i].lo);
        widen(&axis, of->points[i].hi);
    }
    widen(&axis, of->ratio.value);
    if (of->ratio.has_interval) {
        widen(&axis, of->ratio.lo);
        widen(&axis, of->ratio.hi);
    }
    spare = pow(axis.most / axis.least, 0.06);
    return (struct axis){axis.least / spare, axis.most * spare};
}

int figure_pairs_write(const struct figure_pairs *of,
                       const struct figure *figure, struct err *err)
{
    struct axis axis = axis_of(of);
    struct buf text = {0};

    for (int i = 0; i < of->n; i++)
        buf_addf(&text, "%d %.6g %.6g %.6g\n", i + 1, of->points[i].ratio,
                 of->points[i].lo, of->points[i].hi);
    if (figure_put(figure, "pairs.dat", &text, err) < 0)
        return -1;
    buf_addf(&text, "%d %.6g %.6g %.6g\n", of->n + 2, of->ratio.value,
             of->ratio.has_interval ? of->ratio.lo : of->ratio.value,
             of->ratio.has_interval ? of->ratio.hi : of->ratio.value);
    if (figure_put(figure, "all.dat", &text, err) < 0)
        return -1;
    buf_addf(&text, "N = %d\nX_STEP = %d\nX_ALL = %d\n", of->n,
             (of->n + 9) / 10, of->n + 2);
    buf_addf(&text, "Y_MIN = %.6g\nY_MAX = %.6g\nIS_LOG = %d\n", axis.least,
             axis.most, axis.most / axis.least > 3);
    buf_addf(&text, "BAND_LO = %.6g\nBAND_HI = %.6g\n", 1 / (1 + of->margin),
             1 + of->margin);
    buf_addf(&text, "BAND_TITLE = 'margin, %g %%'\nALL_TITLE = '%s'\n",
             100 * of->margin,
             of->ratio.has_interval ? "estimate, 95 % interval" : "estimate");
    return figure_put(figure, "labels.gp", &text, err);
}
