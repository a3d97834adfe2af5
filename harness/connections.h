/* What connections.csv tells: how long connecting took, what was sent again. */
#ifndef HARNESS_CONNECTIONS_H
#define HARNESS_CONNECTIONS_H

#include "lib/err.h"

#include <stdint.h>

struct connections {
    int64_t rows;
    int64_t connected;              /* outcome ok, with both times */
    int64_t min_ns, p50_ns, max_ns; /* connect time of those */
    int64_t told_retransmits;       /* how many connections tell; */
    int64_t retransmits;            /* segments sent again, their sum */
    int64_t mss;                    /* the largest told; 0: none told */
};

/*
 * Read and check a file.  Errors: those of csv_read, results-damaged,
 * no-memory.
 */
int connections_load(struct connections *connections, const char *path,
                     int is_partial, struct err *err);

#endif
