/*
 * The parts of a report that are text: what harness report writes before it
 * draws and typesets, and what --check writes again to compare.
 */
#ifndef HARNESS_REPORT_PARTS_H
#define HARNESS_REPORT_PARTS_H

#include "harness/report_content.h"
#include "lib/err.h"

#include <stdio.h>

/* A few lines for each run; folders by their paths. */
void report_parts_summary(const struct report_set *set, FILE *to);

/* DIR/{results.json, summary.txt}; folders by their names.  Errors: those of
 * folder_write. */
int report_parts_numbers(const struct report_content *content, const char *dir,
                         struct err *err);

/*
 * DIR/{results.tex, tables/}.  Errors: those of folder_write and folder_make,
 * report_options_put, report_scenes_put and report_trace_put.
 */
int report_parts_tex(const struct report_content *content, const char *dir,
                     struct err *err);

#endif
