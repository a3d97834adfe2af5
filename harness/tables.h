/*
 * The small tables beside messages.csv, read and counted: connections.csv,
 * unmatched.csv, injected.csv and served.csv, and the traces of a path.
 */
#ifndef HARNESS_TABLES_H
#define HARNESS_TABLES_H

#include "lib/err.h"

#include <stdint.h>

/*
 * Count the data rows of one, by its name in the folder; a last line without
 * its end is dropped when is_partial.  Errors: those of csv_read, and
 * results-damaged for a row of unmatched.csv with a field that cannot be
 * (reasons are stale, unknown and malformed), ERR_BUG for another name.
 */
int tables_count(const char *name, const char *path, int is_partial,
                 int64_t *rows, struct err *err);

/* Is it one of them? */
int tables_has(const char *name);

#endif
