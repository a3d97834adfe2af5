/*
 * What a round trip costs, over the length of the message: a fixed part and
 * one for each byte, RTT = a + b L.
 *
 * source   Theil (1950), Sen (1968): slope; Hockney (1994): r_inf and n_1/2
 */
#ifndef HARNESS_FIT_H
#define HARNESS_FIT_H

#include "lib/err.h"

struct fit_point {
    double x, y;
};

/* y = a + b x */
struct fit {
    int is_known; /* two points differ in x; else nothing holds */
    double a, b;  /* median slope of all pairs; median of what is left */
};

/* points[0..n).  Error: no-memory. */
int fit_line(struct fit *out, const struct fit_point *points, int n,
             struct err *err);

/* Of a line through RTT in ns over length in bytes. */
struct fit_rate {
    int is_known;      /* a and b are above 0; else nothing holds */
    double limit;      /* r_inf = 8/b in bit/s: of endless messages */
    double half_bytes; /* n_1/2 = a/b: makes half of it */
};

struct fit_rate fit_rate_of(const struct fit *line);

#endif
