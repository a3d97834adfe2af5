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

/* The next walk begins where the last one ended, and leads back. */
static void turn(struct flow *flow, const struct flow_path *path)
{
    const double least = 1 / 8.0, most = 1 / 2.0;
    double slope = least + (most - least) * draw(flow, path);

    flow->slope = copysign(slope, -flow->slope);
    flow->turn_ns += (int64_t)(2 * (double)path->jitter_ns / slope);
}

/* The first walk, from anywhere between the bounds, either way. */
static void set_out(struct flow *flow, const struct flow_path *path,
                    int64_t now_ns)
{
    int64_t walk_ns;

    flow->turn_ns = now_ns;
    flow->slope = draw(flow, path) - 0.5;
    turn(flow, path);
    walk_ns = flow->turn_ns - now_ns;
    flow->turn_ns -= (int64_t)(draw(flow, path) * (double)walk_ns);
}

/* What the jitter adds to the delay at sent_ns. */
static int64_t swing_ns(struct flow *flow, const struct flow_path *path,
                        int64_t sent_ns)
{
    enum { LONG_PAUSE = 10000 }; /* a thousand walks are not walked */

    if (path->jitter_ns == 0)
        return 0;
    if ((sent_ns - flow->turn_ns) / LONG_PAUSE > path->jitter_ns ||
        flow->draws == 0)
        set_out(flow, path, sent_ns);
    while (flow->turn_ns < sent_ns)
        turn(flow, path);
    return (int64_t)(copysign((double)path->jitter_ns, flow->slope) -
                     flow->slope * (double)(flow->turn_ns - sent_ns));
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
    flow->last_due_ns = later(
        flow->last_due_ns,
        sent_ns + later(0, path->delay_ns + swing_ns(flow, path, sent_ns)));
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
