#include "harness/figure_connect.h"

#include "harness/decades.h"

#include <math.h>

static const struct {
    const char *file, *name;
} places[FIGURE_CONNECT_PLACES] = {
    [FIGURE_CONNECT_LOCAL] = {"local.dat", "LOCAL"},
    [FIGURE_CONNECT_REMOTE] = {"remote.dat", "REMOTE"},
    [FIGURE_CONNECT_EMULATED] = {"emulated.dat", "EMULATED"}};

/* Both axes are the same, so that equal times lie on the diagonal. */
static struct decades axis_of(const struct figure_connect *of)
{
    struct decades axis = {HUGE_VAL, 0};

    for (int i = 0; i < of->n; i++) {
        decades_widen(&axis, of->points[i].connect_lo);
        decades_widen(&axis, of->points[i].connect_hi);
        decades_widen(&axis, of->points[i].echo_lo);
        decades_widen(&axis, of->points[i].echo_hi);
    }
    decades_round(&axis);
    return axis;
}

static int put_points(struct buf *to, const struct figure_connect *of,
                      enum figure_connect_place place)
{
    int n = 0;

    for (int i = 0; i < of->n; i++) {
        const struct figure_connect_point *p = &of->points[i];

        if (p->place != place)
            continue;
        buf_addf(to, "%.6g %.6g %.6g %.6g %.6g %.6g\n", p->connect,
                 p->connect_lo, p->connect_hi, p->echo, p->echo_lo, p->echo_hi);
        n++;
    }
    return n;
}

int figure_connect_write(const struct figure_connect *of,
                         const struct figure *figure, struct err *err)
{
    struct decades axis = axis_of(of);
    struct buf text = {0}, labels = {0};

    for (int i = 0; i < FIGURE_CONNECT_PLACES; i++) {
        int n = put_points(&text, of, (enum figure_connect_place)i);

        buf_addf(&labels, "HAS_%s = %d\n", places[i].name, n > 0);
        if (figure_put(figure, places[i].file, &text, err) < 0) {
            buf_release(&labels);
            return -1;
        }
    }
    buf_addf(&labels, "LEAST = %.6g\nMOST = %.6g\n", axis.least * 0.99,
             axis.most * 1.01);
    decades_put(&labels, "x", &axis, quantity_time);
    decades_put(&labels, "y", &axis, quantity_time);
    return figure_put(figure, "labels.gp", &labels, err);
}
