/*
 * The path to a server on another machine, looked at before and after a run:
 * the way that its messages take, and whether it became another meanwhile.
 */
#ifndef HARNESS_ROUTE_H
#define HARNESS_ROUTE_H

#include "harness/result.h"
#include "harness/trace.h"
#include "lib/err.h"

struct route {
    const struct result *result;
    struct result_run *run;
    const char *host; /* the trace goes to this TCP port: */
    int port;
    struct trace before; /* once it was looked at */
};

enum route_when { ROUTE_BEFORE, ROUTE_AFTER };

/*
 * Trace, for ten seconds at most, and enter trace-before.csv or
 * trace-after.csv with the listing beside it (.txt).  What was found becomes a
 * note of the run; another route or path MTU than before, and what could not be
 * found, a warning.  Does nothing for a host that is this machine, or that has
 * no address.  Errors: those of result_write_text and result_add_file.
 */
int route_look(struct route *route, enum route_when when, struct err *err);

#endif
