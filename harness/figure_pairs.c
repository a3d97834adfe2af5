#include "harness/figure_pairs.h"

#include <math.h>
#include <string.h>

struct axis {
    double least, most;
};

static void widen(struct axis *axis, double ratio)
{
    axis->least = fmin(axis->least, ratio);
    axis->most = fmax(axis->most, ratio);
}

/* What the pairs and the estimate span. */
static struct axis axis_of_pairs(const struct figure_pairs *of)
{
    struct axis axis = {of->ratio.value, of->ratio.value};

    for (int i = 0; i < of->n; i++) {
        widen(&axis, of->points[i].lo);
        widen(&axis, of->points[i].hi);
    }
    if (of->ratio.has_interval) {
        widen(&axis, of->ratio.lo);
        widen(&axis, of->ratio.hi);
    }
    return axis;
}

/* Where the margin is: -1 and 1 when it is so far off to the left or right of
 * the pairs that they could not be told apart beside it. */
static int place_of_margin(const struct axis *pairs, double margin)
{
    enum { FAR = 4 };
    double spread = log(pairs->most / pairs->least) + 0.02;

    if (log(pairs->least / (1 + margin)) > FAR * spread)
        return -1;
    return log(1 / (1 + margin) / pairs->most) > FAR * spread;
}

static struct axis axis_of(const struct figure_pairs *of, int place)
{
    struct axis axis = axis_of_pairs(of);
    double spare;

    if (place == 0) {
        widen(&axis, 1 / (1 + of->margin));
        widen(&axis, 1 + of->margin);
    }
    spare = pow(axis.most / axis.least, 0.06) * 1.002;
    return (struct axis){axis.least / spare, axis.most * spare};
}

static void put_label(struct buf *to, const struct figure_pairs *of)
{
    int is_told = figure_is_plain(of->a) && figure_is_plain(of->b) &&
                  strcmp(of->a, of->b) != 0;

    buf_addf(to, "X_LABEL = 'median RTT, %s / %s'\n", is_told ? of->b : "B",
             is_told ? of->a : "A");
}

/* Below the last pair; further when there are many, and so small ones. */
static double y_of_all(const struct figure_pairs *of)
{
    return of->n + 2 + of->n / 15.0;
}

/* The estimate below the pairs: a diamond as wide as its interval. */
static void put_diamond(struct buf *to, const struct figure_pairs *of)
{
    const struct shift *all = &of->ratio;
    double y = y_of_all(of), lo = all->has_interval ? all->lo : all->value,
           hi = all->has_interval ? all->hi : all->value;
    double half = 0.35 + of->n / 30.0;

    buf_addf(to, "%.6g %.6g\n%.6g %.6g\n%.6g %.6g\n%.6g %.6g\n%.6g %.6g\n", lo,
             y, all->value, y - half, hi, y, all->value, y + half, lo, y);
}

/* A tic at 1, 2 and 5 times powers of ten, at more of them on a short axis and
 * fewer on a long one: gnuplot's own may be none. */
static void put_tics(struct buf *to, const struct axis *axis)
{
    static const double steps[][7] = {{1}, {1, 2, 5}, {1, 1.5, 2, 3, 4, 5, 7}};
    static const int counts[] = {1, 3, 7};
    double decades = log10(axis->most / axis->least);
    int dense = decades <= 1 ? 2 : decades <= 2;
    int skip = decades > 6 ? 2 : 1;
    const char *comma = "";

    buf_add(to, "set xtics (");
    for (int i = (int)floor(log10(axis->least)); i <= log10(axis->most); i++)
        for (int k = 0; k < counts[dense]; k++) {
            double at = pow(10, i) * steps[dense][k];

            if (at < axis->least || at > axis->most || i % skip != 0)
                continue;
            buf_addf(to, "%s'%g' %g", comma, at, at);
            comma = ", ";
        }
    buf_add(to, ")\n");
}

int figure_pairs_write(const struct figure_pairs *of,
                       const struct figure *figure, struct err *err)
{
    static const char *const places[] = {", to the left", "", ", to the right"};
    struct axis pairs = axis_of_pairs(of);
    int place = place_of_margin(&pairs, of->margin);
    struct axis axis = axis_of(of, place);
    struct buf text = {0};

    for (int i = 0; i < of->n; i++)
        buf_addf(&text, "%d %.6g %.6g %.6g\n", i + 1, of->points[i].ratio,
                 of->points[i].lo, of->points[i].hi);
    if (figure_put(figure, "pairs.dat", &text, err) < 0)
        return -1;
    put_diamond(&text, of);
    if (figure_put(figure, "all.dat", &text, err) < 0)
        return -1;
    buf_addf(&text, "N = %d\nY_STEP = %d\nY_ALL = %.6g\nY_END = %.6g\n", of->n,
             (of->n + 9) / 10, y_of_all(of), y_of_all(of) + 1.2 + of->n / 20.0);
    buf_addf(&text, "X_MIN = %.6g\nX_MAX = %.6g\nIS_LOG = %d\n", axis.least,
             axis.most, axis.most / axis.least > 3);
    if (axis.most / axis.least > 3)
        put_tics(&text, &axis);
    buf_addf(&text, "BAND_LO = %.6g\nBAND_HI = %.6g\n", 1 / (1 + of->margin),
             1 + of->margin);
    buf_addf(&text, "BAND_TITLE = 'margin %g %%%s'\nALL_TITLE = '%s'\n",
             100 * of->margin, places[place + 1],
             of->ratio.has_interval ? "all, 95 % CI" : "all");
    put_label(&text, of);
    return figure_put(figure, "labels.gp", &text, err);
}
