#include "harness/lab.h"
#include "tests/unit/check.h"

enum { N = 101, RTT_NS = 191000 };

static void fixed_rtt(int64_t *t)
{
    for (int i = 0; i < N; i++)
        t[i] = (int64_t)(i + 1) * RTT_NS;
}

static void test_factor(void)
{
    CHECK_NEAR(lab_factor(1000), 1.10728, 5e-6);
    CHECK_NEAR(lab_factor(1), 50 * 19 / 18.0, 1e-9);
    CHECK_NEAR(lab_factor(1460), (1509 / 1460.0) * (19 / 18.0), 1e-12);
}

/* rate x RTT = 8 L exactly, at every point; one point for 20 echoes. */
static void test_curve(void)
{
    struct lab_point points[N / LAB_WINDOW];
    int64_t t[N];

    fixed_rtt(t);
    CHECK_INT(lab_curve(t, N, 1000, points), 5);
    for (int i = 0; i < 5; i++) {
        CHECK_NEAR(points[i].bit_per_s * RTT_NS / 1e9, 8000, 1e-9);
        CHECK_INT(points[i].at_ns, t[20 * ((size_t)i + 1)]);
    }
    CHECK_INT(lab_curve(t, 20, 1000, points), 0);
    CHECK_INT(lab_curve(t, 21, 1000, points), 1);
    CHECK_INT(lab_curve(t, 0, 1000, points), 0);
    for (int i = 0; i < N; i++)
        t[i] = 5;
    CHECK_INT(lab_curve(t, N, 1000, points), 0);
}

/* Of a column only its first, least, greatest and last point are left. */
static void test_thin(void)
{
    static const double rates[] = {5, 1, 4, 9, 4, 6, 7, 7, 3};
    static const int64_t left[] = {0, 1, 3, 5, 6, 8};
    struct lab_point points[9];

    for (int i = 0; i < 9; i++)
        points[i] = (struct lab_point){1000 + i, rates[i]};
    CHECK_INT(lab_thin(points, 9, 1000, 1012, 2), 6);
    for (int i = 0; i < 6; i++) {
        CHECK_INT(points[i].at_ns, 1000 + left[i]);
        CHECK_NEAR(points[i].bit_per_s, rates[left[i]], 0);
    }
    CHECK_INT(lab_thin(points, 6, 1000, 1012, 100), 6);
    CHECK_INT(lab_thin(points, 1, 1000, 1012, 2), 1);
    CHECK_INT(lab_thin(points, 0, 1000, 1012, 2), 0);
    /* No time at all is one column. */
    CHECK_INT(lab_thin(points, 3, 1000, 1000, 2), 3);
    CHECK_INT(lab_thin(points, 1, 1000, 1000, 2), 1);
}

/* A curve of any length becomes four points a column at most. */
static void test_thin_long(void)
{
    enum { LONG = 100000, COLUMNS = 100 };
    static struct lab_point points[LONG];
    double least = 1e9, most = 0;
    size_t n;

    for (int i = 0; i < LONG; i++)
        points[i] = (struct lab_point){i, 100 + i % 97};
    points[54321].bit_per_s = 1;
    points[12345].bit_per_s = 999;
    n = lab_thin(points, LONG, 0, LONG, COLUMNS);
    CHECK(n > (size_t)3 * COLUMNS && n <= (size_t)4 * COLUMNS);
    for (size_t i = 0; i < n; i++) {
        least = points[i].bit_per_s < least ? points[i].bit_per_s : least;
        most = points[i].bit_per_s > most ? points[i].bit_per_s : most;
        CHECK(i == 0 || points[i].at_ns > points[i - 1].at_ns);
    }
    CHECK_NEAR(least, 1, 0);
    CHECK_NEAR(most, 999, 0);
}

/* The script, step by step, printed what the factor says. */
static void test_replay(void)
{
    int64_t t[N];

    fixed_rtt(t);
    CHECK_NEAR(lab_replay(t, N, 1000) / (8000 * 1e9 / RTT_NS), 1.10728, 5e-6);
    CHECK_NEAR(lab_replay(t, N, 64) / (512 * 1e9 / RTT_NS), lab_factor(64),
               1e-9);
    CHECK_NEAR(lab_replay(t, 1, 1000), 0, 0);
    /* Two in the window: two sizes over one interval. */
    CHECK_NEAR(lab_replay(t, 2, 1000), 2 * 8 * 1049 * 1e9 / RTT_NS, 1e-3);
}

int main(void)
{
    test_factor();
    test_curve();
    test_thin();
    test_thin_long();
    test_replay();
    return check_done();
}
