#include "harness/report_versus.h"

#include "harness/comparable.h"
#include "harness/differences.h"

#include <stdio.h>
#include <string.h>

/* ---- which runs ---- */

static int is_usable(const struct report_run *run)
{
    return run->run->done && run->summary.ok > 0 && run->summary.rate.is_known;
}

/* One target under one load. */
static int is_alike(const struct result_run *a, const struct result_run *b)
{
    struct differences found;

    differences_of_runs(&found, a, b);
    return found.count == 0;
}

static int is_comparable(const struct result_run *a, const struct result_run *b)
{
    struct err ignored;

    return comparable_check(a, b, NULL, 0, &ignored) == 0;
}

/* The folder that was run in turn with this one; NULL: it is not here. */
static const struct result *half_of(const struct report_set *set,
                                    const struct result_pairs *pairs)
{
    for (int i = 0; pairs->has && i < set->nresults; i++) {
        const struct result_pairs *half = &set->results[i].pairs;

        if (half->has && strcmp(half->id, pairs->id) == 0 &&
            strcmp(half->side, pairs->side) != 0)
            return &set->results[i];
    }
    return NULL;
}

/* The first usable run of a folder that may stand beside `other`, if any. */
static const struct report_run *first_of(const struct report_set *set,
                                         const struct result *result,
                                         const struct report_run *other)
{
    const struct report_runs *of = &set->of[REPORT_RATE];

    for (int i = 0; i < of->n; i++)
        if (of->run[i].result == result && is_usable(&of->run[i]) &&
            (!other || is_comparable(of->run[i].run, other->run)))
            return &of->run[i];
    return NULL;
}

/* Can both halves be told by their rates? A failure test or a scene cannot. */
static int are_usable(const struct report_set *set, const struct result *result)
{
    const struct result *half = half_of(set, &result->pairs);

    return half && first_of(set, result, NULL) && first_of(set, half, NULL);
}

/* The newest folder that is side A of such pairs; NULL: there are none. */
static const struct result *newest_pairs(const struct report_set *set)
{
    const struct result *newest = NULL;

    for (int i = 0; i < set->nresults; i++) {
        const struct result *result = &set->results[i];

        if (strcmp(result->pairs.side, "A") == 0 && are_usable(set, result) &&
            (!newest || strcmp(result->start_utc, newest->start_utc) > 0))
            newest = result;
    }
    return newest;
}

/* The same folder may have been named twice. */
static int has_run(const struct side *side, const struct report_run *run)
{
    for (int i = 0; i < side->nruns; i++)
        if (strcmp(side->runs[i].run->run_id, run->run->run_id) == 0)
            return 1;
    return 0;
}

/* All runs that are like `first`; of pairs when it is one of a pair. */
static int collect(struct side *side, const struct report_set *set,
                   const struct report_run *first, int is_paired,
                   struct err *err)
{
    const struct report_runs *of = &set->of[REPORT_RATE];

    for (int i = 0; i < of->n; i++) {
        const struct report_run *run = &of->run[i];

        if (!is_usable(run) || !is_alike(first->run, run->run) ||
            has_run(side, run))
            continue;
        if (is_paired &&
            (strcmp(run->result->pairs.side, first->result->pairs.side) != 0 ||
             !half_of(set, &run->result->pairs)))
            continue;
        if (side_add(side, run->result, run->run, &run->summary, err) < 0)
            return -1;
    }
    return 0;
}

static int has_half(const struct side *side, const char *id)
{
    for (int i = 0; i < side->nruns; i++)
        if (strcmp(side->runs[i].result->pairs.id, id) == 0)
            return 1;
    return 0;
}

/* Leave out what was run in turn with another target. */
static void drop_halves(struct side *side, const struct side *other)
{
    int n = 0;

    for (int i = 0; i < side->nruns; i++)
        if (has_half(other, side->runs[i].result->pairs.id))
            side->runs[n++] = side->runs[i];
    side->nruns = n;
}

/* ---- how they are called ---- */

static void name_site(const struct result_run *run, const char *letter,
                      char to[80])
{
    snprintf(to, 80, "%s%s%s", run->site, run->emulated ? " (emulated)" : "",
             letter);
}

static void name_sites(struct report_versus *versus, const struct result_run *a,
                       const struct result_run *b)
{
    name_site(a, "", versus->a);
    name_site(b, "", versus->b);
    if (strcmp(versus->a, versus->b) != 0)
        return;
    name_site(a, ", A", versus->a);
    name_site(b, ", B", versus->b);
}

/* ---- why not ---- */

/* "none" and words that answer a question have no unit. */
static void put_value(struct buf *to, const char *value, const char *unit)
{
    int is_number = value[0] >= '0' && value[0] <= '9';

    buf_addf(to, "%s%s",
             strcmp(value, "true") == 0    ? "yes"
             : strcmp(value, "false") == 0 ? "no"
                                           : value,
             is_number ? unit : "");
}

/* "duration (10 s and 30 s), number of connections (1 and 4)" */
static void refuse(struct report_versus *versus, const struct result_run *a,
                   const struct result_run *b)
{
    char of_a[COMPARABLE_TEXT], of_b[COMPARABLE_TEXT];
    struct buf text = {0};
    const char *unit;

    for (int i = 0; comparable_key(a, i, of_a); i++) {
        (void)comparable_key(b, i, of_b);
        if (strcmp(of_a, of_b) == 0)
            continue;
        buf_addf(&text, "%s%s (", text.len ? ", " : "",
                 comparable_words(i, &unit));
        put_value(&text, of_a, unit);
        buf_add(&text, " and ");
        put_value(&text, of_b, unit);
        buf_add(&text, ")");
    }
    snprintf(versus->refused, sizeof versus->refused, "%s", buf_text(&text));
    buf_release(&text);
}

/* ---- the two ---- */

static int compare(struct report_versus *out, const struct report_set *set,
                   const struct report_run *const first[2], struct err *err)
{
    struct comparison *c = &out->comparison;
    int is_paired = half_of(set, &first[0]->result->pairs) == first[1]->result;

    if (collect(&c->a, set, first[0], is_paired, err) < 0 ||
        collect(&c->b, set, first[1], is_paired, err) < 0)
        return -1;
    if (is_paired) {
        drop_halves(&c->a, &c->b);
        drop_halves(&c->b, &c->a);
    }
    c->margin = COMPARE_MARGIN;
    out->is_compared = 1;
    return compare_sides(c, err);
}

int report_versus_find(struct report_versus *out, const struct report_set *set,
                       struct err *err)
{
    const struct result *pairs = newest_pairs(set);
    const struct report_run *of[2] = {set->local, set->remote};

    memset(out, 0, sizeof *out);
    if (pairs) {
        const struct result *half = half_of(set, &pairs->pairs);

        of[0] = first_of(set, pairs, NULL);
        of[1] = first_of(set, half, of[0]);
        if (!of[1]) /* to say why not */
            of[1] = first_of(set, half, NULL);
    }
    if (!of[0] || !of[1] || !is_usable(of[0]) || !is_usable(of[1]))
        return 0;
    name_sites(out, of[0]->run, of[1]->run);
    if (is_comparable(of[0]->run, of[1]->run))
        return compare(out, set, of, err);
    refuse(out, of[0]->run, of[1]->run);
    return 0;
}

void report_versus_release(struct report_versus *versus)
{
    compare_release(&versus->comparison);
}

/* The same target and load; it may have gone on for longer. */
static int is_of(const struct report_versus *versus, const struct side *side,
                 const struct result_run *run)
{
    struct differences found;

    if (!versus->is_compared)
        return 0;
    differences_of_runs(&found, side->runs[0].run, run);
    for (int i = 0; i < found.count; i++)
        if (strcmp(found.all[i].what, "duration_s") != 0 &&
            strcmp(found.all[i].what, "messages") != 0)
            return 0;
    return 1;
}

int report_versus_is_a(const struct report_versus *versus,
                       const struct result_run *run)
{
    return is_of(versus, &versus->comparison.a, run);
}

int report_versus_is_b(const struct report_versus *versus,
                       const struct result_run *run)
{
    return is_of(versus, &versus->comparison.b, run);
}
