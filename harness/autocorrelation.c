#include "harness/autocorrelation.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The connection with most answers; counts[] has room for all. */
static uint32_t busiest(const struct samples *samples, int64_t *counts)
{
    uint32_t best = 0;

    for (size_t i = 0; i < samples->n; i++)
        counts[samples->conn[i]]++;
    for (uint32_t conn = 1; conn < samples->nconns; conn++)
        if (counts[conn] > counts[best])
            best = conn;
    return best;
}

/* From the end, so that a long run is past its start; time has no direction
 * here. */
static int64_t take(double *x, const struct samples *samples, uint32_t conn,
                    int64_t from_ns)
{
    int64_t n = 0;

    for (size_t i = samples->n; i-- > 0 && n < AUTOCORRELATION_MAX;)
        if (samples->conn[i] == conn && samples->received_ns[i] > from_ns)
            x[n++] = log((double)samples->rtt_ns[i]);
    return n;
}

/* Takes the mean off; returns the sum of squares of what is left. */
static double centre(double *x, int64_t n)
{
    double sum = 0, squares = 0;

    for (int64_t i = 0; i < n; i++)
        sum += x[i];
    for (int64_t i = 0; i < n; i++) {
        x[i] -= sum / (double)n;
        squares += x[i] * x[i];
    }
    return squares;
}

static double product(const double *x, int64_t n, int64_t lag)
{
    double sum = 0;

    for (int64_t i = 0; i + lag < n; i++)
        sum += x[i] * x[i + lag];
    return sum;
}

static void correlate(struct autocorrelation *out, double *x, int64_t n)
{
    double squares = centre(x, n);
    int64_t most = n / 4, lag = 0;

    if (n < AUTOCORRELATION_MIN || squares <= 1e-12 * (double)n)
        return;
    if (most > AUTOCORRELATION_LAG_MAX)
        most = AUTOCORRELATION_LAG_MAX;
    out->n = n;
    out->bound = 1.96 / sqrt((double)n);
    for (int i = 0; i < AUTOCORRELATION_LAGS; i++) {
        double share = (double)i / (AUTOCORRELATION_LAGS - 1);
        int64_t next = llround(pow((double)most, share));

        lag = next > lag ? next : lag + 1;
        if (lag > most)
            return;
        out->point[out->lags++] = (struct autocorrelation_point){
            lag, product(x, n, lag) / squares};
    }
}

int autocorrelation_of(struct autocorrelation *out,
                       const struct samples *samples, int64_t from_ns,
                       struct err *err)
{
    size_t room = samples->n < AUTOCORRELATION_MAX ? samples->n
                                                   : AUTOCORRELATION_MAX;
    int64_t *counts = calloc((size_t)samples->nconns + 1, sizeof *counts);
    double *x = malloc((room + 1) * sizeof *x);
    int status = 0;

    memset(out, 0, sizeof *out);
    if (!counts || !x)
        status = err_set(err, ERR_RESOURCE, "no-memory", "out of memory");
    else if (samples->n > 0)
        correlate(out, x, take(x, samples, busiest(samples, counts), from_ns));
    free(counts);
    free(x);
    return status;
}
