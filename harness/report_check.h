/* `harness report --check`: a delivered report held against its data. */
#ifndef HARNESS_REPORT_CHECK_H
#define HARNESS_REPORT_CHECK_H

#include "lib/err.h"

#include <stdio.h>

/*
 * `report` is the folder that report_make wrote or its PDF.  A PDF that was
 * copied out of build/ beside it must be the same file as build/report.pdf.
 *
 * The results folders that the report names are looked for (see
 * report_sources_find) and read; the hashes of their files must be those of
 * their manifests.  All is computed again, as report_make does, and
 * results.json, results.tex, tables/, summary.txt and what the figures were
 * drawn from must be the same bytes.  With pdftotext, each number of the tables
 * must stand in the PDF.
 *
 * Prints the first differences, or "checked: N values from M folders" and a
 * line about the PDF.  Errors (ERR_RESULTS): report-differs, report-open; those
 * of report_sources_find, report_set_load, folder_read and report_parts_tex.
 */
int report_check(const char *report, const char *const *dirs, int ndirs,
                 FILE *to, struct err *err);

#endif
