/*
 * Sweeps in the report: runs of one folder that differ in the length of the
 * message, or in the number of connections, and in nothing else.
 */
#ifndef HARNESS_REPORT_SWEEPS_H
#define HARNESS_REPORT_SWEEPS_H

#include "harness/figure_connections.h"
#include "harness/figure_size.h"
#include "harness/fit_bootstrap.h"
#include "harness/report_set.h"
#include "harness/values.h"
#include "lib/err.h"

/* Fewer different lengths, or numbers of connections, make no figure. */
#define REPORT_SWEEPS_LEAST 3

/* More of Little's residual than this means that the client lost time. */
#define REPORT_SWEEPS_LITTLE 0.02

/* What the figure shows; n 0 when the set holds no such sweep. */
struct report_sizes {
    struct figure_size figure;
    struct figure_size_point *points;
    struct fit_bounds bounds;       /* of the fit */
    const struct report_run *first; /* one of its runs */
    int unanswered;                 /* runs without an answer: no point */
};

struct report_crowds {
    struct figure_connections figure;
    struct figure_connections_point *points;
    const struct report_run *first;
    int unanswered;
    double little; /* largest |N - X RTT| / N: time that is in no round trip */
};

/* {0} is releasable.  Error: no-memory. */
int report_sizes_of(struct report_sizes *out, const struct report_set *set,
                    struct err *err);
void report_sizes_release(struct report_sizes *sizes);
int report_crowds_of(struct report_crowds *out, const struct report_set *set,
                     struct err *err);
void report_crowds_release(struct report_crowds *crowds);

/* bysize.* and bynumber.*, of those sweeps that there are. */
void report_sweeps_values(struct values *values, const struct report_set *set);

#endif
