#include "harness/result.h"

#include "lib/json.h"

#include <stdlib.h>

static void put_texts(struct cJSON *object, const char *key,
                      const struct result_texts *texts)
{
    struct cJSON *array = json_put_array(object, key);

    for (int i = 0; i < texts->count; i++)
        json_push_text(array, texts->text[i]);
}

static void put_int_or_null(struct cJSON *object, const char *key,
                            int64_t value, int64_t none)
{
    if (value == none)
        json_put_null(object, key);
    else
        json_put_int(object, key, value);
}

static void put_real_or_null(struct cJSON *object, const char *key,
                             double value)
{
    if (value > 0)
        json_put_real(object, key, value);
    else
        json_put_null(object, key);
}

static void put_path(struct cJSON *json, const struct result_run *run)
{
    struct cJSON *path;

    if (!run->emulated) {
        json_put_null(json, "path");
        return;
    }
    path = json_put_object(json, "path");
    json_put_bool(path, "emulated", 1);
    json_put_real(path, "delay_ms", run->path_delay_ms);
    json_put_real(path, "jitter_ms", run->path_jitter_ms);
    put_real_or_null(path, "rate_mbit", run->path_rate_mbit);
}

static void put_loss(struct cJSON *json, const struct result_loss *loss)
{
    struct cJSON *to;

    if (!loss->has) {
        json_put_null(json, "loss");
        return;
    }
    to = json_put_object(json, "loss");
    json_put_text(to, "by", loss->by);
    json_put_text(to, "model", loss->model);
    json_put_real(to, "p", loss->p);
    put_real_or_null(to, "burst", loss->burst);
    json_put_text(to, "direction", loss->direction);
    json_put_real(to, "duplicate", loss->duplicate);
    json_put_real(to, "reorder", loss->reorder);
}

static void put_pacing(struct cJSON *json, const struct result_run *run)
{
    int is_open = run->rate_per_s > 0;

    json_put_text(json, "pacing", is_open ? "open" : "closed");
    put_real_or_null(json, "rate_per_s", run->rate_per_s);
    if (is_open)
        json_put_text(json, "arrival", run->arrival);
    else
        json_put_null(json, "arrival");
    json_put_int(json, "threads", run->threads);
    json_put_bool(json, "busy_poll", run->busy_poll);
}

static void put_conditions(struct cJSON *json, const struct result_run *run)
{
    struct cJSON *cpu;

    json_put_text(json, "mode", run->mode);
    json_put_text(json, "site", run->site);
    json_put_text(json, "host", run->host);
    json_put_int(json, "port", run->port);
    json_put_text(json, "transport", run->transport);
    json_put_text(json, "server", run->server);
    json_put_bool(json, "launched", run->launched);
    json_put_bool(json, "deployed", run->deployed);
    json_put_text(json, "user", run->user);
    json_put_text(json, "allow", run->allow);
    json_put_bool(json, "plain", run->plain);
    json_put_bool(json, "keyed", run->keyed);
    json_put_int(json, "message_size_bytes", run->message_size_bytes);
    json_put_int(json, "connections", run->connections);
    json_put_int(json, "window", run->window);
    put_pacing(json, run);
    put_int_or_null(json, "duration_ns", run->duration_ns, 0);
    put_int_or_null(json, "messages", run->messages, 0);
    json_put_int(json, "timeout_ns", run->timeout_ns);
    json_put_int(json, "seed", run->seed);
    cpu = json_put_object(json, "cpu");
    put_int_or_null(cpu, "client", run->cpu_client, -1);
    put_int_or_null(cpu, "server", run->cpu_server, -1);
    put_path(json, run);
    put_loss(json, &run->loss);
}

static void put_files(struct cJSON *json, const struct result_run *run)
{
    struct cJSON *files = json_put_array(json, "files");

    for (int i = 0; i < run->nfiles; i++) {
        struct cJSON *file = json_push_object(files);

        json_put_text(file, "name", run->files[i].name);
        json_put_int(file, "bytes", run->files[i].bytes);
        json_put_int(file, "rows", run->files[i].rows);
        json_put_text(file, "sha256", run->files[i].sha256);
    }
}

static void put_reconciled(struct cJSON *json,
                           const struct result_reconciled *reconciled)
{
    struct result_reconciled counts = *reconciled;
    const char *name;
    const int64_t *count;
    struct cJSON *to;

    if (!reconciled->has) {
        json_put_null(json, "reconciled");
        return;
    }
    to = json_put_object(json, "reconciled");
    for (int i = 0; (count = result_reconciled_count(&counts, i, &name)); i++)
        json_put_int(to, name, *count);
}

static void put_gaps(struct cJSON *json, const struct gaps *gaps)
{
    struct cJSON *times;

    json_put_int(json, "gaps", gaps->count);
    json_put_int(json, "gaps_left_out", gaps->left_out);
    times = json_put_array(json, "gap_times");
    for (int i = 0; i < gaps->ntold; i++) {
        struct cJSON *one = json_push_object(times);

        json_put_int(one, "from_ns", gaps->told[i].from_ns);
        json_put_int(one, "to_ns", gaps->told[i].to_ns);
    }
}

static void put_counts(struct cJSON *json, const struct result_run *run)
{
    struct cJSON *outcomes;

    json_put_bool(json, "done", run->done);
    if (!run->done)
        return;
    json_put_text(json, "start_utc", run->start_utc);
    json_put_int(json, "intended", run->intended);
    json_put_int(json, "rows", run->rows);
    outcomes = json_put_object(json, "outcomes");
    for (int i = 0; i < OUTCOME_COUNT; i++)
        json_put_int(outcomes, outcome_name((enum outcome)i), run->outcomes[i]);
    json_put_int(json, "duplicated", run->duplicated);
    json_put_int(json, "reordered", run->reordered);
    json_put_int(json, "unmatched", run->unmatched);
    json_put_int(json, "local_drops", run->local_drops);
    put_gaps(json, &run->gaps);
    put_real_or_null(json, "achieved_per_s", run->achieved_per_s);
    put_reconciled(json, &run->reconciled);
    put_files(json, run);
    put_texts(json, "notes", &run->notes);
    put_texts(json, "warnings", &run->warnings);
}

static void put_pairs(struct cJSON *json, const struct result_pairs *pairs)
{
    struct cJSON *to;

    if (!pairs->has) {
        json_put_null(json, "pairs");
        return;
    }
    to = json_put_object(json, "pairs");
    json_put_text(to, "id", pairs->id);
    json_put_text(to, "side", pairs->side);
    json_put_text(to, "other", pairs->other);
}

static struct cJSON *manifest(const struct result *result)
{
    struct cJSON *json = json_object(), *cases, *tool;

    json_put_int(json, "format", RESULT_FORMAT);
    tool = json_put_object(json, "tool");
    json_put_text(tool, "name", "echolab");
    json_put_text(tool, "version", result->tool_version);
    json_put_text(json, "status", result_status_name(result->status));
    json_put_text(json, "name", result->name);
    json_put_text(json, "what", result->what);
    put_texts(json, "argv", &result->argv);
    json_put_text(json, "start_utc", result->start_utc);
    json_put_text(json, "end_utc", result->end_utc);
    json_put_text(json, "scenario_sha256", result->scenario_sha256);
    json_put_text(json, "environment_sha256", result->environment_sha256);
    put_pairs(json, &result->pairs);
    cases = json_put_array(json, "cases");
    for (int i = 0; i < result->nruns; i++) {
        const struct result_run *run = &result->runs[i];
        struct cJSON *one = json_push_object(cases);

        json_put_text(one, "key", run->key);
        json_put_int(one, "rep", run->rep);
        json_put_text(one, "dir", run->dir);
        json_put_text(one, "run_id", run->run_id);
        put_conditions(one, run);
        put_counts(one, run);
    }
    return json;
}

int result_save(const struct result *result, struct err *err)
{
    struct cJSON *json = manifest(result);
    char *text = json_print(json);
    int failed;

    json_free(json);
    if (!text)
        return err_set(err, ERR_RESOURCE, "memory",
                       "cannot write the manifest: out of memory");
    failed = result_write_text(result, NULL, "manifest.json", text, err);
    free(text);
    return failed;
}
