/* The drawn figures of a report, held against the same ones drawn again. */
#ifndef HARNESS_FIGURE_FILES_H
#define HARNESS_FIGURE_FILES_H

#include "harness/report_drift.h"
#include "lib/err.h"

struct figure_files {
    int same;
    int others; /* drawn by another version of gnuplot or cairo: not judged */
};

/*
 * Compare each .pdf and .svg of the two folders; one that differs, or is in
 * one of them only, is drift.  Errors: results-path, those of hash_file.
 */
int figure_files_compare(struct figure_files *found, const char *has,
                         const char *should, struct report_drift *drift,
                         struct err *err);

#endif
