#include "harness/compare_words.h"

#include "lib/num.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- ratios ---- */

const char *words_factor(double factor, char cell[WORDS_CELL])
{
    double unit = pow(10, floor(log10(factor)) - 2);

    if (factor >= 1e6 || factor < 0.01)
        snprintf(cell, WORDS_CELL, "%.3g", factor);
    else if (factor >= 1000)
        snprintf(cell, WORDS_CELL, "%.0f", round(factor / unit) * unit);
    else
        snprintf(cell, WORDS_CELL, "%.*f",
                 factor < 1       ? 3
                 : factor < 9.995 ? 2
                                  : factor < 99.95,
                 factor);
    return cell;
}

static int is_small(double ratio)
{
    return ratio > 0.5 && ratio < 2;
}

/* Is it told as a change in percent, or as a factor? */
static int is_change(const struct shift *of)
{
    return is_small(of->value) &&
           (!of->has_interval || (is_small(of->lo) && is_small(of->hi)));
}

const char *words_bound(double ratio, const struct shift *of,
                        char cell[WORDS_CELL])
{
    if (!is_change(of))
        return words_factor(ratio, cell);
    snprintf(cell, WORDS_CELL, "%+.*f %%", fabs(ratio - 1) < 0.1 ? 2 : 1,
             100 * (ratio - 1));
    return cell;
}

const char *words_ratio(double ratio, const struct shift *of,
                        char cell[WORDS_CELL])
{
    char bound[WORDS_CELL];

    words_bound(ratio, of, bound);
    snprintf(cell, WORDS_CELL, "%s%.28s", is_change(of) ? "" : "x ", bound);
    return cell;
}

void words_interval(const struct shift *ratio, struct buf *to)
{
    char value[WORDS_CELL], lo[WORDS_CELL], hi[WORDS_CELL];

    buf_addf(to, "RTT %s", words_ratio(ratio->value, ratio, value));
    if (ratio->has_interval)
        buf_addf(to, ", 95 %% CI %s to %s", words_bound(ratio->lo, ratio, lo),
                 words_bound(ratio->hi, ratio, hi));
}

/* ---- the verdict ---- */

void words_count(const struct comparison *c, struct buf *to)
{
    if (c->is_paired)
        buf_addf(to, "%d pair%s", c->a.nruns, c->a.nruns == 1 ? "" : "s");
    else
        buf_addf(to, "%d and %d runs", c->a.nruns, c->b.nruns);
}

static void put_size(double ratio, struct buf *to)
{
    char text[WORDS_CELL];

    if (is_small(ratio))
        buf_addf(to, "takes %.3g %% longer", 100 * (ratio - 1));
    else
        buf_addf(to, "takes %s times as long", words_factor(ratio, text));
}

static void put_undecided(const struct comparison *c, struct buf *to)
{
    if (c->verdict.p50.ratio.has_interval) {
        buf_addf(to,
                 "Undecided: the 95 %% interval reaches across the margin of "
                 "%g %%",
                 100 * c->margin);
        return;
    }
    buf_add(to, "Undecided: no 95 % interval exists with ");
    words_count(c, to);
}

void words_call(const struct comparison *c, const struct words_names *names,
                struct buf *to)
{
    double ratio = c->verdict.p50.ratio.value;

    switch (c->verdict.call) {
    case VERDICT_SLOWER:
        buf_addf(to, "%s is slower than %s: its median round trip ", names->b,
                 names->a);
        put_size(ratio, to);
        break;
    case VERDICT_FASTER:
        buf_addf(to, "%s is faster than %s, whose median round trip ", names->b,
                 names->a);
        put_size(1 / ratio, to);
        break;
    case VERDICT_EQUIVALENT:
        buf_addf(to,
                 "%s is equivalent to %s: their median round trips are within "
                 "%g %%",
                 names->b, names->a, 100 * c->margin);
        break;
    case VERDICT_UNDECIDED:
        put_undecided(c, to);
        break;
    }
}

void words_needs(const struct comparison *c, struct buf *to)
{
    const struct verdict *v = &c->verdict;
    const char *what = c->is_paired ? "pairs" : "runs on each side";
    int runs = c->a.nruns < c->b.nruns ? c->a.nruns : c->b.nruns;

    if (v->call != VERDICT_UNDECIDED)
        return;
    if (!v->p50.ratio.has_interval)
        buf_addf(to, "at least %d %s are needed", v->needs, what);
    else if (v->needs == 0)
        buf_add(to, "the difference is so close to the margin that more runs "
                    "will hardly tell");
    else
        buf_addf(to, "about %d %s in all would %s: %d more", v->needs, what,
                 v->is_narrow ? "decide"
                              : "make the interval as narrow as the margin",
                 v->needs - runs);
}

/* ---- what to beware of ---- */

static int count_unsteady(const struct side *side)
{
    int n = 0;

    for (int i = 0; i < side->nruns; i++)
        n += side->runs[i].is_unsteady;
    return n;
}

static int count_drifting(const struct side *side)
{
    int n = 0;

    for (int i = 0; i < side->nruns; i++)
        n += side->runs[i].is_drifting;
    return n;
}

/* The worst of its folders. */
static enum result_status status_of(const struct side *side)
{
    enum result_status worst = RESULT_COMPLETE;

    for (int i = 0; i < side->nruns; i++)
        if (side->runs[i].result->status < worst)
            worst = side->runs[i].result->status;
    return worst;
}

/* What is in no share: it must not look as if it had not been. */
static void note_messages(const struct side *side, const char *name,
                          struct buf *to)
{
    struct side_messages of = side_messages(side);
    int64_t rows = of.ok + of.failed + of.unsent + of.aborted;
    char some[WORDS_CELL], all[WORDS_CELL];

    num_grouped(rows, all, sizeof all);
    if (of.unsent > 0)
        buf_addf(to,
                 "this machine could not send %s of %s messages of %s, which "
                 "count nowhere\n",
                 num_grouped(of.unsent, some, sizeof some), all, name);
    if (of.aborted > 0)
        buf_addf(to,
                 "%s of %s messages of %s were under way when their run ended, "
                 "and count nowhere\n",
                 num_grouped(of.aborted, some, sizeof some), all, name);
}

static void note_side(const struct side *side, const char *name,
                      const char *mixed, struct buf *to)
{
    int unsteady = count_unsteady(side), drifting = count_drifting(side);
    enum result_status status = status_of(side);

    if (status != RESULT_COMPLETE)
        buf_addf(to, "%s is %s\n", name, result_status_name(status));
    if (mixed)
        buf_addf(to, "the folders of %s differ in themselves: %s\n", name,
                 mixed);
    if (side->left_out > 0)
        buf_addf(
            to, "left out, for want of their other half: %d of %d runs of %s\n",
            side->left_out, side->left_out + side->nruns, name);
    note_messages(side, name, to);
    if (unsteady > 0)
        buf_addf(to,
                 "%d of %d runs of %s found no steady state: measure longer\n",
                 unsteady, side->nruns, name);
    if (drifting > 0)
        buf_addf(to, "%d of %d runs of %s drift%s from start to end\n",
                 drifting, side->nruns, name, drifting == 1 ? "s" : "");
    if (side->runs[0].run->emulated)
        buf_addf(to, "%s ran over an emulated path, not a network\n", name);
}

void words_notes(const struct comparison *c, const struct words_names *names,
                 struct buf *to)
{
    note_side(&c->a, names->a, c->mixed_a, to);
    note_side(&c->b, names->b, c->mixed_b, to);
    if (!c->is_paired)
        buf_add(to, "not run in pairs, so what changed between the two times "
                    "counts as a difference\n");
}
