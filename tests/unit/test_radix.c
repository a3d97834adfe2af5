#include "harness/radix.h"
#include "tests/unit/check.h"
#include "tests/unit/random.h"

#include <stdlib.h>

static int compare(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

/* Against qsort: 1 when both give the same. */
static int agrees(int64_t *values, size_t n)
{
    int64_t *want = malloc((n + 1) * sizeof *want);
    int is_same;

    memcpy(want, values, n * sizeof *want);
    qsort(want, n, sizeof *want, compare);
    radix_sort(values, n);
    is_same = memcmp(values, want, n * sizeof *want) == 0;
    free(want);
    return is_same;
}

static void test_random(void)
{
    enum { N = 20000 };
    static int64_t x[N];
    uint64_t state = 1;

    for (int bits = 0; bits < 63; bits++) {
        double range = ldexp(1, bits);

        for (int i = 0; i < N; i++)
            x[i] = (int64_t)((random_unit(&state) - 0.3) * range);
        CHECK(agrees(x, N));
    }
}

static void test_small(void)
{
    int64_t x[200] = {0};
    uint64_t state = 2;

    for (size_t n = 0; n <= 200; n++) {
        for (size_t i = 0; i < n; i++)
            x[i] = (int64_t)(random_unit(&state) * 1000);
        CHECK(agrees(x, n));
    }
}

static void test_shapes(void)
{
    enum { N = 5000 };
    static int64_t x[N];

    for (int i = 0; i < N; i++)
        x[i] = 7;
    CHECK(agrees(x, N));
    for (int i = 0; i < N; i++)
        x[i] = N - i;
    CHECK(agrees(x, N));
    CHECK(agrees(x, N)); /* sorted already */
    for (int i = 0; i < N; i++)
        x[i] = i % 3 == 0 ? INT64_MIN : i % 3 == 1 ? INT64_MAX : i;
    CHECK(agrees(x, N));
}

/* Where the distances fit into 32 bits, and where they just do not. */
static void test_widths(void)
{
    enum { N = 5000 };
    static int64_t x[N];
    uint64_t state = 3;

    for (int64_t width = UINT32_MAX - 1; width <= INT64_C(1) << 32; width++)
        for (size_t n = 100; n <= N; n += N - 100) {
            for (size_t i = 0; i < n; i++)
                x[i] = (int64_t)(random_unit(&state) * (double)width) - 9;
            x[n / 2] = width - 9;
            x[n / 3] = -9;
            CHECK(agrees(x, n));
        }
}

int main(void)
{
    test_random();
    test_small();
    test_shapes();
    test_widths();
    return check_done();
}
