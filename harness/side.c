#include "harness/side.h"

#include "harness/audit.h"
#include "harness/dominance.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int no_memory(struct err *err)
{
    return err_set(err, ERR_RESOURCE, "no-memory", "out of memory");
}

/* ---- which runs ---- */

/* The case that is meant; NULL with err. */
static const char *choose_case(const struct side *side, const char *wanted,
                               struct err *err)
{
    const struct result *result = &side->result;
    const char *first = NULL;

    for (int i = 0; i < result->nruns; i++) {
        const char *key = result->runs[i].key;

        if (wanted && strcmp(key, wanted) == 0)
            return key;
        if (!wanted && first && strcmp(key, first) != 0) {
            err_set(err, ERR_USAGE, "case-missing",
                    "%s has more than one case: %s, %s, ...", result->path,
                    first, key);
            err_hint(err, "choose one: --case %s", first);
            return NULL;
        }
        first = first ? first : key;
    }
    if (!wanted && first)
        return first;
    err_set(err, wanted ? ERR_USAGE : ERR_RESULTS,
            wanted ? "case-unknown" : "results-empty",
            "%s: no run%s%s is in it", result->path,
            wanted ? " of the case " : "", wanted ? wanted : "");
    err_hint(err, "its folders are named after its cases");
    return NULL;
}

/* ---- one run ---- */

/* Half of a 95 % interval of the logarithm is 1.96 standard deviations. */
static double noise_of(const struct stats_quantile *q)
{
    if (!q->is_known || q->lo <= 0)
        return 0;
    return log((double)q->hi / (double)q->lo) / 2 / 1.96;
}

static void take_value(struct side_run *to, const struct summary *summary)
{
    const struct steady *steady = &summary->steady;

    to->value.p50_ns = (double)steady->p50_ns;
    to->value.p99_ns = steady->p99_ns == LEDGER_ABSENT ? 0
                                                       : (double)steady->p99_ns;
    to->value.p50_noise = noise_of(&summary->rtt[SUMMARY_P50]);
    to->value.failed = summary->failed_share.value;
    to->value.bit_per_s = summary->rate.bit_per_s;
    to->is_unsteady = steady->unsteady > 0;
    to->is_drifting = steady->drift.is_drifting;
}

static int load_summary(const struct side *side, const struct result_run *run,
                        struct summary *summary, struct err *err)
{
    struct samples samples;
    char path[4096];
    int status;

    memset(summary, 0, sizeof *summary);
    if (result_file_path(path, &side->result, run, RESULT_MESSAGES_CSV, err) <
            0 ||
        samples_load(&samples, path, run, err) < 0)
        return -1;
    status = audit_ledger(&side->result, run, &samples.ledger, err);
    if (status == 0)
        status = summary_of(summary, &samples, err);
    samples_release(&samples);
    return status;
}

static int add_run(struct side *side, const struct result_run *run,
                   struct err *err)
{
    struct side_run *to = &side->runs[side->nruns];
    struct summary summary;

    if (load_summary(side, run, &summary, err) < 0)
        return -1;
    if (summary.ok == 0) {
        err_set(err, ERR_RESULTS, "results-empty",
                "%s/%s: no message was answered, so there is no round trip to "
                "compare",
                side->result.path, run->dir);
        return err_hint(err, "measure again when the target answers");
    }
    to->run = run;
    take_value(to, &summary);
    memcpy(to->grid_ns, summary.grid_ns, sizeof to->grid_ns);
    side->nruns++;
    return 0;
}

static int compare_reps(const void *a, const void *b)
{
    int x = ((const struct side_run *)a)->run->rep;
    int y = ((const struct side_run *)b)->run->rep;

    return (x > y) - (x < y);
}

static int load_runs(struct side *side, const char *key, struct err *err)
{
    const struct result *result = &side->result;

    side->runs = calloc((size_t)result->nruns, sizeof *side->runs);
    if (!side->runs)
        return no_memory(err);
    for (int i = 0; i < result->nruns; i++)
        if (strcmp(result->runs[i].key, key) == 0 && result->runs[i].done &&
            add_run(side, &result->runs[i], err) < 0)
            return -1;
    qsort(side->runs, (size_t)side->nruns, sizeof *side->runs, compare_reps);
    if (side->nruns > 0)
        return 0;
    err_set(err, ERR_RESULTS, "results-empty", "%s: no run of %s was ended",
            result->path, key);
    return err_hint(err, "measure again");
}

static int load(struct side *side, const struct side_request *request,
                struct err *err)
{
    struct result *result = &side->result;
    const char *key;

    if (result_load(result, request->path, request->allow_partial, err) < 0 ||
        audit_manifest(result, err) < 0 || audit_folder(result, err) < 0)
        return -1;
    key = choose_case(side, request->case_key, err);
    return key ? load_runs(side, key, err) : -1;
}

int side_load(struct side *side, const struct side_request *request,
              struct err *err)
{
    memset(side, 0, sizeof *side);
    if (load(side, request, err) == 0)
        return 0;
    side_release(side);
    return -1;
}

void side_release(struct side *side)
{
    result_release(&side->result);
    free(side->runs);
    memset(side, 0, sizeof *side);
}

/* ---- both sides ---- */

void side_match(struct side *a, struct side *b)
{
    int i = 0, j = 0, n = 0;

    while (i < a->nruns && j < b->nruns) {
        int rep_a = a->runs[i].run->rep, rep_b = b->runs[j].run->rep;

        if (rep_a == rep_b) {
            a->runs[n] = a->runs[i];
            b->runs[n++] = b->runs[j];
        }
        i += rep_a <= rep_b;
        j += rep_b <= rep_a;
    }
    a->nruns = b->nruns = n;
}

int side_deciles(const struct side *side, double deciles_ns[SIDE_DECILES],
                 struct err *err)
{
    double *values = calloc((size_t)side->nruns, sizeof *values);

    if (!values)
        return no_memory(err);
    for (int i = 0; i < SIDE_DECILES; i++) {
        int at = (i + 1) * (SUMMARY_GRID + 1) / 10 - 1;

        for (int run = 0; run < side->nruns; run++)
            values[run] = (double)side->runs[run].grid_ns[at];
        deciles_ns[i] = stats_median(values, (size_t)side->nruns);
    }
    free(values);
    return 0;
}

static int64_t *sorted_grids(const struct side *side, size_t *n)
{
    int64_t *all;

    *n = (size_t)side->nruns * SUMMARY_GRID;
    all = malloc(*n * sizeof *all);
    if (!all)
        return NULL;
    for (int i = 0; i < side->nruns; i++)
        memcpy(all + (ptrdiff_t)i * SUMMARY_GRID, side->runs[i].grid_ns,
               sizeof side->runs[i].grid_ns);
    stats_sort(all, *n);
    return all;
}

int side_a12(const struct side *a, const struct side *b, double *a12,
             struct err *err)
{
    size_t na, nb;
    int64_t *of_a = sorted_grids(a, &na), *of_b = sorted_grids(b, &nb);
    int is_whole = of_a && of_b;

    if (is_whole)
        *a12 = dominance_a12(&(struct dominance_group){of_a, na},
                             &(struct dominance_group){of_b, nb});
    free(of_a);
    free(of_b);
    return is_whole ? 0 : no_memory(err);
}
