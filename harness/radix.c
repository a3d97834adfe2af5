#include "harness/radix.h"

enum { BITS = 8, BUCKETS = 1 << BITS, FEW = 48 };

static void insertion_sort(int64_t *values, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        int64_t value = values[i];
        size_t at = i;

        for (; at > 0 && values[at - 1] > value; at--)
            values[at] = values[at - 1];
        values[at] = value;
    }
}

/* Values as distances from the least, so that the sign takes no bit. */
struct range {
    int64_t least;
    int shift; /* of the byte that counts */
};

static unsigned bucket_of(const struct range *range, int64_t value)
{
    uint64_t distance = (uint64_t)value - (uint64_t)range->least;

    return (unsigned)(distance >> range->shift) % BUCKETS;
}

/* ends[b]: where bucket b ends. */
static void measure(const struct range *range, const int64_t *values, size_t n,
                    size_t *ends)
{
    size_t sum = 0;

    for (int b = 0; b < BUCKETS; b++)
        ends[b] = 0;
    for (size_t i = 0; i < n; i++)
        ends[bucket_of(range, values[i])]++;
    for (int b = 0; b < BUCKETS; b++)
        ends[b] = sum += ends[b];
}

/* Each value goes where its bucket has room, and takes the next one along. */
static void scatter(const struct range *range, int64_t *values,
                    const size_t *ends)
{
    size_t next[BUCKETS];

    for (int b = 0; b < BUCKETS; b++)
        next[b] = b > 0 ? ends[b - 1] : 0;
    for (unsigned b = 0; b < BUCKETS; b++) {
        while (next[b] < ends[b]) {
            int64_t value = values[next[b]];
            unsigned home = bucket_of(range, value);

            while (home != b) {
                int64_t other = values[next[home]];

                values[next[home]++] = value;
                value = other;
                home = bucket_of(range, value);
            }
            values[next[b]++] = value;
        }
    }
}

static void sort_range(struct range range, int64_t *values, size_t n)
{
    size_t ends[BUCKETS], start = 0;

    if (n <= FEW) {
        insertion_sort(values, n);
        return;
    }
    measure(&range, values, n, ends);
    scatter(&range, values, ends);
    if (range.shift == 0)
        return;
    range.shift -= BITS;
    for (int b = 0; b < BUCKETS; start = ends[b++])
        if (ends[b] - start > 1)
            sort_range(range, values + start, ends[b] - start);
}

void radix_sort(int64_t *values, size_t n)
{
    struct range range = {0, 0};
    int64_t least, most;
    uint64_t width;

    if (n < 2)
        return;
    least = most = values[0];
    for (size_t i = 1; i < n; i++) {
        least = values[i] < least ? values[i] : least;
        most = values[i] > most ? values[i] : most;
    }
    range.least = least;
    width = (uint64_t)most - (uint64_t)least;
    while (range.shift < 64 - BITS && width >> range.shift >= BUCKETS)
        range.shift += BITS;
    sort_range(range, values, n);
}
