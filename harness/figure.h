/*
 * One figure: a constant gnuplot script, and files of numbers and labels that
 * it loads from the folder it runs in.  What to draw is a figure_KIND's job.
 */
#ifndef HARNESS_FIGURE_H
#define HARNESS_FIGURE_H

#include "harness/folder.h"
#include "lib/buf.h"
#include "lib/err.h"

struct figure {
    char name[32];          /* fig4 */
    char dir[FOLDER_PATH];  /* where the products go */
    char work[FOLDER_PATH]; /* DIR/NAME.work: its numbers and labels */
};

/* Make the work folder.  Errors: results-path, report-write. */
int figure_begin(struct figure *figure, const char *dir, const char *name,
                 struct err *err);

/* Write one of its files; the text is released in any case. */
int figure_put(const struct figure *figure, const char *file, struct buf *text,
               struct err *err);

/* May a name from outside be a label?  Short, and nothing to gnuplot. */
int figure_is_plain(const char *name);

/*
 * Run report/figures/SCRIPT, which leaves figure.pdf and figure.svg, and make
 * DIR/NAME.pdf and DIR/NAME.svg of them.  `utc` is the date in the PDF (ISO
 * 8601), so that the same data give the same bytes; NULL draws nothing, for
 * those who want only the numbers.  What gnuplot printed when it failed is in
 * gnuplot.log of the work folder.  Errors: gnuplot-missing, gnuplot-timeout,
 * gnuplot-failed, install-broken (ERR_HELPER), report-write.
 */
int figure_draw(const struct figure *figure, const char *script,
                const char *utc, struct err *err);

#endif
