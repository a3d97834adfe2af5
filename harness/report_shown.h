/* What a PDF must show: the numbers that the tables of its report ask for. */
#ifndef HARNESS_REPORT_SHOWN_H
#define HARNESS_REPORT_SHOWN_H

#include "harness/report_content.h"
#include "harness/report_drift.h"
#include "lib/err.h"

/*
 * Look them up in the text of the PDF; one that is not there is drift.  `n` is
 * how many there are.  Errors: those of pdf_text, no-memory.
 */
int report_shown(const struct report_content *content, const char *pdf,
                 struct report_drift *drift, int *n, struct err *err);

#endif
