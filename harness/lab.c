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

/* The points of one column, n of them; `to` may be where they are. */
static size_t keep_four(struct lab_point *to, const struct lab_point *from,
                        size_t n)
{
    size_t least = 0, most = 0, kept = 0;

    for (size_t i = 1; i < n; i++) {
        if (from[i].bit_per_s < from[least].bit_per_s)
            least = i;
        if (from[i].bit_per_s > from[most].bit_per_s)
            most = i;
    }
    /* None is written before it was read: what is kept moves to the front. */
    for (size_t i = 0; i < n; i++)
        if (i == 0 || i == least || i == most || i == n - 1)
            to[kept++] = from[i];
    return kept;
}

size_t lab_thin(struct lab_point *points, size_t n, int64_t start_ns,
                int64_t end_ns, int columns)
{
    double per_ns = end_ns > start_ns ? columns / (double)(end_ns - start_ns)
                                      : 0; /* all in one column */
    size_t kept = 0, next;

    for (size_t i = 0; i < n; i = next) {
        int column = (int)((double)(points[i].at_ns - start_ns) * per_ns);

        next = i + 1;
        while (next < n && (int)((double)(points[next].at_ns - start_ns) *
                                 per_ns) == column)
            next++;
        kept += keep_four(points + kept, points + i, next - i);
    }
    return kept;
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
