/*
 * Figure: how much longer B takes than A at each decile of their messages.  It
 * shows whether all round trips moved alike or only the slow ones.
 */
#ifndef HARNESS_FIGURE_SHIFT_H
#define HARNESS_FIGURE_SHIFT_H

#include "harness/figure.h"

#define FIGURE_SHIFT_DECILES 9

struct figure_shift {
    double a_ns[FIGURE_SHIFT_DECILES], b_ns[FIGURE_SHIFT_DECILES];
    const char *a, *b; /* their sites; names that are not plain are not shown */
};

/* What shift.gp needs. */
int figure_shift_write(const struct figure_shift *of,
                       const struct figure *figure, struct err *err);

#endif
