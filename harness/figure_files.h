/* The drawn figures of a report, held against the same ones drawn again. */
#ifndef HARNESS_FIGURE_FILES_H
#define HARNESS_FIGURE_FILES_H

#include "harness/report_drift.h"
#include "lib/err.h"

struct figure_files {
    int same;
    int others;      /* of a kind that is drawn otherwise here: not judged */
    int is_alike[2]; /* is a PDF, an SVG drawn to the same bytes here? */
};

/*
 * Write DIR/fig1.work/drawn: the SHA-256 of DIR/fig1.{pdf,svg}, as sha256sum
 * prints them.  Figure 1 is the same in every report, so that they tell one
 * gnuplot, cairo and fonts from another.  Errors: those of hash_file and
 * folder_write.
 */
int figure_files_note(const char *dir, struct err *err);

/*
 * Compare each .pdf and .svg of the two folders; one that differs, or is in
 * one of them only, is drift.  HAS/data/fig1/drawn is the note; where figure 1
 * is drawn otherwise here, what differs is only counted.  Errors: results-path,
 * those of hash_file and folder_read.
 */
int figure_files_compare(struct figure_files *found, const char *has,
                         const char *should, struct report_drift *drift,
                         struct err *err);

#endif
