/*
 * What a comparison says, in words: the same in a terminal and in a report.
 * Sentences come without their full stop, and `names` what the sides are called
 * in them: A and B, or two sites.
 */
#ifndef HARNESS_COMPARE_WORDS_H
#define HARNESS_COMPARE_WORDS_H

#include "harness/compare.h"
#include "lib/buf.h"

#define WORDS_CELL 32

struct words_names {
    const char *a, *b;
};

/* Three digits, without an exponent while that is readable. */
const char *words_factor(double factor, char cell[WORDS_CELL]);

/* "x 12.3"; "+2.31 %" when the estimate and its interval are near 1. */
const char *words_ratio(double ratio, const struct shift *of,
                        char cell[WORDS_CELL]);

/* One end of its interval: "11.8", or "+2.31 %" as words_ratio. */
const char *words_bound(double ratio, const struct shift *of,
                        char cell[WORDS_CELL]);

/* "RTT x 12.3, 95 % CI 11.8 to 12.9" */
void words_interval(const struct shift *ratio, struct buf *to);

/* "6 pairs", "4 and 5 runs" */
void words_count(const struct comparison *c, struct buf *to);

/*
 * The verdict, as "B is slower than A: its median round trip takes 2.00 times
 * as long", or why there is none.
 */
void words_call(const struct comparison *c, const struct words_names *names,
                struct buf *to);

/*
 * What more runs would do, as "about 20 pairs in all would decide: 14 more"; ""
 * when it is decided.
 */
void words_needs(const struct comparison *c, struct buf *to);

/*
 * What to beware of, a line each: "B ran over an emulated path, not a
 * network".
 */
void words_notes(const struct comparison *c, const struct words_names *names,
                 struct buf *to);

#endif
