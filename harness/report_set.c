#include "harness/report_set.h"

#include "harness/audit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum report_kind kind_of(const struct result_run *run)
{
    if (result_run_is_scene(run))
        return REPORT_SCENE;
    if (strcmp(run->mode, "fail_rate") == 0)
        return REPORT_FAILURE;
    return run->loss.has ? REPORT_LOSS : REPORT_RATE;
}

static int load_folders(struct report_set *set, const char *const *folders,
                        int nfolders, int allow_partial, struct err *err)
{
    set->results = calloc((size_t)nfolders, sizeof *set->results);
    if (!set->results)
        return err_set(err, ERR_RESOURCE, "no-memory", "out of memory");
    for (int i = 0; i < nfolders; i++) {
        struct result *result = &set->results[i];

        if (result_load(result, folders[i], allow_partial, err) < 0)
            return -1;
        set->nresults++;
        if (audit_manifest(result, err) < 0 || audit_folder(result, err) < 0)
            return -1;
    }
    return 0;
}

static int make_room(struct report_set *set, struct err *err)
{
    size_t total = 0;

    for (int i = 0; i < set->nresults; i++)
        total += (size_t)set->results[i].nruns;
    if (total == 0) {
        err_set(err, ERR_RESULTS, "results-empty", "%s: no run is in it",
                set->results[0].path);
        return err_hint(err, "measure again: harness run scenarios/NAME.json");
    }
    for (int kind = 0; kind < REPORT_KINDS; kind++) {
        set->of[kind].run = calloc(total, sizeof *set->of[kind].run);
        if (!set->of[kind].run)
            return err_set(err, ERR_RESOURCE, "no-memory", "out of memory");
    }
    return 0;
}

/* Does its folder hold other cases, too? */
static int is_swept(const struct report_run *run)
{
    const struct result *result = run->result;

    for (int i = 0; i < result->nruns; i++)
        if (strcmp(result->runs[i].key, run->run->key) != 0)
            return 1;
    return 0;
}

/* How well a run shows what a site does: a rate test of its own does best. */
static int merit_of(const struct report_run *run)
{
    if (is_swept(run) || report_run_is_open(run->run))
        return 1;
    return run->result->pairs.has ? 2 : 3;
}

/* The better one, of equals that of the newer folder, of one folder the first.
 */
static const struct report_run *better(const struct report_run *one,
                                       const struct report_run *other)
{
    int by = one ? merit_of(other) - merit_of(one) : 1;

    if (by == 0)
        by = strcmp(other->result->start_utc, one->result->start_utc);
    return by > 0 ? other : one;
}

/* A local run is figure 4, another one figure 6. */
static void choose(struct report_set *set, const struct report_run *run)
{
    if (report_run_is_local(run->run))
        set->local = better(set->local, run);
    else
        set->remote = better(set->remote, run);
}

const struct report_run *report_set_open(const struct report_set *set)
{
    const struct report_runs *of = &set->of[REPORT_RATE];
    const struct report_run *open = NULL;

    if (set->local && set->local->responses.n > 0)
        return set->local;
    if (set->remote && set->remote->responses.n > 0)
        return set->remote;
    for (int i = 0; i < of->n; i++) {
        const struct report_run *run = &of->run[i];

        if (run->responses.n > 0 &&
            (!open ||
             strcmp(run->result->start_utc, open->result->start_utc) >= 0))
            open = run;
    }
    return open;
}

static int load_run(struct report_set *set, const struct result *result,
                    const struct result_run *run, struct err *err)
{
    static const char prefix[REPORT_KINDS] = {
        [REPORT_RATE] = 'r',
        [REPORT_FAILURE] = 'f',
        [REPORT_LOSS] = 'l',
        [REPORT_SCENE] = 's',
    };
    enum report_kind kind = kind_of(run);
    struct report_runs *of = &set->of[kind];
    struct report_run *out = &of->run[of->n++];

    if (report_run_load(out, result, run, err) < 0)
        return -1;
    snprintf(out->key, sizeof out->key, "%c%d", prefix[kind], of->n);
    if (kind == REPORT_RATE)
        choose(set, out);
    return 0;
}

int report_set_load(struct report_set *set, const char *const *folders,
                    int nfolders, int allow_partial, struct err *err)
{
    if (load_folders(set, folders, nfolders, allow_partial, err) < 0 ||
        make_room(set, err) < 0)
        return -1;
    for (int i = 0; i < set->nresults; i++)
        for (int j = 0; j < set->results[i].nruns; j++)
            if (load_run(set, &set->results[i], &set->results[i].runs[j], err) <
                0)
                return -1;
    return 0;
}

void report_set_release(struct report_set *set)
{
    for (int kind = 0; kind < REPORT_KINDS; kind++) {
        for (int i = 0; i < set->of[kind].n; i++)
            report_run_release(&set->of[kind].run[i]);
        free(set->of[kind].run);
    }
    for (int i = 0; i < set->nresults; i++)
        result_release(&set->results[i]);
    free(set->results);
    memset(set, 0, sizeof *set);
}

const char *report_set_start(const struct report_set *set)
{
    const char *newest = "";

    for (int i = 0; i < set->nresults; i++)
        if (strcmp(set->results[i].start_utc, newest) > 0)
            newest = set->results[i].start_utc;
    return newest;
}
