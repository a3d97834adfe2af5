#include "clients/arrival.h"

#include "lib/rng.h"

#include <math.h>
#include <string.h>

/* Streams of the generator, which others of the same seed use too. */
static const uint64_t arrival_stream = UINT64_C(0xa221) << 32;

/* Exponential: -ln(1 - u) for u in [0, 1). */
static double gap_ns(const struct arrival *arrival)
{
    double u = rng_unit(arrival->seed, arrival_stream + arrival->stream,
                        arrival->n);

    return -log1p(-u) * arrival->interval_ns;
}

void arrival_init(struct arrival *arrival, enum arrival_kind kind, double per_s,
                  uint64_t seed)
{
    memset(arrival, 0, sizeof *arrival);
    arrival->kind = kind;
    arrival->interval_ns = 1e9 / per_s;
    arrival->seed = seed;
    if (kind == ARRIVAL_POISSON)
        arrival->offset_ns = gap_ns(arrival);
}

void arrival_split(struct arrival *arrival, int stream, int streams)
{
    if (arrival->kind == ARRIVAL_CONSTANT)
        arrival->offset_ns = arrival->interval_ns * stream;
    arrival->interval_ns *= streams;
    arrival->stream = (uint64_t)stream;
    if (arrival->kind == ARRIVAL_POISSON)
        arrival->offset_ns = gap_ns(arrival);
}

int64_t arrival_due_ns(const struct arrival *arrival)
{
    if (arrival->kind == ARRIVAL_POISSON)
        return (int64_t)arrival->offset_ns;
    /* From the number, not by adding up: nothing drifts. */
    return (int64_t)(arrival->offset_ns +
                     (double)arrival->n * arrival->interval_ns);
}

void arrival_next(struct arrival *arrival)
{
    arrival->n++;
    if (arrival->kind == ARRIVAL_POISSON)
        arrival->offset_ns += gap_ns(arrival);
}
