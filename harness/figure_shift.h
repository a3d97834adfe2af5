/*
 * Figure: how much longer B takes than A at each decile of their messages.  It
 * shows whether all round trips moved alike or only the slow ones.
 */
#ifndef HARNESS_FIGURE_SHIFT_H
#define HARNESS_FIGURE_SHIFT_H

#include "harness/figure.h"

#define FIGURE_SHIFT_DECILES 9

/* What shift.gp needs, from the deciles of each, in ns. */
int figure_shift_write(const double a_ns[FIGURE_SHIFT_DECILES],
                       const double b_ns[FIGURE_SHIFT_DECILES],
                       const struct figure *figure, struct err *err);

#endif
