/*
 * What a report says, before it is drawn and typeset: every value by key, and
 * the tables made of data.  The same folders give the same content, which is
 * what `harness report --check` relies on.
 */
#ifndef HARNESS_REPORT_CONTENT_H
#define HARNESS_REPORT_CONTENT_H

#include "harness/report_set.h"
#include "harness/report_versus.h"
#include "harness/values.h"
#include "lib/buf.h"
#include "lib/err.h"

/* {0} is releasable; the set is loaded by the caller. */
struct report_content {
    struct report_set set;
    struct report_versus versus;
    struct values values;
    struct buf environment; /* its table */
};

/*
 * All values of the loaded set.  Errors: those of json_load, hash_file and
 * report_versus_find.
 */
int report_content_fill(struct report_content *content, struct err *err);

/* Append table i (0..); its file in the report, or NULL past the last. */
const char *report_content_table(const struct report_content *content, int i,
                                 struct buf *to);

void report_content_release(struct report_content *content);

#endif
