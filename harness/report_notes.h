/* What runs noted of themselves, as items of a list in a report. */
#ifndef HARNESS_REPORT_NOTES_H
#define HARNESS_REPORT_NOTES_H

#include "harness/report_set.h"
#include "lib/buf.h"

/* So many runs are told by name where the same is told of many. */
enum { REPORT_NOTES_NAMED = 4 };

/*
 * An item for each note of the run `at` that is not told with one of a run
 * before it: what several runs noted, but for numbers, is told once.  Called
 * for each run of `of`, it tells each note of each of them once.
 */
void report_notes_put(struct buf *to, const struct report_runs *of, int at);

/* A text of the manifest, which is ASCII, with thin spaces and u as in micro:
 * "59.6 us". */
void report_notes_text(struct buf *to, const char *text);

#endif
