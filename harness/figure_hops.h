/* The figure of a path: its hops downwards, each with its round trips. */
#ifndef HARNESS_FIGURE_HOPS_H
#define HARNESS_FIGURE_HOPS_H

#include "harness/figure.h"
#include "harness/hops.h"
#include "lib/err.h"

#include <stdint.h>

/* What is drawn below the hops: the same path, seen by the run. */
struct figure_hops_row {
    const char *name;       /* of ours */
    int64_t lo, middle, hi; /* ns; hi 0: there is none */
};

enum { FIGURE_HOPS_ROWS = 2 };

struct figure_hops {
    const struct hops *hops; /* anybody answered */
    int destination;         /* which hop it is, from 1; 0: not reached */
    struct figure_hops_row row[FIGURE_HOPS_ROWS];
};

/* Write its files for report/figures/hops.gp.  Error: report-write. */
int figure_hops_write(const struct figure_hops *of, const struct figure *figure,
                      struct err *err);

#endif
