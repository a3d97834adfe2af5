/*
 * The lab's own numbers: its curve over 20 echoes, and what its script of 2018
 * would have printed for the same run.
 *
 * The script kept a window of 20 but dropped one before it divided: 19 sizes
 * over 18 intervals.  It took a message for sys.getsizeof() of the string,
 * which is 49 bytes more than its characters (CPython 3.3 to 3.11, 64 bits).
 * So it printed (L + 49) / L x 19/18 of the rate: 1.10728 for 1000 bytes.
 */
#ifndef HARNESS_LAB_H
#define HARNESS_LAB_H

#include <stddef.h>
#include <stdint.h>

#define LAB_WINDOW 20

/* What the script printed over what was true, in a steady closed loop. */
double lab_factor(int64_t message_size_bytes);

/* A point of the lab's curve: the rate over the 20 echoes that end here. */
struct lab_point {
    int64_t at_ns;
    double bit_per_s;
};

/*
 * r(k) = 8 L W / (t_k - t_(k-W)) for k = W, 2W, ... over the times at which
 * one connection had its answers, t[0..n) ascending.  `points` has room for
 * n / LAB_WINDOW.  Returns their number; an interval of no length is left out.
 */
size_t lab_curve(const int64_t *t, size_t n, int64_t message_size_bytes,
                 struct lab_point *points);

/*
 * Leave only the points that a line of so many columns of pixels from start_ns
 * to end_ns shows: the first, the least, the greatest and the last of each.
 * Returns how many are left, at the front and in their order.
 *
 * source   Jugel et al. (2014), M4
 */
size_t lab_thin(struct lab_point *points, size_t n, int64_t start_ns,
                int64_t end_ns, int columns);

/* The script again, echo by echo: its last output; 0 before the second echo. */
double lab_replay(const int64_t *t, size_t n, int64_t message_size_bytes);

#endif
