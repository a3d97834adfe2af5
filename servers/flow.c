#include "servers/flow.h"

#include "lib/rng.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int64_t later(int64_t a_ns, int64_t b_ns)
{
    return a_ns > b_ns ? a_ns : b_ns;
}

static double draw(struct flow *flow, const struct flow_path *path)
{
    return rng_unit(path->seed, flow->stream, flow->draws++);
}

static double draw_slope(struct flow *flow, const struct flow_path *path)
{
    const double least = 1 / 8.0, most = 1 / 2.0;

    return least + (most - least) * draw(flow, path);
}

static void draw_swing(struct flow *flow, const struct flow_path *path)
{
    flow->swing_ns = (2 * draw(flow, path) - 1) * (double)path->jitter_ns;
    flow->slope = draw_slope(flow, path);
    if (draw(flow, path) < 0.5)
        flow->slope = -flow->slope;
}

/* A gap below 2 x jitter: at these slopes it sees one turn at the most. */
static void wander(struct flow *flow, const struct flow_path *path,
                   double gap_ns)
{
    double bound_ns = copysign((double)path->jitter_ns, flow->slope);
    double beyond_ns = fabs(flow->slope) * gap_ns -
                       fabs(bound_ns - flow->swing_ns);

    if (beyond_ns <= 0) {
        flow->swing_ns += flow->slope * gap_ns;
        return;
    }
    gap_ns = beyond_ns / fabs(flow->slope);
    flow->slope = -copysign(draw_slope(flow, path), flow->slope);
    flow->swing_ns = bound_ns + flow->slope * gap_ns;
}

static int64_t delay_at_ns(struct flow *flow, const struct flow_path *path,
                           int64_t sent_ns)
{
    int64_t gap_ns = sent_ns - flow->last_sent_ns;

    if (path->jitter_ns == 0)
        return path->delay_ns;
    if (flow->draws == 0 || gap_ns >= 2 * path->jitter_ns)
        draw_swing(flow, path);
    else
        wander(flow, path, (double)gap_ns);
    flow->last_sent_ns = sent_ns;
    return later(0, path->delay_ns + (int64_t)flow->swing_ns);
}

int64_t flow_due_ns(struct flow *flow, const struct flow_path *path, size_t len,
                    int64_t now_ns)
{
    double rate = path->rate_bits_per_s;
    int64_t sent_ns = now_ns;

    if (rate > 0) {
        sent_ns = later(now_ns, *flow->link_free_ns) +
                  (int64_t)(8e9 * (double)len / rate);
        *flow->link_free_ns = sent_ns;
    }
    flow->last_due_ns = later(flow->last_due_ns,
                              sent_ns + delay_at_ns(flow, path, sent_ns));
    return flow->last_due_ns;
}

int64_t flow_backlog_bytes(const struct flow *flow,
                           const struct flow_path *path, int64_t now_ns)
{
    if (path->rate_bits_per_s <= 0 || *flow->link_free_ns <= now_ns)
        return 0;
    return (int64_t)((double)(*flow->link_free_ns - now_ns) *
                     path->rate_bits_per_s / 8e9);
}

int flow_put(struct flow *flow, const struct flow_path *path, const char *bytes,
             size_t len, int64_t now_ns)
{
    struct flow_chunk *chunk = malloc(sizeof *chunk + len);

    if (!chunk)
        return -1;
    chunk->next = NULL;
    chunk->len = len;
    chunk->done = 0;
    chunk->is_reset = 0;
    chunk->due_ns = flow_due_ns(flow, path, len, now_ns);
    memcpy(chunk->bytes, bytes, len);
    if (flow->tail)
        flow->tail->next = chunk;
    else
        flow->head = chunk;
    flow->tail = chunk;
    flow->queued_bytes += len;
    return 0;
}

int64_t flow_next_ns(const struct flow *flow)
{
    return flow->head ? flow->head->due_ns : INT64_MAX;
}

void flow_pop(struct flow *flow)
{
    struct flow_chunk *chunk = flow->head;

    flow->head = chunk->next;
    if (!flow->head)
        flow->tail = NULL;
    flow->queued_bytes -= chunk->len;
    free(chunk);
}

void flow_release(struct flow *flow)
{
    while (flow->head)
        flow_pop(flow);
}
