/* Which files a delivered report has, and which it should have. */
#ifndef HARNESS_REPORT_FILES_H
#define HARNESS_REPORT_FILES_H

#include "harness/report_drift.h"
#include "lib/buf.h"
#include "lib/err.h"

/*
 * `work` holds what report_parts_* and report_figures_data made: a figure that
 * `report` lacks, and any file or link in it, at any depth, that it would not
 * have, are drift.  What pdflatex leaves when a user runs it, and logs of a
 * report that failed, are no part of it: they are named in `said`.  Errors:
 * results-path, report-open.
 */
int report_files_compare(const char *report, const char *work,
                         struct report_drift *drift, struct buf *said,
                         struct err *err);

#endif
