#include "harness/figure_shift.h"

#include "harness/quantity.h"

#include <math.h>
#include <string.h>

static void put_label(struct buf *to, const struct figure_shift *of,
                      const char *unit)
{
    int is_told = figure_is_plain(of->a) && figure_is_plain(of->b) &&
                  strcmp(of->a, of->b) != 0;

    buf_addf(to, "Y_LABEL = '%s less %s (%s)'\n", is_told ? of->b : "B",
             is_told ? of->a : "A", unit);
}

int figure_shift_write(const struct figure_shift *of,
                       const struct figure *figure, struct err *err)
{
    struct buf text = {0};
    struct quantity_unit unit;
    double most = 0, least = 0;

    for (int i = 0; i < FIGURE_SHIFT_DECILES; i++) {
        most = fmax(most, of->b_ns[i] - of->a_ns[i]);
        least = fmin(least, of->b_ns[i] - of->a_ns[i]);
    }
    unit = quantity_time(fmax(most, -least));
    for (int i = 0; i < FIGURE_SHIFT_DECILES; i++)
        buf_addf(&text, "%d %.6g\n", 10 * (i + 1),
                 (of->b_ns[i] - of->a_ns[i]) / unit.scale);
    if (figure_put(figure, "shift.dat", &text, err) < 0)
        return -1;
    if (most <= least)
        most = unit.scale; /* all alike: an axis must have two ends */
    put_label(&text, of, unit.name);
    buf_addf(&text, "Y_MIN = %.6g\nY_MAX = %.6g\n", 1.1 * least / unit.scale,
             1.1 * most / unit.scale);
    return figure_put(figure, "labels.gp", &text, err);
}
