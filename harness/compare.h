/* Is B slower than A?  Two results folders and what can be said of them. */
#ifndef HARNESS_COMPARE_H
#define HARNESS_COMPARE_H

#include "harness/differences.h"
#include "harness/side.h"
#include "harness/verdict.h"
#include "lib/err.h"

#include <stdio.h>

#define COMPARE_MAX_DESPITE 8

struct compare_request {
    struct side_request a, b;
    double margin;                            /* 0.05: 5 % */
    const char *despite[COMPARE_MAX_DESPITE]; /* conditions that may differ */
    int ndespite;
};

struct comparison {
    const struct compare_request *request;
    struct side a, b;
    int is_paired;
    struct verdict verdict;
    struct differences differences;
    double a12;
    double deciles_a_ns[SIDE_DECILES], deciles_b_ns[SIDE_DECILES];
};

/*
 * Compare.  `request` is borrowed.  The two are paired when they were run with
 * --pairs, in either order.  Errors: those of side_load, comparable_check and
 * differences_find; same-side (ERR_USAGE) for a case against itself;
 * results-empty when no pair is whole.
 */
int compare_find(struct comparison *out, const struct compare_request *request,
                 struct err *err);

/* {0} is releasable. */
void compare_release(struct comparison *comparison);

/* For people, in 80 columns but for names that are longer. */
void compare_print(const struct comparison *comparison, FILE *to);

/*
 * Draw into a folder, which is made: the shift of the deciles (shift.pdf,
 * shift.svg) and, of pairs, their ratios (pairs.pdf, pairs.svg).  Errors:
 * those of figure_draw; report-write.
 */
int compare_draw(const struct comparison *comparison, const char *dir,
                 struct err *err);

/* For scripts; the caller frees.  NULL: out of memory. */
char *compare_json(const struct comparison *comparison);

#endif
