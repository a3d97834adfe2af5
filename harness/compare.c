#include "harness/compare.h"

#include "harness/comparable.h"

#include <stdlib.h>
#include <string.h>

static int is_paired(const struct side *a, const struct side *b)
{
    const struct result_pairs *of_a = &a->result.pairs;
    const struct result_pairs *of_b = &b->result.pairs;

    return of_a->has && of_b->has && strcmp(of_a->id, of_b->id) == 0 &&
           strcmp(of_a->side, of_b->side) != 0;
}

static int check_sides(const struct comparison *c, struct err *err)
{
    const struct result_run *a = c->a.runs[0].run, *b = c->b.runs[0].run;

    if (strcmp(a->run_id, b->run_id) == 0) {
        err_set(err, ERR_USAGE, "same-side",
                "A and B are the same runs: %s, %s", c->a.result.path, a->key);
        return err_hint(err, "name two folders, or one twice with two --case");
    }
    return comparable_check(a, b, c->request->despite, c->request->ndespite,
                            err);
}

static int match(struct comparison *c, struct err *err)
{
    c->is_paired = is_paired(&c->a, &c->b);
    if (!c->is_paired)
        return 0;
    side_match(&c->a, &c->b);
    if (c->a.nruns > 0)
        return 0;
    err_set(err, ERR_RESULTS, "results-empty", "no pair of runs is whole");
    return err_hint(err, "measure again: harness run A.json B.json --pairs 10");
}

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
        a, b, c->a.nruns, c->b.nruns, c->is_paired, c->request->margin};
    int status = a && b
                     ? verdict_find(&c->verdict, &request, err)
                     : err_set(err, ERR_RESOURCE, "no-memory", "out of memory");

    free(a);
    free(b);
    return status;
}

static int describe(struct comparison *c, struct err *err)
{
    struct differences_side a = {&c->a.result, c->a.runs[0].run};
    struct differences_side b = {&c->b.result, c->b.runs[0].run};

    if (differences_find(&c->differences, &a, &b, err) < 0 ||
        side_deciles(&c->a, c->deciles_a_ns, err) < 0 ||
        side_deciles(&c->b, c->deciles_b_ns, err) < 0)
        return -1;
    return side_a12(&c->a, &c->b, &c->a12, err);
}

int compare_find(struct comparison *out, const struct compare_request *request,
                 struct err *err)
{
    memset(out, 0, sizeof *out);
    out->request = request;
    if (side_load(&out->a, &request->a, err) == 0 &&
        side_load(&out->b, &request->b, err) == 0 &&
        check_sides(out, err) == 0 && match(out, err) == 0 &&
        judge(out, err) == 0 && describe(out, err) == 0)
        return 0;
    compare_release(out);
    return -1;
}

void compare_release(struct comparison *comparison)
{
    side_release(&comparison->a);
    side_release(&comparison->b);
}
