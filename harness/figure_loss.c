#include "harness/figure_loss.h"

#include <math.h>

/* The ends of both axes in percent, and where 0 is drawn on the first. */
struct axes {
    double least, most, zero;
    int has_zero;
};

static void widen(struct axes *axes, double share)
{
    double percent = share * 100;

    if (percent > 0 && percent < axes->least)
        axes->least = percent;
    if (percent > axes->most)
        axes->most = percent;
}

static int decades_of(const struct axes *axes)
{
    return (int)lround(log10(axes->most / axes->least));
}

/* What is drawn of a point lies within the axes. */
static struct axes axes_of(const struct figure_loss_point *points, int n)
{
    struct axes axes = {.least = 100};

    for (int i = 0; i < n; i++) {
        widen(&axes, points[i].expected);
        widen(&axes, points[i].measured.hi);
        if (points[i].lost > 0)
            widen(&axes, points[i].measured.lo);
        axes.has_zero |= points[i].expected <= 0;
    }
    axes.least = pow(10, floor(log10(axes.least) + 1e-9));
    axes.most = fmin(pow(10, ceil(log10(axes.most) - 1e-9)), 100);
    if (axes.most <= axes.least)
        axes.least = axes.most / 10;
    axes.zero = axes.least / (!axes.has_zero          ? 1
                              : decades_of(&axes) > 4 ? 4
                                                      : 2.5);
    return axes;
}

static double place(const struct axes *axes, double expected)
{
    return expected > 0 ? expected * 100 : axes->zero;
}

static void put_points(struct buf *to, const struct axes *axes,
                       const struct figure_loss_point *points, int n)
{
    for (int i = 0; i < n; i++)
        if (points[i].lost > 0)
            buf_addf(to, "%.5g %.5g %.5g %.5g\n",
                     place(axes, points[i].expected),
                     points[i].measured.value * 100,
                     points[i].measured.lo * 100, points[i].measured.hi * 100);
}

static int put_bounds(struct buf *to, const struct axes *axes,
                      const struct figure_loss_point *points, int n)
{
    int bounds = 0;

    for (int i = 0; i < n; i++) {
        if (points[i].lost > 0)
            continue;
        buf_addf(to, "%.5g %.5g\n", place(axes, points[i].expected),
                 points[i].measured.hi * 100);
        bounds++;
    }
    return bounds;
}

/* ('0' 0.05, '0.1' 0.1, '0.3' 0.3, ...); with many decades only these. */
static void put_tics(struct buf *to, const char *axis, const struct axes *axes,
                     int has_zero)
{
    int decades = decades_of(axes);
    const char *comma = "";

    buf_addf(to, "set %stics (", axis);
    if (has_zero) {
        buf_addf(to, "'0' %.5g", axes->zero);
        comma = ", ";
    }
    for (int i = 0; i <= 2 * decades; i++) {
        int decade = i / 2, is_half = i % 2;
        double tic = axes->least * pow(10, decade) * (is_half ? 3 : 1);

        if (is_half && decades > 4)
            continue;
        buf_addf(to, "%s'%.5g' %.5g", comma, tic, tic);
        comma = ", ";
    }
    buf_add(to, ")\n");
}

int figure_loss_write(const struct figure_loss_point *points, int n,
                      const struct figure *figure, struct err *err)
{
    struct axes axes = axes_of(points, n);
    struct buf text = {0};
    int bounds;

    put_points(&text, &axes, points, n);
    if (figure_put(figure, "points.dat", &text, err) < 0)
        return -1;
    bounds = put_bounds(&text, &axes, points, n);
    if (figure_put(figure, "bounds.dat", &text, err) < 0)
        return -1;
    buf_addf(&text, "%.5g %.5g\n%.5g %.5g\n", axes.least, axes.least, axes.most,
             axes.most);
    if (figure_put(figure, "ideal.dat", &text, err) < 0)
        return -1;
    buf_addf(&text, "X_MIN = %.5g\nMIN = %.5g\nMAX = %.5g\n", axes.zero * 0.8,
             axes.least * 0.8, axes.most * 1.25);
    buf_addf(&text, "HAS_BOUNDS = %d\nHAS_POINTS = %d\n", bounds > 0,
             bounds < n);
    put_tics(&text, "x", &axes, axes.has_zero);
    put_tics(&text, "y", &axes, 0);
    return figure_put(figure, "labels.gp", &text, err);
}
