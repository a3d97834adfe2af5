/* `harness report`: results folders in, figures and a PDF out. */
#ifndef HARNESS_REPORT_H
#define HARNESS_REPORT_H

#include "lib/err.h"

#include <stdio.h>

struct report_request {
    const char *const *folders;
    int nfolders;
    const char *out; /* made when it is not there */
    int allow_partial;
    int text_only; /* print the summary; write nothing */
};

/*
 * Read and check the folders, then write OUT/{results.json, summary.txt,
 * figures/, figures/data/ (what each was drawn from), report.tex, results.tex,
 * tables/, report.pdf} and print the path of the PDF as the last line.  What
 * was in OUT before is replaced only by finished files: without gnuplot or
 * LaTeX there are new numbers, and the old PDF stays.  Errors: those of
 * result_load, samples_load and audit_*, gnuplot-*, pdflatex-* (ERR_HELPER),
 * report-busy (another one writes there), report-write, report-no-space
 * (ERR_RESULTS), report-missing-key (ERR_BUG).
 */
int report_make(const struct report_request *request, FILE *to,
                struct err *err);

#endif
