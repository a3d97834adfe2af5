#include "harness/compare.h"

#include "harness/comparable.h"

#include <stdlib.h>
#include <string.h>

/* ---- which runs belong to which ---- */

/* Is the other half of this folder among the runs of `other`? */
static int has_half(const struct result_pairs *pairs, const struct side *other)
{
    for (int i = 0; pairs->has && i < other->nruns; i++) {
        const struct result_pairs *half = &other->runs[i].result->pairs;

        if (half->has && strcmp(half->id, pairs->id) == 0 &&
            strcmp(half->side, pairs->side) != 0)
            return 1;
    }
    return 0;
}

static int has_halves(const struct side *side, const struct side *other)
{
    for (int i = 0; i < side->nruns; i++)
        if (!has_half(&side->runs[i].result->pairs, other))
            return 0;
    return 1;
}

static int match(struct comparison *c, struct err *err)
{
    c->is_paired = has_halves(&c->a, &c->b) && has_halves(&c->b, &c->a);
    if (!c->is_paired)
        return 0;
    side_match(&c->a, &c->b);
    if (c->a.nruns > 0)
        return 0;
    err_set(err, ERR_RESULTS, "results-empty", "no pair of runs is whole");
    return err_hint(err, "measure again: harness run A.json B.json --pairs 10");
}

/* ---- may they be compared? ---- */

/* The run among the first n of `side` that is this one; NULL: none. */
static const struct side_run *find_twin(const struct side *side, int n,
                                        const struct side_run *run)
{
    for (int i = 0; i < n; i++)
        if (strcmp(side->runs[i].run->run_id, run->run->run_id) == 0)
            return &side->runs[i];
    return NULL;
}

static int is_told_twice(const struct side_run *run,
                         const struct side_run *twin, struct err *err)
{
    if (!twin)
        return 0;
    err_set(err, ERR_USAGE, "same-side", "a run is named twice: %.150s/%s, %s",
            run->result->path, run->run->dir, twin->result->path);
    err_hint(err, "name two folders, or one twice with two --case");
    return 1;
}

static int check_runs(const struct comparison *c, struct err *err)
{
    for (int i = 0; i < c->a.nruns; i++)
        if (is_told_twice(&c->a.runs[i], find_twin(&c->a, i, &c->a.runs[i]),
                          err))
            return -1;
    for (int i = 0; i < c->b.nruns; i++)
        if (is_told_twice(&c->b.runs[i], find_twin(&c->b, i, &c->b.runs[i]),
                          err) ||
            is_told_twice(&c->b.runs[i],
                          find_twin(&c->a, c->a.nruns, &c->b.runs[i]), err))
            return -1;
    return 0;
}

/* ---- what can be said ---- */

static struct verdict_run *values_of(const struct side *side)
{
    struct verdict_run *values = calloc((size_t)side->nruns, sizeof *values);

    for (int i = 0; values && i < side->nruns; i++)
        values[i] = side->runs[i].value;
    return values;
}

static int judge(struct comparison *c, struct err *err)
{
    struct verdict_run *a = values_of(&c->a), *b = values_of(&c->b);
    struct verdict_request request = {
        a, b, c->a.nruns, c->b.nruns, c->is_paired, c->margin};
    int status = a && b
                     ? verdict_find(&c->verdict, &request, err)
                     : err_set(err, ERR_RESOURCE, "no-memory", "out of memory");

    free(a);
    free(b);
    return status;
}

/* What the folders of one side do not have in common; NULL: nothing. */
static int find_mixed(const struct side *side, const char **what,
                      struct err *err)
{
    struct differences_side first = {side->runs[0].result, side->runs[0].run};
    struct differences found = {.count = 0};

    for (int i = 1; i < side->nruns && found.count == 0; i++) {
        struct differences_side other = {side->runs[i].result,
                                         side->runs[i].run};

        if (other.result != side->runs[i - 1].result &&
            differences_find(&found, &first, &other, err) < 0)
            return -1;
    }
    *what = found.count > 0 ? found.all[0].what : NULL;
    return 0;
}

static int describe(struct comparison *c, struct err *err)
{
    struct differences_side a = {c->a.runs[0].result, c->a.runs[0].run};
    struct differences_side b = {c->b.runs[0].result, c->b.runs[0].run};

    if (differences_find(&c->differences, &a, &b, err) < 0 ||
        find_mixed(&c->a, &c->mixed_a, err) < 0 ||
        find_mixed(&c->b, &c->mixed_b, err) < 0 ||
        side_deciles(&c->a, c->deciles_a_ns, err) < 0 ||
        side_deciles(&c->b, c->deciles_b_ns, err) < 0)
        return -1;
    c->a12 = side_a12(&c->a, &c->b);
    return 0;
}

int compare_sides(struct comparison *comparison, struct err *err)
{
    if (match(comparison, err) < 0 || judge(comparison, err) < 0)
        return -1;
    return describe(comparison, err);
}

static int load(struct comparison *out, const struct compare_request *request,
                struct err *err)
{
    if (side_load(&out->a, &request->a, err) < 0 ||
        side_load(&out->b, &request->b, err) < 0 || check_runs(out, err) < 0)
        return -1;
    return comparable_check(out->a.runs[0].run, out->b.runs[0].run,
                            request->despite, request->ndespite, err);
}

int compare_find(struct comparison *out, const struct compare_request *request,
                 struct err *err)
{
    memset(out, 0, sizeof *out);
    out->margin = request->margin;
    if (load(out, request, err) == 0 && compare_sides(out, err) == 0)
        return 0;
    compare_release(out);
    return -1;
}

void compare_release(struct comparison *comparison)
{
    side_release(&comparison->a);
    side_release(&comparison->b);
}
