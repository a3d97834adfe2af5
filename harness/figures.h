/*
 * Figures 4 and 6: echo rate over time, drawn by gnuplot from a few hundred
 * numbers.  The scripts are constant; values and labels come in files.
 */
#ifndef HARNESS_FIGURES_H
#define HARNESS_FIGURES_H

#include "harness/samples.h"
#include "harness/series.h"
#include "lib/err.h"

enum figure_role {
    FIGURE_LOCAL,  /* blue; 5-95 % band */
    FIGURE_REMOTE, /* vermilion; with minimum and maximum too */
};

struct figure {
    const char *name; /* fig4 */
    enum figure_role role;
    const struct series *series;   /* at least one bin */
    const struct samples *samples; /* shown as dots when there are few */
    char date[15];                 /* YYYYMMDDhhmmss, for the PDF */
    int is_shared; /* several messages in flight: bits/time is of all */
};

/*
 * Draw DIR/NAME.pdf and DIR/NAME.svg, working in DIR/NAME.work; what gnuplot
 * printed is in gnuplot.log there.  Errors: gnuplot-missing, gnuplot-timeout,
 * gnuplot-failed (ERR_HELPER), report-write.
 */
int figures_draw(const struct figure *figure, const char *dir, struct err *err);

#endif
