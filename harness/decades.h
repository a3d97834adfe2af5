/* A logarithmic axis with a tic at powers of ten: 100 us, 1 ms, 10 ms. */
#ifndef HARNESS_DECADES_H
#define HARNESS_DECADES_H

#include "harness/quantity.h"
#include "lib/buf.h"

/* {HUGE_VAL, 0} is empty. */
struct decades {
    double least, most; /* above 0 */
};

/* Make room for a value; one that has no logarithm changes nothing. */
void decades_widen(struct decades *axis, double value);

/* Out to powers of ten, which are never the same one; not of an empty axis. */
void decades_round(struct decades *axis);

/*
 * `set AXIStics (..)` with the powers of ten in the axis: each second one when
 * there are more than six, and 2 and 5 times them when there are at most two;
 * `unit` makes a text of a value; NULL: they have none.
 */
void decades_put(struct buf *to, const char *axis_name,
                 const struct decades *axis,
                 struct quantity_unit (*unit)(double));

#endif
