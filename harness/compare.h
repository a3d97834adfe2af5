/* Is B slower than A?  Runs of two targets and what can be said of them. */
#ifndef HARNESS_COMPARE_H
#define HARNESS_COMPARE_H

#include "harness/differences.h"
#include "harness/side.h"
#include "harness/verdict.h"
#include "lib/err.h"

#include <stdio.h>

#define COMPARE_MAX_DESPITE 8
#define COMPARE_MARGIN 0.05 /* so much counts as no difference: 5 % */

struct compare_request {
    struct side_request a, b;
    double margin;
    const char *despite[COMPARE_MAX_DESPITE]; /* conditions that may differ */
    int ndespite;
};

struct comparison {
    struct side a, b;
    double margin;
    int is_paired;
    struct verdict verdict;
    struct differences differences;
    const char *mixed_a,
        *mixed_b; /* in what folders of a side differ, or NULL */
    double a12;
    double deciles_a_ns[SIDE_DECILES], deciles_b_ns[SIDE_DECILES];
};

/*
 * Read both sides and compare them.  They are paired when every folder was run
 * with --pairs and its other half is on the other side.  Errors: those of
 * side_load, comparable_check and differences_find; same-side (ERR_USAGE) when
 * a run is named twice; results-empty when no pair is whole.
 */
int compare_find(struct comparison *out, const struct compare_request *request,
                 struct err *err);

/*
 * The same for sides and a margin that are set already.  Whether they may be
 * compared is the caller's to ask.  Errors: those of differences_find;
 * results-empty.
 */
int compare_sides(struct comparison *comparison, struct err *err);

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

/* One of them, into a folder that is there; `utc` as for figure_draw. */
int compare_draw_pairs(const struct comparison *comparison, const char *dir,
                       const char *utc, struct err *err);
int compare_draw_shift(const struct comparison *comparison, const char *dir,
                       const char *utc, struct err *err);

/* For scripts; the caller frees.  NULL: out of memory. */
char *compare_json(const struct comparison *comparison);

#endif
