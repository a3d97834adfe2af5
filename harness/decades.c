#include "harness/decades.h"

#include <math.h>

#define ALMOST 1e-9 /* of a decade: what rounding may do to a power of ten */
#define FEW 2
#define MANY 6

void decades_widen(struct decades *axis, double value)
{
    if (!(value > 0))
        return;
    axis->least = fmin(axis->least, value);
    axis->most = fmax(axis->most, value);
}

void decades_round(struct decades *axis)
{
    axis->least = pow(10, floor(log10(axis->least) + ALMOST));
    axis->most = pow(10, ceil(log10(axis->most) - ALMOST));
    if (axis->most <= axis->least)
        axis->most = axis->least * 10;
}

void decades_put(struct buf *to, const char *axis_name,
                 const struct decades *axis,
                 struct quantity_unit (*unit)(double))
{
    static const int steps[] = {1, 2, 5};
    int first = (int)ceil(log10(axis->least) - ALMOST);
    int last = (int)floor(log10(axis->most) + ALMOST);
    int is_narrow = log10(axis->most / axis->least) <= FEW + ALMOST;
    int every = is_narrow ? 1 : last - first > MANY ? 6 : 3;
    char text[QUANTITY_SIZE];
    const char *comma = "";

    buf_addf(to, "set %stics (", axis_name);
    /* The decade before the first may have its 2 and 5 on the axis. */
    for (int i = is_narrow ? 0 : 3; i < 3 * (last - first + 2); i += every) {
        int decade = first - 1 + i / 3;
        double value = pow(10, decade) * steps[i % 3];

        if (value < axis->least * (1 - ALMOST) ||
            value > axis->most * (1 + ALMOST))
            continue;
        buf_addf(to, "%s'%s' %.6g", comma,
                 unit ? quantity_value(value, 0, unit(value), text) : "",
                 value);
        comma = ", ";
    }
    buf_add(to, ")\n");
}
