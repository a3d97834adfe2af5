/* Which figures a report has, and what each is drawn from. */
#ifndef HARNESS_REPORT_FIGURES_H
#define HARNESS_REPORT_FIGURES_H

#include "harness/report_set.h"
#include "harness/report_versus.h"
#include "lib/err.h"

/*
 * Draw into DIR/figures what the runs have the data for.  Errors: those of
 * figure_draw.
 */
int report_figures_draw(const struct report_set *set,
                        const struct report_versus *versus, const char *dir,
                        struct err *err);

/* The same without drawing: only DIR/figures/NAME.work, what is drawn. */
int report_figures_data(const struct report_set *set,
                        const struct report_versus *versus, const char *dir,
                        struct err *err);

#endif
