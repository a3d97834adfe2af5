/*
 * How often to repeat, and how long a run should be: the variation within runs
 * against that between them.  If runs differ by more than what is within them
 * explains, longer runs do not help; more runs do.
 *
 * source   Kalibera & Jones, Rigorous Benchmarking in Reasonable Time (2013),
 *          section 6 and libkalibera: S_i^2 is the mean variance of the means
 *          at level i, T_1^2 = S_1^2, T_2^2 = S_2^2 - S_1^2 / r_1, and the
 *          best r_1 is ceil(sqrt((c_2 / c_1) (T_1^2 / T_2^2))).  Level 1 are
 *          the 30 batches of a run, level 2 the runs; of ln of the medians.
 */
#ifndef HARNESS_REPEATS_H
#define HARNESS_REPEATS_H

#include <stdint.h>
#include <stdio.h>

/* One run of a case. */
struct repeats_run {
    double mean;     /* of the values of its batches, */
    double variance; /* and theirs (n - 1) */
    int batches;     /* 2 or more */
    double batch_s;  /* what one more batch costs, */
    double start_s;  /* and one more run before its first batch counts */
};

/* Of the median RTTs (ns, above 0) of n >= 2 batches. */
struct repeats_run repeats_run_of(const double *medians_ns, int n);

struct repeats {
    int runs;               /* fewer than REPEATS_MIN: nothing below holds */
    double within, between; /* T_1^2, T_2^2; between may be below 0 */
    double spread;          /* S_2: of the runs, as a share of the median */
    double run_s;           /* mean length of the runs */
    double best_run_s;      /* the best; 0: the longer the better */
    int more_runs;          /* longer runs will not help; more runs will */
    int64_t needed;         /* runs for an interval of +- 5 % */
};

#define REPEATS_MIN 3

struct repeats repeats_of(const struct repeats_run *runs, int n);

/* Two lines of advice, each indented by two; none for too few runs. */
void repeats_print(const struct repeats *repeats, FILE *to);

#endif
