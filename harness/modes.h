/*
 * Do values come in two sizes?  A loopback round trip does when the scheduler
 * puts client and server now on one processor and now on two; then its median
 * tells which happened more often, not how long it takes.
 *
 * source   Otsu (1979) for the place of the cut, on ln of the values; the two
 *          are modes when between them there are few values
 */
#ifndef HARNESS_MODES_H
#define HARNESS_MODES_H

#include <stdint.h>

struct modes {
    int are_two;            /* else nothing holds */
    double high_share;      /* of the values in the upper one */
    double low_ns, high_ns; /* their medians */
};

/*
 * Of n quantiles at equal distances, ascending, each above 0.  Two modes have
 * 5 % of the values each at least, medians that differ by half or more, and in
 * the middle between these no more than a third of what is around either, on
 * the logarithmic scale.
 */
struct modes modes_of(const int64_t *quantiles, int n);

#endif
