/* Where a report goes: OUT, and the work folder below it until all is done. */
#ifndef HARNESS_REPORT_OUT_H
#define HARNESS_REPORT_OUT_H

#include "harness/folder.h"
#include "lib/err.h"

/*
 * Make OUT and an empty OUT/.work-PID-XXXXXX, and remove work folders whose
 * process is gone.  `work` is "" on failure.
 */
int report_out_begin(char work[FOLDER_PATH], const char *out, struct err *err);

/*
 * Move what is finished from the work folder to OUT, each file at once, and
 * remove from OUT what is no longer part of the report.
 */
int report_out_deliver(const char *work, const char *out, struct err *err);

/*
 * After a fault (err is set): move the logs to OUT and say what is there.
 * Returns -1.
 */
int report_out_fail(const char *work, const char *out, struct err *err);

#endif
