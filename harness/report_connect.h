/* Connecting in the report: a SYN's round trip beside that of an echo. */
#ifndef HARNESS_REPORT_CONNECT_H
#define HARNESS_REPORT_CONNECT_H

#include "harness/figure_connect.h"
#include "harness/report_set.h"
#include "harness/values.h"
#include "lib/err.h"

/* A longer message is more than one segment on most paths. */
#define REPORT_CONNECT_MAX_BYTES 1400

/*
 * The runs over TCP with one message in flight, no longer than that: what
 * waits for nothing else can be held against a SYN.  n is 0 below two runs.
 */
struct report_connect {
    struct figure_connect figure;
    struct figure_connect_point *points;
    int emulated; /* how many of them */
};

/* {0} is releasable.  Error: no-memory. */
int report_connect_of(struct report_connect *out, const struct report_set *set,
                      struct err *err);
void report_connect_release(struct report_connect *connect);

/* connect.figure, .runs and .emulated, where there is a figure. */
void report_connect_values(struct values *values, const struct report_set *set);

#endif
