#include "harness/silence.h"

#include "lib/outage.h"

enum { CELLS = 1024 };

/* The first and the last answer of each cell of time; first < 0: none. */
struct cells {
    int64_t start_ns, span_ns;
    int64_t first[CELLS], last[CELLS];
};

static void fill(struct cells *cells, const struct samples *samples)
{
    double per_ns = CELLS / ((double)cells->span_ns + 1);

    for (int i = 0; i < CELLS; i++)
        cells->first[i] = -1;
    for (size_t i = 0; i < samples->n; i++) {
        int64_t at = samples->received_ns[i] - cells->start_ns;
        int cell = (int)((double)at * per_ns);

        if (cell >= CELLS) /* rounded up, in a span near 2^53 */
            cell = CELLS - 1;
        if (cells->first[cell] < 0)
            cells->first[cell] = cells->last[cell] = at;
        else if (at < cells->first[cell])
            cells->first[cell] = at;
        else if (at > cells->last[cell])
            cells->last[cell] = at;
    }
}

static void look_at(struct silence *out, int64_t from_ns, int64_t to_ns)
{
    if (to_ns - from_ns <= out->longest_ns)
        return;
    out->longest_ns = to_ns - from_ns;
    out->from_ns = from_ns;
}

/* A stretch longer than a cell has its ends in two of them. */
static void find_longest(struct silence *out, const struct cells *cells)
{
    int64_t last = 0;

    for (int i = 0; i < CELLS; i++) {
        if (cells->first[i] < 0)
            continue;
        look_at(out, last, cells->first[i]);
        last = cells->last[i];
    }
    look_at(out, last, cells->span_ns);
    if (out->longest_ns <= cells->span_ns / CELLS + 1)
        out->longest_ns = out->from_ns = 0;
    out->is_outage = out->longest_ns > out->limit_ns;
    out->lasts = cells->span_ns - last > out->limit_ns;
    out->from_ns += cells->start_ns;
}

struct silence silence_of(const struct samples *samples)
{
    struct cells cells = {.start_ns = samples->ledger.first_sent_ns};
    struct silence out = {0};

    cells.span_ns = samples->end_ns - cells.start_ns;
    if (cells.start_ns == LEDGER_ABSENT || cells.span_ns <= 0)
        return out;
    out.limit_ns = outage_limit_ns(cells.span_ns, samples->ledger.rows,
                                   samples->patience_ns);
    fill(&cells, samples);
    find_longest(&out, &cells);
    return out;
}
