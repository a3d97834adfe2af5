#include "harness/figure_shift.h"

#include "harness/quantity.h"

#include <math.h>

int figure_shift_write(const double a_ns[FIGURE_SHIFT_DECILES],
                       const double b_ns[FIGURE_SHIFT_DECILES],
                       const struct figure *figure, struct err *err)
{
    struct buf text = {0};
    struct quantity_unit unit;
    double most = 0, least = 0;

    for (int i = 0; i < FIGURE_SHIFT_DECILES; i++) {
        most = fmax(most, b_ns[i] - a_ns[i]);
        least = fmin(least, b_ns[i] - a_ns[i]);
    }
    unit = quantity_time(fmax(most, -least));
    for (int i = 0; i < FIGURE_SHIFT_DECILES; i++)
        buf_addf(&text, "%d %.6g\n", 10 * (i + 1),
                 (b_ns[i] - a_ns[i]) / unit.scale);
    if (figure_put(figure, "shift.dat", &text, err) < 0)
        return -1;
    if (most <= least)
        most = unit.scale; /* all alike: an axis must have two ends */
    buf_addf(&text, "Y_LABEL = 'B - A in %s'\nY_MIN = %.6g\nY_MAX = %.6g\n",
             unit.name, 1.1 * least / unit.scale, 1.1 * most / unit.scale);
    return figure_put(figure, "labels.gp", &text, err);
}
