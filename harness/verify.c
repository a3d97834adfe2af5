#include "harness/verify.h"

#include "harness/audit.h"
#include "harness/connections.h"
#include "harness/reconcile.h"
#include "harness/tables.h"
#include "lib/csv.h"
#include "lib/num.h"

#include <string.h>

struct checking {
    const char *path;
    const struct result_run *run;
    int64_t odd_line; /* of a message of another size; 0: none */
};

/* Over UDP a reply is late by its time alone. */
static int check_time(const struct ledger_row *row,
                      const struct checking *checking, struct err *err)
{
    if (row->outcome == OUTCOME_OK && row->rtt_ns > checking->run->timeout_ns)
        return csv_damaged(checking->path, row->line,
                           "ok, but it came after the time-out", err);
    if (row->outcome == OUTCOME_LATE &&
        row->rtt_ns <= checking->run->timeout_ns)
        return csv_damaged(checking->path, row->line,
                           "late, but it came before the time-out", err);
    return 0;
}

static int on_row(const struct ledger_row *row, void *ctx, struct err *err)
{
    struct checking *checking = ctx;

    if (row->bytes != checking->run->message_size_bytes && !checking->odd_line)
        checking->odd_line = row->line;
    return result_run_is_udp(checking->run) ? check_time(row, checking, err)
                                            : 0;
}

static int read_ledger(const struct result *result,
                       const struct result_run *run, struct ledger *ledger,
                       struct err *err)
{
    char path[4096];
    struct checking checking = {.path = path, .run = run};
    struct ledger_reader reader = {.path = path,
                                   .is_partial = !run->done,
                                   .any_order = result_run_is_udp(run),
                                   .on_row = on_row,
                                   .ctx = &checking};

    if (result_file_path(path, result, run, RESULT_MESSAGES_CSV, err) < 0 ||
        ledger_read(&reader, ledger, err) < 0 ||
        audit_ledger(result, run, ledger, err) < 0)
        return -1;
    return checking.odd_line
               ? csv_damaged(path, checking.odd_line,
                             "bytes is not the message size of the manifest",
                             err)
               : 0;
}

/* ---- the files beside it ---- */

static int differs(const char *path, int64_t is, const char *what, int64_t says,
                   struct err *err)
{
    err_set(err, ERR_RESULTS, "results-damaged",
            "%s: %lld %s, the manifest says %lld", path, (long long)is, what,
            (long long)says);
    return err_hint(err, "the manifest is not as it was written: restore the "
                         "folder, or measure again");
}

static int count_rows(const struct result_file *file, const char *path,
                      int64_t *rows, struct err *err)
{
    struct connections connections;

    if (strcmp(file->name, RESULT_CONNECTIONS_CSV) != 0)
        return tables_count(file->name, path, 0, rows, err);
    if (connections_load(&connections, path, 0, err) < 0)
        return -1;
    *rows = connections.rows;
    return 0;
}

/* A table must also be readable, not only unchanged. */
static int check_table(const struct result *result,
                       const struct result_run *run,
                       const struct result_file *file, struct err *err)
{
    char path[4096];
    int64_t rows = 0;

    if (!tables_has(file->name))
        return 0;
    if (result_file_path(path, result, run, file->name, err) < 0 ||
        count_rows(file, path, &rows, err) < 0)
        return -1;
    if (rows != file->rows)
        return differs(path, rows, "rows", file->rows, err);
    if (strcmp(file->name, RESULT_UNMATCHED_CSV) == 0 && rows != run->unmatched)
        return differs(path, rows, "unmatched", run->unmatched, err);
    return 0;
}

static int check_files(const struct result *result,
                       const struct result_run *run, struct err *err)
{
    for (int i = 0; i < run->nfiles; i++) {
        const struct result_file *file = &run->files[i];

        if (strcmp(file->name, RESULT_MESSAGES_CSV) == 0)
            continue; /* read and hashed as the ledger */
        if (audit_file(result, run, file, err) < 0 ||
            check_table(result, run, file, err) < 0)
            return -1;
    }
    return 0;
}

/* ---- loss on purpose ---- */

static int reconcile_differs(const struct result_run *run, const char *what,
                             int64_t is, int64_t says, struct err *err)
{
    err_set(err, ERR_RESULTS, "reconcile-differs",
            "%s: %s is %lld by the files, the manifest says %lld", run->dir,
            what, (long long)is, (long long)says);
    return err_hint(err, "the manifest is not as it was written: restore the "
                         "folder, or measure again");
}

/*
 * Of a run that was cut off, or whose server was, the manifest claims nothing:
 * its files need not go together.
 */
static int check_reconciled(const struct result *result,
                            const struct result_run *run, struct err *err)
{
    struct result_run again = *run;
    struct result_reconciled says = run->reconciled;
    const char *name;
    const int64_t *is;

    if (!says.has)
        return 0;
    if (reconcile_run(result, &again, err) < 0)
        return -1;
    if (again.reconciled.has != says.has)
        return reconcile_differs(run, "reconciled", again.reconciled.has,
                                 says.has, err);
    for (int i = 0; (is = result_reconciled_count(&again.reconciled, i, &name));
         i++) {
        int64_t said = *result_reconciled_count(&says, i, &name);

        if (*is != said)
            return reconcile_differs(run, name, *is, said, err);
    }
    return 0;
}

/* The log says dropped, the record has an answer: one of them is wrong. */
static int check_missed(const struct result_run *run, struct err *err)
{
    if (run->reconciled.missed == 0)
        return 0;
    err_set(err, ERR_RESULTS, "reconcile-missed",
            "%s: %lld messages were dropped on purpose by %s, yet are not "
            "lost in %s",
            run->dir, (long long)run->reconciled.missed, RESULT_INJECTED_CSV,
            RESULT_MESSAGES_CSV);
    return err_hint(err, "record and log are not of one run, or a program of "
                         "ours is wrong: please report it with the folder");
}

static void print_reconciled(const struct result_run *run, FILE *to)
{
    const struct result_reconciled *r = &run->reconciled;
    char n[4][32];

    if (!r->has && run->loss.has)
        fputs("  not reconciled: the manifest does not say who lost what\n",
              to);
    if (!r->has)
        return;
    fprintf(to, "  %s lost: %s on the way there, %s on the way back\n",
            num_grouped(r->measured_lost, n[0], sizeof n[0]),
            num_grouped(r->lost_forward, n[1], sizeof n[1]),
            num_grouped(r->lost_reverse, n[2], sizeof n[2]));
    fprintf(to,
            "  %s dropped on purpose: true loss %s, false loss %s, missed %s\n",
            num_grouped(r->injected_lost, n[0], sizeof n[0]),
            num_grouped(r->true_loss, n[1], sizeof n[1]),
            num_grouped(r->false_loss, n[2], sizeof n[2]),
            num_grouped(r->missed, n[3], sizeof n[3]));
    if (r->overdue > 0)
        fprintf(to,
                "  false loss: of %s an answer came after all, too late for a "
                "row\n",
                num_grouped(r->overdue, n[0], sizeof n[0]));
    if (r->false_loss > r->overdue)
        fputs("  false loss: nobody dropped it on purpose; the network or a "
              "kernel lost it\n",
              to);
    if (r->false_loss > 0 && run->local_drops > 0)
        fprintf(to, "  our own socket had no room for %s datagrams\n",
                num_grouped(run->local_drops, n[0], sizeof n[0]));
}

/* ---- a run ---- */

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

/* A transcript has texts instead of messages. */
static int verify_scene(const struct result *result,
                        const struct result_run *run,
                        struct verify_totals *totals, FILE *to, struct err *err)
{
    if (run->done && check_files(result, run, err) < 0)
        return -1;
    if (run->done)
        fprintf(to, "%s: a scene; %d file%s as in the manifest\n", run->dir,
                run->nfiles, run->nfiles == 1 ? "" : "s");
    else
        fprintf(to, "%s: not ended: nothing was recorded\n", run->dir);
    totals->runs += run->done;
    return 0;
}

static int verify_run(const struct result *result, const struct result_run *run,
                      struct verify_totals *totals, FILE *to, struct err *err)
{
    struct ledger ledger;

    if (result_run_is_scene(run))
        return verify_scene(result, run, totals, to, err);
    if (read_ledger(result, run, &ledger, err) < 0) {
        if (run->done || strcmp(err->id, "results-open") != 0)
            return -1;
        memset(err, 0, sizeof *err);
        fprintf(to, "%s: not ended: nothing was recorded\n", run->dir);
        return 0;
    }
    if (check_files(result, run, err) < 0 ||
        (run->done && check_reconciled(result, run, err) < 0))
        return -1;
    print_run(run, &ledger, to);
    print_reconciled(run, to);
    if (check_missed(run, err) < 0)
        return -1;
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
