/*
 * Gaps: when a client itself stood still, stopped or suspended.  What was open
 * meanwhile tells of the client, not of the path or the server.
 */
#ifndef LIB_GAPS_H
#define LIB_GAPS_H

#include <stdint.h>

/* More are counted, not told; the longest are. */
#define GAPS_MOST 64

/* From the last look at the clock before it to the first after it. */
struct gap {
    int64_t from_ns, to_ns; /* since the run's start; from < to */
};

struct gaps {
    int64_t count;    /* how often one of the client's threads stood still */
    int64_t left_out; /* stretches that had no room below */
    int ntold;
    struct gap told[GAPS_MOST]; /* apart, in order */
};

/*
 * One more gap.  Those that overlap or touch, as of several threads, are told
 * as one stretch; when there is no room the shortest is left out.
 */
void gaps_add(struct gaps *gaps, struct gap gap);

/* Those of another thread too. */
void gaps_merge(struct gaps *gaps, const struct gaps *more);

/*
 * 1 when from_ns .. to_ns overlaps one that is told.  A message that ends when
 * a gap begins, or begins when one ends, is not in it.
 */
int gaps_overlap(const struct gaps *gaps, int64_t from_ns, int64_t to_ns);

/*
 * The line by which a client tells one, "gap FROM TO", without newline; and
 * back: 0, or -1 when it is none.
 */
#define GAPS_LINE_SIZE 64
void gaps_format(struct gap gap, char line[GAPS_LINE_SIZE]);
int gaps_parse(const char *line, struct gap *gap);

#endif
