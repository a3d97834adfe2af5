/* The words of a PDF, by pdftotext. */
#ifndef HARNESS_PDF_TEXT_H
#define HARNESS_PDF_TEXT_H

#include "lib/buf.h"
#include "lib/err.h"

/*
 * Append the text of a PDF in UTF-8.  Errors: pdftotext-missing,
 * pdftotext-timeout, pdftotext-failed (ERR_HELPER); report-write when there is
 * no place for temporary files; those of folder_read.
 */
int pdf_text(struct buf *to, const char *pdf, struct err *err);

/* Is `value` in the text, however either is spaced and broken into lines? */
int pdf_text_shows(const struct buf *text, const char *value);

/* Take out of a text what is only there for the looks: blanks of any kind. */
void pdf_text_squeeze(struct buf *text);

#endif
