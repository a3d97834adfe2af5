#include "harness/figure_size.h"

#include "harness/decades.h"

#include <math.h>

#define CURVE 120 /* points of it */

static struct quantity_unit length_unit(double bytes)
{
    return bytes < 1e3   ? (struct quantity_unit){1, "B"}
           : bytes < 1e6 ? (struct quantity_unit){1e3, "kB"}
                         : (struct quantity_unit){1e6, "MB"};
}

static double cost_ns(const struct fit *fit, double bytes)
{
    return fit->a + fit->b * bytes;
}

/* x, y, lower and upper end; a logarithmic axis has no 0 to reach down to. */
static int put_points(struct buf *to, const struct figure_size *of,
                      int has_interval)
{
    int n = 0;

    for (int i = 0; i < of->n; i++) {
        const struct figure_size_point *p = &of->points[i];

        if (p->has_interval != has_interval)
            continue;
        buf_addf(to, "%.6g %.6g %.6g %.6g\n", p->bytes, p->bit_per_s,
                 fmax(p->lo, p->bit_per_s * 1e-3), p->hi);
        n++;
    }
    return n;
}

static void put_curve(struct buf *to, const struct figure_size *of,
                      const struct decades *lengths)
{
    double ratio = lengths->most / lengths->least;

    for (int i = 0; i <= CURVE; i++) {
        double bytes = lengths->least * pow(ratio, (double)i / CURVE);

        buf_addf(to, "%.6g %.6g\n", bytes,
                 of->in_flight * 8e9 * bytes / cost_ns(&of->fit, bytes));
    }
}

/* How far from 1 the strip must reach, at least to twice and half. */
static double put_rest(struct buf *to, const struct figure_size *of)
{
    double reach = 2;

    for (int i = 0; i < of->n; i++) {
        const struct figure_size_point *p = &of->points[i];
        double ratio = p->rtt_ns / cost_ns(&of->fit, p->bytes);

        buf_addf(to, "%.6g %.6g\n", p->bytes, ratio);
        reach = fmax(reach, 1.2 * fmax(ratio, 1 / ratio));
    }
    return reach;
}

static void put_labels(struct buf *to, const struct figure_size *of,
                       const struct decades *lengths,
                       const struct decades *rates)
{
    struct decades wider = {lengths->least / 1.6, lengths->most * 1.6};

    buf_addf(to, "X_MIN = %.6g\nX_MAX = %.6g\n", wider.least, wider.most);
    buf_addf(to, "Y_MIN = %.6g\nY_MAX = %.6g\n", rates->least * 0.99,
             rates->most * 1.01);
    buf_addf(to, "IS_LOCAL = %d\n", of->is_local);
    decades_put(to, "y", rates, quantity_rate);
    /* The upper of two panels has the lengths of the lower one. */
    buf_add(to, "if (PANEL == 1) {\n");
    decades_put(to, "x", &wider, NULL);
    buf_add(to, "} else {\n");
    decades_put(to, "x", &wider, length_unit);
    buf_add(to, "}\n");
}

int figure_size_write(const struct figure_size *of, const struct figure *figure,
                      struct err *err)
{
    struct decades lengths = {HUGE_VAL, 0}, rates = lengths;
    int is_fitted = fit_rate_of(&of->fit).is_known, bars, dots;
    struct buf text = {0};
    double reach = 2;

    for (int i = 0; i < of->n; i++) {
        decades_widen(&lengths, of->points[i].bytes);
        decades_widen(&rates, of->points[i].bit_per_s);
        if (of->points[i].has_interval)
            decades_widen(&rates, of->points[i].hi);
    }
    decades_round(&rates);
    bars = put_points(&text, of, 1);
    if (figure_put(figure, "bars.dat", &text, err) < 0)
        return -1;
    dots = put_points(&text, of, 0);
    if (figure_put(figure, "points.dat", &text, err) < 0)
        return -1;
    if (is_fitted)
        put_curve(&text, of, &lengths);
    if (figure_put(figure, "curve.dat", &text, err) < 0)
        return -1;
    if (is_fitted)
        reach = put_rest(&text, of);
    if (figure_put(figure, "rest.dat", &text, err) < 0)
        return -1;
    put_labels(&text, of, &lengths, &rates);
    buf_addf(&text, "HAS_BARS = %d\nHAS_POINTS = %d\nHAS_FIT = %d\n", bars > 0,
             dots > 0, is_fitted);
    buf_addf(&text, "REACH = %.4g\n", reach);
    return figure_put(figure, "labels.gp", &text, err);
}
