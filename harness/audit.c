#include "harness/audit.h"

#include <inttypes.h>
#include <string.h>

static int hint(struct err *err)
{
    return err_hint(err, "the folder is not as it was written: restore it "
                         "from where it came, or measure again");
}

static int differs(const char *path, const char *what, int64_t is, int64_t says,
                   struct err *err)
{
    err_set(err, ERR_RESULTS, "results-damaged",
            "%s: %" PRId64 " %s, the manifest says %" PRId64, path, is, what,
            says);
    return hint(err);
}

static int check_hash(const char *path, const char *is, const char *says,
                      struct err *err)
{
    if (strcmp(is, says) == 0)
        return 0;
    err_set(err, ERR_RESULTS, "results-damaged",
            "%s: SHA-256 is %.12s..., the manifest says %.12s...", path, is,
            says);
    return hint(err);
}

const struct result_file *audit_entry(const struct result_run *run,
                                      const char *name)
{
    for (int i = 0; i < run->nfiles; i++)
        if (strcmp(run->files[i].name, name) == 0)
            return &run->files[i];
    return NULL;
}

static int audit_run(const struct result *result, const struct result_run *run,
                     struct err *err)
{
    int64_t sum = 0;

    if (!run->done && result->status == RESULT_PARTIAL)
        return 0;
    for (int i = 0; i < OUTCOME_COUNT; i++)
        sum += run->outcomes[i];
    if (!run->done)
        err_set(err, ERR_RESULTS, "results-damaged",
                "%s/manifest.json: %s was not measured, but the status is %s",
                result->path, run->dir, result_status_name(result->status));
    else if (run->rows != run->intended || run->rows != sum)
        err_set(err, ERR_RESULTS, "results-damaged",
                "%s/manifest.json: %s: %" PRId64 " rows, %" PRId64
                " intended and %" PRId64 " outcomes are not the same",
                result->path, run->dir, run->rows, run->intended, sum);
    else if (strcmp(run->mode, "transcript") != 0 &&
             !audit_entry(run, RESULT_MESSAGES_CSV))
        err_set(err, ERR_RESULTS, "results-damaged",
                "%s/manifest.json: %s: %s is not listed", result->path,
                run->dir, RESULT_MESSAGES_CSV);
    else
        return 0;
    return hint(err);
}

/* A run that is listed twice would count twice. */
static int audit_list(const struct result *result, struct err *err)
{
    const char *twice = NULL;

    for (int i = 0; i < result->nruns; i++)
        for (int k = 0; k < i; k++)
            if (strcmp(result->runs[i].dir, result->runs[k].dir) == 0)
                twice = result->runs[i].dir;
    if (twice)
        err_set(err, ERR_RESULTS, "results-damaged",
                "%s/manifest.json: %s is listed twice", result->path, twice);
    else if (result->nruns == 0 && result->status == RESULT_COMPLETE)
        err_set(err, ERR_RESULTS, "results-damaged",
                "%s/manifest.json: complete, but no run is listed",
                result->path);
    else
        return 0;
    return hint(err);
}

int audit_manifest(const struct result *result, struct err *err)
{
    if (audit_list(result, err) < 0)
        return -1;
    for (int i = 0; i < result->nruns; i++)
        if (audit_run(result, &result->runs[i], err) < 0)
            return -1;
    return 0;
}

static int audit_named(const struct result *result, const char *name,
                       const char *sha256, struct err *err)
{
    char path[4096], hex[HASH_HEX_SIZE];
    int64_t bytes;

    if (!sha256[0]) /* a partial folder need not have it yet */
        return 0;
    if (result_file_path(path, result, NULL, name, err) < 0)
        return -1;
    if (hash_file(path, hex, &bytes, err) < 0)
        return hint(err);
    return check_hash(path, hex, sha256, err);
}

int audit_folder(const struct result *result, struct err *err)
{
    if (audit_named(result, "scenario.json", result->scenario_sha256, err) < 0)
        return -1;
    return audit_named(result, "environment.json", result->environment_sha256,
                       err);
}

int audit_ledger(const struct result *result, const struct result_run *run,
                 const struct ledger *ledger, struct err *err)
{
    const struct result_file *entry = audit_entry(run, RESULT_MESSAGES_CSV);
    char path[4096];

    if (!run->done)
        return 0;
    if (result_file_path(path, result, run, RESULT_MESSAGES_CSV, err) < 0)
        return -1;
    if (ledger->rows != run->rows)
        return differs(path, "rows", ledger->rows, run->rows, err);
    for (int i = 0; i < OUTCOME_COUNT; i++)
        if (ledger->outcomes[i] != run->outcomes[i])
            return differs(path, outcome_name((enum outcome)i),
                           ledger->outcomes[i], run->outcomes[i], err);
    if (ledger->duplicated != run->duplicated)
        return differs(path, "duplicated", ledger->duplicated, run->duplicated,
                       err);
    if (ledger->reordered != run->reordered)
        return differs(path, "reordered", ledger->reordered, run->reordered,
                       err);
    if (ledger->connections > run->connections)
        return differs(path, "connections", ledger->connections,
                       run->connections, err);
    if (entry->rows != ledger->rows)
        return differs(path, "rows", ledger->rows, entry->rows, err);
    if (entry->bytes != ledger->file_bytes)
        return differs(path, "bytes", ledger->file_bytes, entry->bytes, err);
    return check_hash(path, ledger->sha256, entry->sha256, err);
}

int audit_file(const struct result *result, const struct result_run *run,
               const struct result_file *file, struct err *err)
{
    char path[4096], hex[HASH_HEX_SIZE];
    int64_t bytes;

    if (result_file_path(path, result, run, file->name, err) < 0)
        return -1;
    if (hash_file(path, hex, &bytes, err) < 0)
        return hint(err);
    if (bytes != file->bytes)
        return differs(path, "bytes", bytes, file->bytes, err);
    return check_hash(path, hex, file->sha256, err);
}
