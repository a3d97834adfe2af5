/* `harness list`: what has been measured, newest last. */
#ifndef HARNESS_LIST_H
#define HARNESS_LIST_H

#include "lib/err.h"

#include <stdio.h>

/*
 * Print a table of the results folders in `parent`, at most 80 columns wide
 * for folders of up to 36 characters; of `parent` itself when it is one.
 * Folders that are partial or damaged are listed as such.  Error: results-open
 * when parent cannot be read.
 */
int list_folders(const char *parent, FILE *to, struct err *err);

#endif
