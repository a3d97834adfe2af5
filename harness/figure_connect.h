/* How long connecting took, against how long an echo took. */
#ifndef HARNESS_FIGURE_CONNECT_H
#define HARNESS_FIGURE_CONNECT_H

#include "harness/figure.h"
#include "lib/err.h"

enum figure_connect_place {
    FIGURE_CONNECT_LOCAL,
    FIGURE_CONNECT_REMOTE,
    FIGURE_CONNECT_EMULATED,
    FIGURE_CONNECT_PLACES
};

/* A run; times in ns. */
struct figure_connect_point {
    enum figure_connect_place place;
    double connect, connect_lo, connect_hi; /* median, least, most */
    double echo, echo_lo, echo_hi;          /* median; lo == hi: no interval */
};

struct figure_connect {
    const struct figure_connect_point *points;
    int n;
};

/*
 * Write what connect.gp draws; at least one point.  Error: report-write.
 */
int figure_connect_write(const struct figure_connect *of,
                         const struct figure *figure, struct err *err);

#endif
