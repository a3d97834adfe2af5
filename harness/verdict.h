/*
 * The verdict on two sites: is B slower than A, by how much, how sure is it?
 *
 * The unit is the run, never the message: messages of one run are alike, and a
 * test on them calls a difference between two equal sites most of the time.
 * The question asked is the median RTT of a run after its warm-up.  Where A
 * and B were run in pairs, what both share in a pair drops out.
 */
#ifndef HARNESS_VERDICT_H
#define HARNESS_VERDICT_H

#include "harness/shift.h"
#include "lib/err.h"

/* What one run gives. */
struct verdict_run {
    double p50_ns;    /* after warm-up, > 0 */
    double p99_ns;    /* after warm-up; 0: too few messages for one */
    double failed;    /* share of its messages, 0 .. 1 */
    double bit_per_s; /* > 0 */
    double p50_noise; /* sd of ln p50, told by the run itself; 0: not known */
};

/* Paired: na == nb, and a[i] belongs to b[i].  na, nb >= 1. */
struct verdict_request {
    const struct verdict_run *a, *b;
    int na, nb;
    int is_paired;
    double margin; /* within a factor of 1 + margin both count as equal */
};

enum verdict_call {
    VERDICT_UNDECIDED,
    VERDICT_SLOWER,     /* B than A: the interval is wholly above 1 + margin */
    VERDICT_FASTER,     /* wholly below 1 / (1 + margin) */
    VERDICT_EQUIVALENT, /* wholly between the two */
};

/* The other questions, whose p-values are Holm's. */
enum verdict_other {
    VERDICT_P99,
    VERDICT_FAILED,
    VERDICT_RATE,
    VERDICT_OTHERS
};

/* An answer: A's and B's medians over their runs, and how they differ. */
struct verdict_answer {
    int is_known; /* every run tells it; else nothing holds */
    double a, b;
    struct shift ratio;      /* of B to A; unset for VERDICT_FAILED */
    struct shift difference; /* B - A, in ns, shares, bit/s */
};

struct verdict {
    enum verdict_call call;
    struct verdict_answer p50;
    struct verdict_answer others[VERDICT_OTHERS];
    /*
     * Undecided: so many pairs (runs on each side) in all would make the
     * interval as narrow as the margin, if they are like those that are there;
     * when it is that already, so many would decide; without one, so many give
     * one.  0: more than can be told.
     */
    int needs;
    int is_narrow; /* the interval is no wider than the margin */
    /*
     * How much of the variance between runs (pairs) is noise within them, 0 ..
     * 1: longer runs make that part smaller, more runs make all of it smaller.
     * -1: not known.  Source: Kalibera & Jones (2013), section 6.
     */
    double noise;
};

/* Error: no-memory. */
int verdict_find(struct verdict *out, const struct verdict_request *request,
                 struct err *err);

/* "slower" */
const char *verdict_call_name(enum verdict_call call);

#endif
