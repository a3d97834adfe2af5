/* The drawn figures of a report, held against the same ones drawn again. */
#ifndef HARNESS_FIGURE_FILES_H
#define HARNESS_FIGURE_FILES_H

#include "harness/report_drift.h"
#include "lib/err.h"

/* Begins as {.is_trusted = ...}. */
struct figure_files {
    int is_trusted; /* the folder says the truth of where it was drawn */
    int same;
    int others; /* when trusted: drawn otherwise here, and not judged */
};

/*
 * Compare each .pdf and .svg that both folders have; one that differs is drift.
 * Figure 1 is the same in every report: where it differs, too, another gnuplot,
 * cairo or font drew that kind of file - or somebody changed figure 1 as well.
 * So it is an excuse only where the folder is trusted.  Errors: results-path,
 * those of hash_file.
 */
int figure_files_compare(struct figure_files *found, const char *has,
                         const char *should, struct report_drift *drift,
                         struct err *err);

#endif
