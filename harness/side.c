#include "harness/side.h"

#include "harness/audit.h"
#include "harness/differences.h"
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
static const char *choose_case(const struct result *result, const char *wanted,
                               struct err *err)
{
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
    to->value.p50_noise = noise_of(&steady->p50);
    to->value.failed = summary->failed_share.value;
    to->value.bit_per_s = summary->rate.bit_per_s;
    to->has_warmup = steady->cut > 0;
    to->is_unsteady = steady->unsteady > 0;
    to->is_drifting = steady->drift.is_drifting;
    to->messages = (struct side_messages){summary->ok, summary->failed,
                                          summary->unsent,
                                          summary->outcomes[OUTCOME_ABORTED]};
}

int side_add(struct side *side, const struct result *result,
             const struct result_run *run, const struct summary *summary,
             struct err *err)
{
    struct side_run *more = realloc(side->runs,
                                    ((size_t)side->nruns + 1) * sizeof *more);
    struct side_run *to;

    if (!more)
        return no_memory(err);
    side->runs = more;
    to = &more[side->nruns++];
    *to = (struct side_run){.result = result, .run = run};
    take_value(to, summary);
    memcpy(to->grid_ns, summary->grid_ns, sizeof to->grid_ns);
    return 0;
}

static int load_summary(const struct result *result,
                        const struct result_run *run, struct summary *summary,
                        struct err *err)
{
    struct samples samples;
    char path[4096];
    int status;

    memset(summary, 0, sizeof *summary);
    if (result_file_path(path, result, run, RESULT_MESSAGES_CSV, err) < 0 ||
        samples_load(&samples, path, run, err) < 0)
        return -1;
    status = audit_ledger(result, run, &samples.ledger, err);
    if (status == 0)
        status = summary_alone(summary, &samples, err);
    samples_release(&samples);
    return status;
}

static int load_run(struct side *side, const struct result *result,
                    const struct result_run *run, struct err *err)
{
    struct summary summary;

    if (load_summary(result, run, &summary, err) < 0)
        return -1;
    if (summary.ok > 0)
        return side_add(side, result, run, &summary, err);
    err_set(err, ERR_RESULTS, "results-empty",
            "%s/%s: no message was answered, so there is no round trip to "
            "compare",
            result->path, run->dir);
    return err_hint(err, "measure again when the target answers");
}

/* ---- a folder ---- */

static int compare_reps(const void *a, const void *b)
{
    int x = ((const struct side_run *)a)->run->rep;
    int y = ((const struct side_run *)b)->run->rep;

    return (x > y) - (x < y);
}

static int load_runs(struct side *side, const struct result *result,
                     const char *key, struct err *err)
{
    int before = side->nruns;

    for (int i = 0; i < result->nruns; i++)
        if (strcmp(result->runs[i].key, key) == 0 && result->runs[i].done &&
            load_run(side, result, &result->runs[i], err) < 0)
            return -1;
    if (side->nruns > before) {
        qsort(side->runs + before, (size_t)(side->nruns - before),
              sizeof *side->runs, compare_reps);
        return 0;
    }
    err_set(err, ERR_RESULTS, "results-empty", "%s: no run of %s was ended",
            result->path, key);
    return err_hint(err, "measure again");
}

/* One side is one target under one load, whatever folders it comes from. */
static int check_alike(const struct side_run *first,
                       const struct side_run *other, struct err *err)
{
    struct differences found;
    const struct difference *one = found.all;

    differences_of_runs(&found, first->run, other->run);
    if (found.count == 0)
        return 0;
    err_set(err, ERR_USAGE, "side-mixed",
            "%.150s and %.150s cannot be one side: \"%s\": %.60s and %.60s",
            first->result->path, other->result->path, one->what, one->a,
            one->b);
    return err_hint(err, "a side is one target under one load: compare these "
                         "two with each other");
}

static int load_folder(struct side *side, const char *path,
                       const struct side_request *request, struct err *err)
{
    struct result *result = &side->results[side->nresults];
    int before = side->nruns;
    const char *key;

    if (result_load(result, path, request->allow_partial, err) < 0)
        return -1;
    side->nresults++;
    if (audit_manifest(result, err) < 0 || audit_folder(result, err) < 0)
        return -1;
    key = choose_case(result, request->case_key, err);
    if (!key || load_runs(side, result, key, err) < 0)
        return -1;
    return check_alike(&side->runs[0], &side->runs[before], err);
}

static int load(struct side *side, const struct side_request *request,
                struct err *err)
{
    side->results = calloc((size_t)request->npaths, sizeof *side->results);
    if (!side->results)
        return no_memory(err);
    for (int i = 0; i < request->npaths; i++)
        if (load_folder(side, request->paths[i], request, err) < 0)
            return -1;
    return 0;
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
    for (int i = 0; i < side->nresults; i++)
        result_release(&side->results[i]);
    free(side->results);
    free(side->runs);
    memset(side, 0, sizeof *side);
}

/* ---- all of them ---- */

struct side_messages side_messages(const struct side *side)
{
    struct side_messages sum = {0};

    for (int i = 0; i < side->nruns; i++) {
        const struct side_messages *one = &side->runs[i].messages;

        sum.ok += one->ok;
        sum.failed += one->failed;
        sum.unsent += one->unsent;
        sum.aborted += one->aborted;
    }
    return sum;
}

/* ---- both sides ---- */

static int is_pair(const struct side_run *a, const struct side_run *b)
{
    return a->run->rep == b->run->rep &&
           strcmp(a->result->pairs.id, b->result->pairs.id) == 0;
}

/* Pairs come to the front of both; what has no other half is left behind. */
void side_match(struct side *a, struct side *b)
{
    int n = 0;

    for (int i = 0; i < a->nruns; i++)
        for (int j = n; j < b->nruns; j++) {
            struct side_run half = b->runs[j];

            if (!is_pair(&a->runs[i], &half))
                continue;
            b->runs[j] = b->runs[n];
            b->runs[n] = half;
            a->runs[n++] = a->runs[i];
            break;
        }
    a->left_out = a->nruns - n;
    b->left_out = b->nruns - n;
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

static double a12_of(const struct side_run *a, const struct side_run *b)
{
    return dominance_a12(&(struct dominance_group){a->grid_ns, SUMMARY_GRID},
                         &(struct dominance_group){b->grid_ns, SUMMARY_GRID});
}

/* A grid stands for all messages of its run. */
double side_a12(const struct side *a, const struct side *b)
{
    double wins = 0, pairs = 0;

    for (int i = 0; i < a->nruns; i++)
        for (int j = 0; j < b->nruns; j++) {
            double of = (double)a->runs[i].messages.ok *
                        (double)b->runs[j].messages.ok;

            wins += of * a12_of(&a->runs[i], &b->runs[j]);
            pairs += of;
        }
    return wins / pairs;
}
