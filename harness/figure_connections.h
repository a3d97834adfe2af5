/* Echo rate of all connections together against their number, and the RTT. */
#ifndef HARNESS_FIGURE_CONNECTIONS_H
#define HARNESS_FIGURE_CONNECTIONS_H

#include "harness/figure.h"
#include "lib/err.h"

enum figure_connections_what {
    FIGURE_CONNECTIONS_RATE, /* bits over time, bit/s */
    FIGURE_CONNECTIONS_P50,  /* RTT in ns */
    FIGURE_CONNECTIONS_P99,
    FIGURE_CONNECTIONS_MARKS
};

struct figure_connections_mark {
    double value; /* 0: not known, and not drawn */
    int has_interval;
    double lo, hi;
};

struct figure_connections_point {
    double connections;
    struct figure_connections_mark mark[FIGURE_CONNECTIONS_MARKS];
};

struct figure_connections {
    const struct figure_connections_point *points;
    int n;
    int is_local;  /* blue, else vermilion */
    double single; /* bit/s of one connection's mean RTT; 0: not measured */
};

/*
 * Write what connections.gp draws; at least two numbers of connections.  The
 * linear bound is `single` times the number.  Error: report-write.
 */
int figure_connections_write(const struct figure_connections *of,
                             const struct figure *figure, struct err *err);

#endif
