#include "harness/heat.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void find_range(struct heat *heat, const struct samples *samples)
{
    heat->lo_ns = heat->hi_ns = samples->rtt_ns[0];
    for (size_t i = 1; i < samples->n; i++) {
        if (samples->rtt_ns[i] < heat->lo_ns)
            heat->lo_ns = samples->rtt_ns[i];
        if (samples->rtt_ns[i] > heat->hi_ns)
            heat->hi_ns = samples->rtt_ns[i];
    }
}

/* The step that a share of a range belongs to; its end belongs to the last. */
static int step_of(double share, int steps)
{
    int step = (int)(share * steps);

    return step < 0 ? 0 : step < steps ? step : steps - 1;
}

static void count(struct heat *heat, const struct samples *samples)
{
    double seconds = (double)(heat->end_ns - heat->start_ns);
    double low = log((double)heat->lo_ns);
    double decades = log((double)heat->hi_ns) - low;

    for (size_t i = 0; i < samples->n; i++) {
        double at = (double)(samples->received_ns[i] - heat->start_ns);
        double height = log((double)samples->rtt_ns[i]) - low;
        int x = seconds > 0 ? step_of(at / seconds, HEAT_X) : 0;
        int y = decades > 0 ? step_of(height / decades, HEAT_Y) : 0;
        uint32_t *cell = &heat->cell[y * HEAT_X + x];

        if (++*cell > heat->most)
            heat->most = *cell;
    }
}

int heat_of(struct heat *out, const struct samples *samples, struct err *err)
{
    memset(out, 0, sizeof *out);
    if (samples->n == 0)
        return 0;
    out->cell = calloc((size_t)HEAT_X * HEAT_Y, sizeof *out->cell);
    if (!out->cell)
        return err_set(err, ERR_RESOURCE, "no-memory", "out of memory");
    out->start_ns = samples->ledger.first_sent_ns;
    out->end_ns = samples->end_ns;
    find_range(out, samples);
    count(out, samples);
    return 0;
}

void heat_release(struct heat *heat)
{
    free(heat->cell);
    memset(heat, 0, sizeof *heat);
}
