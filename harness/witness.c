#include "harness/witness.h"

#include "harness/doubts.h"

#include <stdlib.h>
#include <string.h>

int witness_begin(struct witness *witness, const struct result *result,
                  struct err *err)
{
    size_t n = (size_t)result->nruns + 1;

    witness->result = result;
    witness->conditions = calloc(n, sizeof *witness->conditions);
    witness->repeats = calloc(n, sizeof *witness->repeats);
    if (!witness->conditions || !witness->repeats)
        return err_set(err, ERR_RESOURCE, "no-memory", "out of memory");
    return environment_begin(&witness->environment, err);
}

void witness_run_begin(struct witness *witness, int i)
{
    conditions_begin(&witness->conditions[i], &witness->result->runs[i]);
}

void witness_look(struct witness *witness, int i, pid_t client, pid_t server)
{
    placement_look(&witness->conditions[i].placement, client, server);
}

void witness_run_end(struct witness *witness, int i, const char *host,
                     const struct far_facts *far)
{
    struct conditions *conditions = &witness->conditions[i];

    conditions_end(conditions, host, witness->result->runs[i].port);
    conditions->far = *far;
}

/* What of a run is not its steady part is spent again for each run. */
static struct repeats_run repeats_run(const struct conditions *conditions,
                                      const struct summary *summary)
{
    const struct steady *steady = &summary->steady;
    struct repeats_run run = {0};
    double steady_s;

    if (!conditions->is_ended || !steady->drift.is_known)
        return run;
    run = repeats_run_of(steady->medians_ns, STATS_BATCHES);
    steady_s = summary->duration_s * (double)steady->n / (double)summary->ok;
    run.batch_s = steady_s / STATS_BATCHES;
    run.start_s = conditions->elapsed_s - steady_s;
    return run;
}

void witness_judge(struct witness *witness, int i,
                   const struct summary *summary)
{
    const struct conditions *conditions = &witness->conditions[i];
    struct doubts doubts = {
        .summary = summary,
        .floor = &witness->environment.floor,
        .conditions = conditions,
        .governor = witness->environment.governor,
        .is_first = i == 0,
    };

    doubts_add(&witness->result->runs[i], &doubts);
    witness->repeats[i] = repeats_run(conditions, summary);
}

char *witness_json(struct witness *witness, int is_over)
{
    if (is_over)
        environment_end(&witness->environment);
    return environment_json(&witness->environment, witness->result,
                            witness->conditions);
}

/* The repeats of the case that begins at run `from`; returns its end. */
static int advise_case(const struct witness *witness, int from, FILE *to)
{
    const struct result_run *runs = witness->result->runs;
    const struct repeats_run *all = witness->repeats;
    struct repeats advice;
    int end = from, told = 1;

    for (; end < witness->result->nruns &&
           strcmp(runs[end].key, runs[from].key) == 0;
         end++)
        told &= all[end].batches > 0;
    if (!told || end - from < REPEATS_MIN)
        return end;
    advice = repeats_of(all + from, end - from);
    fprintf(to, "%s, %d runs\n", runs[from].key, end - from);
    repeats_print(&advice, to);
    return end;
}

void witness_advise(const struct witness *witness, FILE *to)
{
    for (int i = 0; i < witness->result->nruns;)
        i = advise_case(witness, i, to);
}

void witness_release(struct witness *witness)
{
    free(witness->conditions);
    free(witness->repeats);
    memset(witness, 0, sizeof *witness);
}
