/* Typesetting: a folder with report.tex and its parts becomes report.pdf. */
#ifndef HARNESS_REPORT_PDF_H
#define HARNESS_REPORT_PDF_H

#include "lib/err.h"

/*
 * Run pdflatex in `dir` until references are settled.  `utc` is the date in
 * the file (ISO 8601), so that the same data give the same bytes.  Errors:
 * pdflatex-missing, pdflatex-timeout, pdflatex-failed (ERR_HELPER),
 * report-missing-key (ERR_BUG) when the template asks for a number that is
 * not there.
 */
int report_pdf_make(const char *dir, const char *utc, struct err *err);

#endif
