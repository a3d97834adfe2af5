#include "harness/result_read.h"

#include "harness/result_field.h"
#include "lib/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_RUNS 100000

/* ---- one run ---- */

/* "CASE/REP": two plain names, so that it stays below the folder. */
static int get_dir(const struct cJSON *from, struct result_run *run,
                   struct err *err)
{
    char want[sizeof run->dir];

    if (field_name(from, "key", run->key, sizeof run->key, err) < 0 ||
        field_small(from, "rep", 0, &run->rep, err) < 0 ||
        field_text(from, "dir", run->dir, sizeof run->dir, err) < 0)
        return -1;
    snprintf(want, sizeof want, "%s/%d", run->key, run->rep);
    return strcmp(want, run->dir) == 0 ? 0
                                       : field_wrong(err, "dir", "not KEY/REP");
}

/* Absent in folders of before there was such a thing. */
static int get_deployed(const struct cJSON *from, struct result_run *run,
                        struct err *err)
{
    if (!json_get(from, "deployed"))
        return 0;
    if (field_bool(from, "deployed", &run->deployed, err) < 0 ||
        (json_get(from, "allow") &&
         field_text(from, "allow", run->allow, sizeof run->allow, err) < 0))
        return -1;
    return field_text(from, "user", run->user, sizeof run->user, err);
}

static int get_keyed(const struct cJSON *from, struct result_run *run,
                     struct err *err)
{
    return json_get(from, "keyed") ? field_bool(from, "keyed", &run->keyed, err)
                                   : 0;
}

static int get_target(const struct cJSON *from, struct result_run *run,
                      struct err *err)
{
    if (field_text(from, "run_id", run->run_id, sizeof run->run_id, err) < 0 ||
        field_text(from, "site", run->site, sizeof run->site, err) < 0 ||
        field_text(from, "host", run->host, sizeof run->host, err) < 0 ||
        field_small(from, "port", 0, &run->port, err) < 0 ||
        field_text(from, "transport", run->transport, sizeof run->transport,
                   err) < 0 ||
        field_text(from, "server", run->server, sizeof run->server, err) < 0 ||
        field_bool(from, "launched", &run->launched, err) < 0 ||
        get_deployed(from, run, err) < 0 || get_keyed(from, run, err) < 0)
        return -1;
    return field_bool(from, "plain", &run->plain, err);
}

static int get_load(const struct cJSON *from, struct result_run *run,
                    struct err *err)
{
    const struct cJSON *cpu = json_get(from, "cpu");

    if (field_count(from, "message_size_bytes", &run->message_size_bytes, err) <
            0 ||
        field_count(from, "connections", &run->connections, err) < 0 ||
        field_count(from, "window", &run->window, err) < 0 ||
        field_count_or(from, "duration_ns", 0, &run->duration_ns, err) < 0 ||
        field_count_or(from, "messages", 0, &run->messages, err) < 0 ||
        field_count(from, "timeout_ns", &run->timeout_ns, err) < 0 ||
        field_count(from, "seed", &run->seed, err) < 0 ||
        field_small(cpu, "client", -1, &run->cpu_client, err) < 0)
        return -1;
    return field_small(cpu, "server", -1, &run->cpu_server, err);
}

/* An earlier version knew only closed loops. */
static int get_pacing(const struct cJSON *from, struct result_run *run,
                      struct err *err)
{
    static const char *const pacings[] = {"closed", "open", NULL};
    static const char *const arrivals[] = {"constant", "poisson", NULL};
    char pacing[8];

    if (field_word(from, "pacing", pacings, pacing, err) < 0 ||
        field_newer_real(from, "rate_per_s", &run->rate_per_s, err) < 0)
        return -1;
    if ((strcmp(pacing, "open") == 0) != (run->rate_per_s > 0))
        return field_wrong(err, "rate_per_s", "not that of such a pacing");
    run->threads = 1;
    if (json_get(from, "threads") &&
        field_count(from, "threads", &run->threads, err) < 0)
        return -1;
    if (json_get(from, "busy_poll") &&
        field_bool(from, "busy_poll", &run->busy_poll, err) < 0)
        return -1;
    return run->rate_per_s > 0
               ? field_word(from, "arrival", arrivals, run->arrival, err)
               : 0;
}

static int get_path(const struct cJSON *from, struct result_run *run,
                    struct err *err)
{
    const struct cJSON *path = json_get(from, "path");

    if (json_is_null(path))
        return 0;
    if (!json_is_object(path))
        return field_wrong(err, "path", "missing or not an object");
    if (field_bool(path, "emulated", &run->emulated, err) < 0 ||
        field_real(path, "delay_ms", &run->path_delay_ms, err) < 0 ||
        field_real(path, "jitter_ms", &run->path_jitter_ms, err) < 0)
        return -1;
    return field_real(path, "rate_mbit", &run->path_rate_mbit, err);
}

static int get_loss(const struct cJSON *from, struct result_loss *loss,
                    struct err *err)
{
    static const char *const places[] = {"server", "relay", NULL};
    static const char *const models[] = {"bernoulli", "gilbert", NULL};
    static const char *const directions[] = {"both", "forward", "reverse",
                                             NULL};

    if (field_word(from, "by", places, loss->by, err) < 0 ||
        field_word(from, "model", models, loss->model, err) < 0 ||
        field_share(from, "p", &loss->p, err) < 0 ||
        field_real(from, "burst", &loss->burst, err) < 0 ||
        field_word(from, "direction", directions, loss->direction, err) < 0 ||
        field_share(from, "duplicate", &loss->duplicate, err) < 0 ||
        field_share(from, "reorder", &loss->reorder, err) < 0)
        return err_wrap(err, "loss");
    loss->has = 1;
    return 0;
}

/* An earlier version of this program did not write it. */
static int is_absent(const struct cJSON *item)
{
    return !item || json_is_null(item);
}

static int get_mode_and_loss(const struct cJSON *from, struct result_run *run,
                             struct err *err)
{
    static const char *const modes[] = {"rate", "fail_rate", "transcript",
                                        NULL};
    const struct cJSON *loss = json_get(from, "loss");

    memcpy(run->mode, modes[0], strlen(modes[0]) + 1);
    if (json_get(from, "mode") &&
        field_word(from, "mode", modes, run->mode, err) < 0)
        return -1;
    return is_absent(loss) ? 0 : get_loss(loss, &run->loss, err);
}

static int get_reconciled(const struct cJSON *from,
                          struct result_reconciled *reconciled, struct err *err)
{
    const struct cJSON *counts = json_get(from, "reconciled");
    const char *name;
    int64_t *count;

    if (is_absent(counts))
        return 0;
    for (int i = 0; (count = result_reconciled_count(reconciled, i, &name));
         i++)
        if ((strcmp(name, "overdue") == 0 /* earlier versions: not told */
                 ? field_newer_count
                 : field_count)(counts, name, count, err) < 0)
            return err_wrap(err, "reconciled");
    reconciled->has = 1;
    return 0;
}

/* Earlier versions did not count them, or did not tell when they were. */
static int get_gaps(const struct cJSON *from, struct gaps *gaps,
                    struct err *err)
{
    const struct cJSON *times = json_get(from, "gap_times");

    if (field_newer_count(from, "gaps", &gaps->count, err) < 0 ||
        field_newer_count(from, "gaps_left_out", &gaps->left_out, err) < 0)
        return -1;
    if (times && (!json_is_array(times) || json_count(times) > GAPS_MOST))
        return field_wrong(err, "gap_times", "not an array, or too long");
    for (gaps->ntold = 0; gaps->ntold < json_count(times); gaps->ntold++) {
        const struct cJSON *one = json_at(times, gaps->ntold);
        struct gap *gap = &gaps->told[gaps->ntold];

        if (json_need_int(one, "from_ns", &gap->from_ns, err) < 0 ||
            json_need_int(one, "to_ns", &gap->to_ns, err) < 0)
            return err_wrap(err, "gap_times[%d]", gaps->ntold);
        if (gap->from_ns >= gap->to_ns)
            return field_wrong(err, "gap_times",
                               "not from an earlier to a later");
    }
    return 0;
}

/* What only datagrams or open loops do. */
static int get_oddities(const struct cJSON *from, struct result_run *run,
                        struct err *err)
{
    if (field_newer_count(from, "duplicated", &run->duplicated, err) < 0 ||
        field_newer_count(from, "reordered", &run->reordered, err) < 0 ||
        field_newer_count(from, "unmatched", &run->unmatched, err) < 0 ||
        field_newer_count(from, "local_drops", &run->local_drops, err) < 0 ||
        get_gaps(from, &run->gaps, err) < 0 ||
        field_newer_real(from, "achieved_per_s", &run->achieved_per_s, err) < 0)
        return -1;
    return get_reconciled(from, &run->reconciled, err);
}

static int get_outcomes(const struct cJSON *from, struct result_run *run,
                        struct err *err)
{
    const struct cJSON *outcomes = json_get(from, "outcomes");

    for (int i = 0; i < OUTCOME_COUNT; i++)
        if (field_count(outcomes, outcome_name((enum outcome)i),
                        &run->outcomes[i], err) < 0)
            return err_wrap(err, "outcomes");
    if (json_count(outcomes) != OUTCOME_COUNT)
        return field_wrong(err, "outcomes", "not the twelve outcomes");
    return 0;
}

static int get_file(const struct cJSON *from, struct result_file *file,
                    struct err *err)
{
    if (field_name(from, "name", file->name, sizeof file->name, err) < 0 ||
        field_count(from, "bytes", &file->bytes, err) < 0 ||
        field_count(from, "rows", &file->rows, err) < 0)
        return -1;
    return field_hash(from, "sha256", file->sha256, 0, err);
}

static int get_files(const struct cJSON *from, struct result_run *run,
                     struct err *err)
{
    const struct cJSON *files = json_get(from, "files");

    if (!json_is_array(files) || json_count(files) > RESULT_MAX_FILES)
        return field_wrong(err, "files", "missing, not an array, or too long");
    for (run->nfiles = 0; run->nfiles < json_count(files); run->nfiles++)
        if (get_file(json_at(files, run->nfiles), &run->files[run->nfiles],
                     err) < 0)
            return err_wrap(err, "files[%d]", run->nfiles);
    return 0;
}

static int get_run(const struct cJSON *from, struct result_run *run,
                   struct err *err)
{
    if (get_dir(from, run, err) < 0 || get_target(from, run, err) < 0 ||
        get_load(from, run, err) < 0 || get_pacing(from, run, err) < 0 ||
        get_path(from, run, err) < 0 || get_mode_and_loss(from, run, err) < 0 ||
        field_bool(from, "done", &run->done, err) < 0)
        return -1;
    if (!run->done)
        return 0;
    if (field_text(from, "start_utc", run->start_utc, sizeof run->start_utc,
                   err) < 0 ||
        field_count(from, "intended", &run->intended, err) < 0 ||
        field_count(from, "rows", &run->rows, err) < 0 ||
        get_outcomes(from, run, err) < 0 || get_oddities(from, run, err) < 0 ||
        get_files(from, run, err) < 0 ||
        field_texts(from, "notes", &run->notes, err) < 0)
        return -1;
    return field_texts(from, "warnings", &run->warnings, err);
}

static int get_runs(const struct cJSON *from, struct result *result,
                    struct err *err)
{
    const struct cJSON *cases = json_get(from, "cases");
    int n = json_count(cases);

    if (!json_is_array(cases) || n > MAX_RUNS)
        return field_wrong(err, "cases", "missing or not an array");
    result->runs = calloc((size_t)n + 1, sizeof *result->runs);
    if (!result->runs)
        return err_set(err, ERR_RESOURCE, "no-memory", "out of memory");
    for (result->nruns = 0; result->nruns < n;) {
        int i = result->nruns++; /* counted first: it may hold texts */

        if (get_run(json_at(cases, i), &result->runs[i], err) < 0)
            return err_wrap(err, "cases[%d]", i);
    }
    return 0;
}

/* ---- the whole ---- */

static int get_status(const struct cJSON *from, struct result *result,
                      struct err *err)
{
    const char *text = json_need_text(from, "status", err);

    for (int i = 0; text && i <= RESULT_COMPLETE; i++) {
        if (strcmp(result_status_name((enum result_status)i), text) == 0) {
            result->status = (enum result_status)i;
            return 0;
        }
    }
    return text
               ? field_wrong(err, "status", "not partial, degraded or complete")
               : -1;
}

static int check_format(const struct cJSON *from, struct err *err)
{
    int64_t format;

    if (json_need_int(from, "format", &format, err) < 0)
        return -1;
    if (format == RESULT_FORMAT)
        return 0;
    err_set(err, ERR_RESULTS, "results-format-version",
            "format %lld, but this program knows format %d", (long long)format,
            RESULT_FORMAT);
    return err_hint(err, "read it with the version of echolab that wrote it");
}

static int get_pairs(const struct cJSON *from, struct result_pairs *pairs,
                     struct err *err)
{
    static const char *const sides[] = {"A", "B", NULL};
    const struct cJSON *json = json_get(from, "pairs");

    if (is_absent(json))
        return 0;
    if (field_name(json, "id", pairs->id, sizeof pairs->id, err) < 0 ||
        field_word(json, "side", sides, pairs->side, err) < 0 ||
        field_name(json, "other", pairs->other, sizeof pairs->other, err) < 0)
        return err_wrap(err, "pairs");
    pairs->has = 1;
    return 0;
}

static int get_head(const struct cJSON *from, struct result *result,
                    struct err *err)
{
    const struct cJSON *tool = json_get(from, "tool");

    if (check_format(from, err) < 0 || get_status(from, result, err) < 0 ||
        field_text(tool, "version", result->tool_version,
                   sizeof result->tool_version, err) < 0 ||
        field_name(from, "name", result->name, sizeof result->name, err) < 0 ||
        field_text(from, "what", result->what, sizeof result->what, err) < 0 ||
        field_texts(from, "argv", &result->argv, err) < 0 ||
        field_text(from, "start_utc", result->start_utc,
                   sizeof result->start_utc, err) < 0 ||
        field_text(from, "end_utc", result->end_utc, sizeof result->end_utc,
                   err) < 0 ||
        field_hash(from, "scenario_sha256", result->scenario_sha256, 0, err) <
            0 ||
        get_pairs(from, &result->pairs, err) < 0)
        return -1;
    return field_hash(from, "environment_sha256", result->environment_sha256,
                      result->status == RESULT_PARTIAL, err);
}

int result_read(struct result *result, const struct cJSON *manifest,
                struct err *err)
{
    if (get_head(manifest, result, err) < 0)
        return -1;
    return get_runs(manifest, result, err);
}
