/* `harness report --check`: a delivered report held against its data. */
#ifndef HARNESS_REPORT_CHECK_H
#define HARNESS_REPORT_CHECK_H

#include "lib/err.h"

#include <stdio.h>

struct report_check_request {
    const char *report; /* the folder that report_make wrote, or its PDF */
    const char *const *dirs;
    int ndirs;
    int is_trusted; /* other programs may have drawn and typeset it */
};

/*
 * A PDF that was copied out of build/ beside it must be the same file as
 * build/report.pdf.
 *
 * The results folders that the report names are looked for (see
 * report_sources_find) and read; the hashes of their files must be those of
 * their manifests.  All is computed again, as report_make does, and
 * results.json, results.tex, tables/, summary.txt, what the figures were drawn
 * from, with gnuplot the figures drawn again, and with pdflatex the PDF typeset
 * again must be the same bytes.  What is missing differs, and so does a file
 * that no report has.  The words of report.tex may be changed by hand, but no
 * number, no command and no file may stand there that the template has not.
 * With pdftotext, each number of the tables must stand in the PDF.
 *
 * Trusted, the report may have been made where other programs draw and typeset
 * other bytes: figures are not judged where even figure 1, which is the same in
 * every report, is another, and the PDF by its numbers, for which pdftotext
 * must be there.
 *
 * Prints the first differences; or what was not the template's or could not be
 * checked, and "checked: N values from M folders".  Errors (ERR_RESULTS):
 * report-differs, report-open, report-busy; those of report_sources_find,
 * report_set_load, folder_read, report_parts_tex, report_figures_draw,
 * report_proof_compare and report_shown.
 */
int report_check(const struct report_check_request *request, FILE *to,
                 struct err *err);

#endif
