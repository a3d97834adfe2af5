#include "harness/autocorrelation.h"
#include "tests/unit/check.h"

#include "lib/rng.h"

#include <math.h>
#include <stdlib.h>

enum { MOST = 200000 };

struct data {
    int64_t received[MOST], rtt[MOST];
    uint32_t conn[MOST];
};

static struct autocorrelation of(struct data *data, size_t n, int64_t from_ns)
{
    struct samples samples = {.n = n,
                              .nconns = 3,
                              .received_ns = data->received,
                              .rtt_ns = data->rtt,
                              .conn = data->conn};
    struct autocorrelation out;
    struct err err;

    if (autocorrelation_of(&out, &samples, from_ns, &err) < 0)
        exit(1);
    return out;
}

/* ln RTT is AR(1) on connection 1; every fourth message is on connection 2. */
static void fill(struct data *data, double phi)
{
    double x = 0;

    for (int i = 0; i < MOST; i++) {
        data->received[i] = i;
        data->conn[i] = i % 4 ? 1 : 2;
        data->rtt[i] = 5;
        if (i % 4 == 0)
            continue;
        x = phi * x + rng_unit(1, 2, (uint64_t)i) - 0.5;
        data->rtt[i] = (int64_t)(1e6 * exp(x));
    }
}

/* The value at a lag that there is. */
static double at(const struct autocorrelation *all, int64_t lag)
{
    for (int i = 0; i < all->lags; i++)
        if (all->point[i].lag == lag)
            return all->point[i].r;
    return 99;
}

static void test_memory(struct data *data)
{
    struct autocorrelation all;
    int falls = 0;

    fill(data, 0.9);
    all = of(data, MOST, -1);
    CHECK_INT(all.n, AUTOCORRELATION_MAX);
    CHECK_NEAR(all.bound, 1.96 / sqrt(AUTOCORRELATION_MAX), 1e-12);
    CHECK_NEAR(at(&all, 1), 0.9, 0.01);
    CHECK_NEAR(at(&all, 2), 0.81, 0.02);
    CHECK_NEAR(at(&all, 5), pow(0.9, 5), 0.03);
    CHECK_INT(all.point[all.lags - 1].lag, AUTOCORRELATION_LAG_MAX);
    CHECK_NEAR(all.point[all.lags - 1].r, 0, 0.05);
    for (int i = 1; i < all.lags; i++)
        falls += all.point[i].lag <= all.point[i - 1].lag;
    CHECK_INT(falls, 0);
}

/* What came before from_ns is not looked at. */
static void test_part(struct data *data)
{
    struct autocorrelation all;

    fill(data, 0);
    for (int i = 0; i < 1000; i++)
        data->rtt[i] *= 100;
    all = of(data, 2000, 999);
    CHECK_INT(all.n, 750);
    CHECK(fabs(at(&all, 1)) < 3 * all.bound);
    CHECK_INT(all.point[all.lags - 1].lag, 187);
    CHECK(at(&(struct autocorrelation){0}, 1) > 1);
    all = of(data, 2000, -1);
    CHECK(at(&all, 1) > 0.9);
}

static void test_nothing(struct data *data)
{
    fill(data, 0.5);
    CHECK_INT(of(data, 0, -1).n, 0);
    CHECK_INT(of(data, 79, -1).n, 0);
    CHECK_INT(of(data, 81, -1).n, 60);
    for (int i = 0; i < 1000; i++)
        data->rtt[i] = 7;
    CHECK_INT(of(data, 1000, -1).n, 0);
}

int main(void)
{
    struct data *data = malloc(sizeof *data);

    if (!data)
        return 1;
    test_memory(data);
    test_part(data);
    test_nothing(data);
    free(data);
    return check_done();
}
