#include "harness/lab.h"

static const double string_overhead_bytes = 49;

double lab_factor(int64_t message_size_bytes)
{
    double size = (double)message_size_bytes;

    return (size + string_overhead_bytes) / size * (LAB_WINDOW - 1) /
           (LAB_WINDOW - 2);
}

size_t lab_curve(const int64_t *t, size_t n, int64_t message_size_bytes,
                 struct lab_point *points)
{
    double bits = 8.0 * (double)message_size_bytes * LAB_WINDOW;
    size_t npoints = 0;

    for (size_t k = LAB_WINDOW; k < n; k += LAB_WINDOW) {
        double interval_ns = (double)(t[k] - t[k - LAB_WINDOW]);

        if (interval_ns > 0)
            points[npoints++] = (struct lab_point){t[k],
                                                   bits * 1e9 / interval_ns};
    }
    return npoints;
}

double lab_replay(const int64_t *t, size_t n, int64_t message_size_bytes)
{
    double size_bits = 8 * ((double)message_size_bytes + string_overhead_bytes);
    double printed = 0;
    size_t first = 0;

    for (size_t last = 1; last < n; last++) {
        /* if len(window) >= 20: window.pop(0) */
        if (last - first + 1 >= LAB_WINDOW)
            first++;
        if (t[last] > t[first])
            printed = (double)(last - first + 1) * size_bits * 1e9 /
                      (double)(t[last] - t[first]);
    }
    return printed;
}
