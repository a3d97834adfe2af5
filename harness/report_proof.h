/* A delivered PDF, held against the same report typeset again. */
#ifndef HARNESS_REPORT_PROOF_H
#define HARNESS_REPORT_PROOF_H

#include "harness/report_drift.h"
#include "lib/buf.h"
#include "lib/err.h"

struct report_proof {
    const char *report;   /* its folder: report.tex, figures/ */
    const char *pdf;      /* what was delivered */
    const char *work;     /* results.tex, tables/, figures/ as the data give */
    const char *utc;      /* the date in it */
    int is_trusted;       /* another TeX may have typeset it */
    int with_its_figures; /* take the report's: they are drawn otherwise here */
};

/*
 * Typeset in `work`, from the report's own report.tex; when that gives another
 * PDF and was edited, from the template, for words may be changed and not yet
 * typeset.  A PDF that is not the same to the byte is drift; first of all by
 * the numbers that it shows and should not, and with is_trusted by those alone,
 * which takes pdftotext.
 * `said` gets a line of what was found.  Errors: those of report_pdf_make and
 * pdf_text, folder_copy, hash_file.
 */
int report_proof_compare(const struct report_proof *proof,
                         struct report_drift *drift, struct buf *said,
                         struct err *err);

#endif
