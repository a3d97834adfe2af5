/* Where a report goes: OUT, and the work folder below it until all is done. */
#ifndef HARNESS_REPORT_OUT_H
#define HARNESS_REPORT_OUT_H

#include "harness/folder.h"
#include "lib/err.h"

/* One at a time: OUT is held while lock is open. */
struct report_out {
    char work[FOLDER_PATH]; /* OUT/.work-PID-XXXXXX; "" when there is none */
    int lock;
};

/*
 * Make OUT, hold it, make the empty work folder, and remove those whose process
 * is gone.  Errors: those of folder_make, report-busy, report-write.
 */
int report_out_begin(struct report_out *to, const char *out, struct err *err);

/* Remove the work folder and let go of OUT; {.lock = -1} has neither. */
void report_out_end(struct report_out *to);

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
