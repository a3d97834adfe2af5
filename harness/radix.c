#include "harness/radix.h"

#include <string.h>

enum { FEW = 48, BYTE = 8, BUCKETS = 1 << BYTE };
enum { MANY = 4096, WIDE = 11 }; /* a wider digit, for that many values */

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
    uint64_t least, width;
};

static struct range range_of(const int64_t *values, size_t n)
{
    int64_t least = values[0], most = values[0];

    for (size_t i = 1; i < n; i++) {
        least = values[i] < least ? values[i] : least;
        most = values[i] > most ? values[i] : most;
    }
    return (struct range){(uint64_t)least, (uint64_t)most - (uint64_t)least};
}

static int bits_of(uint64_t width)
{
    return width ? 64 - __builtin_clzll(width) : 0;
}

/* ---- far apart: into buckets by the highest byte, and each again ---- */

static unsigned bucket_of(const struct range *range, int64_t value)
{
    uint64_t distance = (uint64_t)value - range->least;

    return (unsigned)(distance >> (bits_of(range->width) - BYTE));
}

/* ends[b]: where bucket b ends. */
static void measure(const struct range *range, const int64_t *values, size_t n,
                    size_t *ends)
{
    size_t sum = 0;

    memset(ends, 0, BUCKETS * sizeof *ends);
    for (size_t i = 0; i < n; i++)
        ends[bucket_of(range, values[i])]++;
    for (int b = 0; b < BUCKETS; b++)
        ends[b] = sum += ends[b];
}

/* Each value goes where its bucket has room, and takes the next one along. */
static void split(const struct range *range, int64_t *values,
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

static void sort_far(const struct range *range, int64_t *values, size_t n)
{
    size_t ends[BUCKETS], start = 0;

    measure(range, values, n, ends);
    split(range, values, ends);
    for (int b = 0; b < BUCKETS; start = ends[b++])
        if (ends[b] - start > 1)
            radix_sort(values + start, ends[b] - start);
}

/* ---- near each other: half as long, so that there is room for two ---- */

/* The memory of n values as two halves of n numbers of 32 bits each. */
struct halves {
    char *from, *to;
    size_t n;
};

static uint32_t get(const char *half, size_t i)
{
    uint32_t value;

    memcpy(&value, half + i * sizeof value, sizeof value);
    return value;
}

static void put(char *half, size_t i, uint32_t value)
{
    memcpy(half + i * sizeof value, &value, sizeof value);
}

static void by_digit(const struct halves *halves, int shift, int bits)
{
    size_t next[1 << WIDE], sum = 0;
    uint32_t mask = (UINT32_C(1) << bits) - 1;

    memset(next, 0, ((size_t)mask + 1) * sizeof *next);
    for (size_t i = 0; i < halves->n; i++)
        next[get(halves->from, i) >> shift & mask]++;
    for (uint32_t digit = 0; digit <= mask; digit++) {
        size_t count = next[digit];

        next[digit] = sum;
        sum += count;
    }
    for (size_t i = 0; i < halves->n; i++) {
        uint32_t value = get(halves->from, i);

        put(halves->to, next[value >> shift & mask]++, value);
    }
}

/* A value is read before it is written over: upwards from behind, or down. */
static void widen(int64_t *values, const struct halves *halves, uint64_t least)
{
    size_t n = halves->n;
    int is_behind = halves->from > (char *)values;

    for (size_t i = 0; i < n; i++) {
        size_t at = is_behind ? i : n - 1 - i;

        values[at] = (int64_t)(least + get(halves->from, at));
    }
}

static void sort_near(const struct range *range, int64_t *values, size_t n)
{
    struct halves halves = {(char *)values,
                            (char *)values + n * sizeof(uint32_t), n};
    int bits = bits_of(range->width), most = n < MANY ? BYTE : WIDE;
    int digits = (bits + most - 1) / most;

    for (size_t i = 0; i < n; i++)
        put(halves.from, i, (uint32_t)((uint64_t)values[i] - range->least));
    for (int d = 0; d < digits; d++) {
        char *sorted = halves.to;

        by_digit(&halves, d * bits / digits,
                 (d + 1) * bits / digits - d * bits / digits);
        halves.to = halves.from;
        halves.from = sorted;
    }
    widen(values, &halves, range->least);
}

void radix_sort(int64_t *values, size_t n)
{
    struct range range;

    if (n <= FEW) {
        insertion_sort(values, n);
        return;
    }
    range = range_of(values, n);
    if (range.width > UINT32_MAX)
        sort_far(&range, values, n);
    else
        sort_near(&range, values, n);
}
