#include "harness/verify.h"

#include "harness/audit.h"
#include "harness/connections.h"
#include "lib/num.h"

#include <string.h>

static int read_ledger(const struct result *result,
                       const struct result_run *run, struct ledger *ledger,
                       struct err *err)
{
    char path[4096];
    struct ledger_reader reader = {.path = path,
                                   .is_partial = !run->done,
                                   .any_order = result_run_is_udp(run)};

    if (result_file_path(path, result, run, RESULT_MESSAGES_CSV, err) < 0 ||
        ledger_read(&reader, ledger, err) < 0)
        return -1;
    return audit_ledger(result, run, ledger, err);
}

/* connections.csv must also be readable, not only unchanged. */
static int check_connections(const struct result *result,
                             const struct result_run *run,
                             const struct result_file *file, struct err *err)
{
    struct connections connections;
    char path[4096];

    if (result_file_path(path, result, run, file->name, err) < 0 ||
        connections_load(&connections, path, 0, err) < 0)
        return -1;
    if (connections.rows == file->rows)
        return 0;
    err_set(err, ERR_RESULTS, "results-damaged",
            "%s: %lld rows, the manifest says %lld", path,
            (long long)connections.rows, (long long)file->rows);
    return err_hint(err, "the manifest is not as it was written: restore the "
                         "folder, or measure again");
}

static int check_files(const struct result *result,
                       const struct result_run *run, struct err *err)
{
    for (int i = 0; i < run->nfiles; i++) {
        const struct result_file *file = &run->files[i];

        if (strcmp(file->name, RESULT_MESSAGES_CSV) == 0)
            continue; /* read and hashed as the ledger */
        if (audit_file(result, run, file, err) < 0)
            return -1;
        if (strcmp(file->name, RESULT_CONNECTIONS_CSV) == 0 &&
            check_connections(result, run, file, err) < 0)
            return -1;
    }
    return 0;
}

static void print_run(const struct result_run *run, const struct ledger *ledger,
                      FILE *to)
{
    char rows[32], ok[32];

    fprintf(to, "%s: %s messages, %s ok", run->dir,
            num_grouped(ledger->rows, rows, sizeof rows),
            num_grouped(ledger->outcomes[OUTCOME_OK], ok, sizeof ok));
    for (int i = OUTCOME_OK + 1; i < OUTCOME_COUNT; i++)
        if (ledger->outcomes[i] > 0)
            fprintf(to, ", %s %s",
                    num_grouped(ledger->outcomes[i], ok, sizeof ok),
                    outcome_name((enum outcome)i));
    if (run->done)
        fprintf(to, "; %d file%s as in the manifest\n", run->nfiles,
                run->nfiles == 1 ? "" : "s");
    else
        fputs("; not ended: whole rows only, no hash to compare\n", to);
}

static int verify_run(const struct result *result, const struct result_run *run,
                      struct verify_totals *totals, FILE *to, struct err *err)
{
    struct ledger ledger;

    if (read_ledger(result, run, &ledger, err) < 0) {
        if (run->done || strcmp(err->id, "results-open") != 0)
            return -1;
        memset(err, 0, sizeof *err);
        fprintf(to, "%s: not ended: nothing was recorded\n", run->dir);
        return 0;
    }
    if (check_files(result, run, err) < 0)
        return -1;
    print_run(run, &ledger, to);
    totals->runs++;
    totals->messages += ledger.rows;
    return 0;
}

int verify_folder(const char *path, int allow_partial,
                  struct verify_totals *totals, FILE *to, struct err *err)
{
    struct result result;
    int status;

    if (result_load(&result, path, allow_partial, err) < 0)
        return -1;
    status = audit_manifest(&result, err);
    if (status == 0)
        status = audit_folder(&result, err);
    if (status == 0)
        fprintf(to, "%s: %s\n", result.path, result_status_name(result.status));
    for (int i = 0; status == 0 && i < result.nruns; i++)
        status = verify_run(&result, &result.runs[i], totals, to, err);
    totals->folders += status == 0;
    result_release(&result);
    return status;
}
