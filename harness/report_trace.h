/* The path to the server in the report: the listing, the hops, their figure. */
#ifndef HARNESS_REPORT_TRACE_H
#define HARNESS_REPORT_TRACE_H

#include "harness/figure_hops.h"
#include "harness/report_set.h"
#include "harness/values.h"
#include "lib/buf.h"
#include "lib/err.h"

/* The trace that is shown: the one made before the remote run. */
struct report_trace {
    const struct report_run *run; /* NULL: there is none */
    const struct result_file *file;
    struct hops hops;
    char address[HOPS_ADDRESS_SIZE]; /* of the destination, where it is known */
    struct figure_hops figure;
};

/* Errors: those of hops_load, results-open. */
int report_trace_of(struct report_trace *trace, const struct report_set *set,
                    struct err *err);

/*
 * trace.listing; and when anybody answered trace.figure, trace.hops and, where
 * they are known, trace.rtt of the destination, trace.slow.* of the slowest
 * hop before it that took longer, trace.connect and trace.echo of the run.
 */
int report_trace_values(struct values *values, const struct report_set *set,
                        struct err *err);

/* The listing, as tracetcp has it; nothing without a trace. */
int report_trace_put(struct buf *to, const struct report_set *set,
                     struct err *err);

#endif
