/*
 * What differs between two results folders beside the numbers: the target and
 * its path, where it was measured, and with what.
 */
#ifndef HARNESS_DIFFERENCES_H
#define HARNESS_DIFFERENCES_H

#include "harness/result.h"
#include "lib/err.h"

#define DIFFERENCES_MAX 64
#define DIFFERENCES_TEXT 160

struct difference {
    const char *what;
    char a[DIFFERENCES_TEXT], b[DIFFERENCES_TEXT]; /* from outside: as it is */
};

struct differences {
    struct difference all[DIFFERENCES_MAX];
    int count;
};

/* A run of the case, and its folder. */
struct differences_side {
    const struct result *result;
    const struct result_run *run;
};

/*
 * Find them.  A fact that one side does not tell is "?" there.  What is
 * measured anew each time counts only when it matters: the null round trip when
 * one is a fifth longer, the load when it is above 0.5.  Errors: those of
 * json_load.
 */
int differences_find(struct differences *out, const struct differences_side *a,
                     const struct differences_side *b, struct err *err);

/* The same of two runs alone: their conditions and their targets. */
void differences_of_runs(struct differences *out, const struct result_run *a,
                         const struct result_run *b);

#endif
