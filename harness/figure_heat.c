#include "harness/figure_heat.h"

#include "harness/quantity.h"

#include <math.h>

/* A cell of none is white, so one of one must be above it. */
#define EMPTY (-1)

/* gnuplot places an image by the middles of its cells. */
static void put_cells(struct buf *to, const struct heat *heat, double end)
{
    for (int y = 0; y < HEAT_Y; y++)
        for (int x = 0; x < HEAT_X; x++) {
            uint32_t n = heat->cell[y * HEAT_X + x];

            buf_addf(to, "%.6g %.4g %.3g\n", (x + 0.5) * end / HEAT_X, y + 0.5,
                     n ? log10(n) : EMPTY);
        }
}

/* Where an RTT is on the axis of HEAT_Y steps. */
static double place(const struct heat *heat, double rtt_ns)
{
    double low = log((double)heat->lo_ns);

    return HEAT_Y * (log(rtt_ns) - low) / (log((double)heat->hi_ns) - low);
}

/* 1, 2 and 5 of each decade while there are few, else decades only. */
static void put_tics(struct buf *to, const struct heat *heat)
{
    static const int steps[] = {1, 2, 5};
    int first = (int)floor(log10((double)heat->lo_ns)), n = 0;
    int is_narrow = (double)heat->hi_ns / (double)heat->lo_ns < 100;
    char text[QUANTITY_SIZE];

    buf_add(to, "set ytics (");
    for (int i = 0; i < 30 && heat->hi_ns > heat->lo_ns; i++) {
        int decade = i / 3;
        double y = pow(10, first + decade) * steps[i % 3];

        if (y < (double)heat->lo_ns || y > (double)heat->hi_ns ||
            (i % 3 && !is_narrow))
            continue;
        buf_addf(to, "%s'%s' %.5g", n++ ? ", " : "",
                 quantity_value(y, 0, quantity_time(y), text), place(heat, y));
    }
    if (n == 0)
        buf_addf(to, "'%s' %d", quantity_rough_time((double)heat->lo_ns, text),
                 0);
    buf_add(to, ")\nset cbtics (");
    for (int i = 0; i <= (int)log10((double)heat->most); i++)
        buf_addf(to, "%s'%s' %d", i ? ", " : "",
                 quantity_count((int64_t)pow(10, i), text), i);
    buf_add(to, ")\n");
}

int figure_heat_write(const struct heat *heat, const struct figure *figure,
                      struct err *err)
{
    double length_ns = (double)(heat->end_ns - heat->start_ns);
    struct quantity_unit unit = quantity_time(length_ns);
    double end = length_ns / unit.scale, most = log10((double)heat->most);
    struct buf text = {0};

    put_cells(&text, heat, end);
    if (figure_put(figure, "cells.dat", &text, err) < 0)
        return -1;
    buf_addf(&text, "X_LABEL = 'time since first message (%s)'\n", unit.name);
    buf_addf(&text, "X_MAX = %.6g\nY_MAX = %d\nMOST = %.4g\n", end, HEAT_Y,
             most > 0 ? most : 1);
    put_tics(&text, heat);
    return figure_put(figure, "labels.gp", &text, err);
}
