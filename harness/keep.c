#include "harness/keep.h"

#include "harness/connections.h"
#include "harness/ledger.h"
#include "harness/reconcile.h"
#include "harness/tables.h"
#include "harness/warnings.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int is_there(const struct keep *keep, const char *file)
{
    struct err ignored;
    char path[4096];

    return result_file_path(path, keep->result, keep->run, file, &ignored) ==
               0 &&
           access(path, R_OK) == 0;
}

int keep_has_record(const struct keep *keep)
{
    /* It must be there when the client has counted what is in it. */
    return keep->is_whole || is_there(keep, RESULT_MESSAGES_CSV);
}

int keep_trim(const struct keep *keep, struct err *err)
{
    static const char *const files[] = {
        RESULT_MESSAGES_CSV, RESULT_CONNECTIONS_CSV, RESULT_UNMATCHED_CSV,
        RESULT_INJECTED_CSV, RESULT_SERVED_CSV,
    };

    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        if (!keep->is_whole && is_there(keep, files[i]) &&
            result_trim_file(keep->result, keep->run, files[i], err) < 0)
            return -1;
    return 0;
}

/* ---- the client's count and what is in its files must be the same ---- */

struct pair {
    const char *what; /* rows are WHAT */
    int64_t rows, counted;
};

static int compare(const struct keep *keep, const char *file,
                   const struct pair *pair, struct err *err)
{
    if (pair->rows == pair->counted)
        return 0;
    err_set(err, ERR_BUG, "ledger-differs",
            "the record does not balance: %s/%s/%s: %" PRId64
            " rows are %s, the client counted %" PRId64,
            keep->result->path, keep->run->dir, file, pair->rows, pair->what,
            pair->counted);
    return err_hint(err, "please report this with the results folder");
}

static int compare_messages(const struct keep *keep,
                            const struct ledger *ledger, struct err *err)
{
    const struct cast_counts *counts = keep->counts;
    const struct pair pairs[] = {
        {"there", ledger->rows, counts->intended},
        {"duplicated", ledger->duplicated, counts->duplicated},
        {"reordered", ledger->reordered, counts->reordered},
    };
    struct pair outcome;

    for (int i = 0; i < OUTCOME_COUNT; i++) {
        outcome = (struct pair){outcome_name((enum outcome)i),
                                ledger->outcomes[i], counts->outcomes[i]};
        if (compare(keep, RESULT_MESSAGES_CSV, &outcome, err) < 0)
            return -1;
    }
    for (int i = 0; i < 3; i++)
        if (compare(keep, RESULT_MESSAGES_CSV, &pairs[i], err) < 0)
            return -1;
    return 0;
}

/* ---- each file ---- */

/* Once for all: it is by far the largest file. */
static int read_messages(const struct keep *keep, struct err *err)
{
    struct result_run as = *keep->run;
    char path[4096];

    as.done =
        keep->is_whole; /* a last row without its end is dropped, or not */
    if (result_file_path(path, keep->result, &as, RESULT_MESSAGES_CSV, err) < 0)
        return -1;
    return samples_load(keep->samples, path, &as, err);
}

static int take_messages(const struct keep *keep, struct err *err)
{
    const struct ledger *ledger = &keep->samples->ledger;
    struct result_file entry = {.name = RESULT_MESSAGES_CSV};
    struct result_run *run = keep->run;

    if (read_messages(keep, err) < 0)
        return -1;
    run->rows = run->intended = ledger->rows;
    run->duplicated = ledger->duplicated;
    run->reordered = ledger->reordered;
    memcpy(run->outcomes, ledger->outcomes, sizeof run->outcomes);
    if (keep->is_whole && compare_messages(keep, ledger, err) < 0)
        return -1;
    entry.bytes = ledger->file_bytes;
    entry.rows = ledger->rows;
    memcpy(entry.sha256, ledger->sha256, sizeof entry.sha256);
    return result_enter_file(run, &entry, err);
}

/* A client that did not come to its end may have left nothing in it. */
static int take_connections(const struct keep *keep, struct err *err)
{
    struct connections connections;
    struct err trouble = {0};
    char path[4096];

    if (result_file_path(path, keep->result, keep->run, RESULT_CONNECTIONS_CSV,
                         err) < 0)
        return -1;
    if (connections_load(&connections, path, !keep->is_whole, &trouble) == 0)
        return result_add_file(keep->result, keep->run, RESULT_CONNECTIONS_CSV,
                               connections.rows, err);
    if (!keep->is_whole)
        return 0;
    *err = trouble;
    return -1;
}

/* A table that need not be there; its rows are counted into *rows. */
static int take_table(const struct keep *keep, const char *file, int64_t *rows,
                      struct err *err)
{
    char path[4096];

    *rows = 0;
    if (!is_there(keep, file))
        return 0;
    if (result_file_path(path, keep->result, keep->run, file, err) < 0 ||
        tables_count(file, path, !keep->is_whole, rows, err) < 0)
        return -1;
    return result_add_file(keep->result, keep->run, file, *rows, err);
}

static int take_log(const struct keep *keep, const char *name,
                    const struct proc *proc, struct err *err)
{
    if (!proc->open)
        return 0;
    if (result_write_text(keep->result, keep->run, name, buf_text(&proc->log),
                          err) < 0)
        return -1;
    return result_add_file(keep->result, keep->run, name, 0, err);
}

static int take_logs(const struct keep *keep, struct err *err)
{
    const struct cast *cast = keep->cast;

    if (take_log(keep, "client.log", &cast->client, err) < 0 ||
        take_log(keep, "server.log", &cast->server, err) < 0)
        return -1;
    return take_log(keep, "relay.log", &cast->relay, err);
}

/* ---- datagrams ---- */

/* Whoever wrote served.csv and injected.csv came to its end. */
static int witnesses_ended(const struct cast *cast)
{
    return cast->server.exit_code == 0 && cast->relay.exit_code == 0;
}

static int reconcile(const struct keep *keep, struct err *err)
{
    if (keep->is_whole && witnesses_ended(keep->cast))
        return reconcile_run(keep->result, keep->run, err);
    warning_add(keep->run, WARNING_NOT_RECONCILED,
                "the client or the server did not come to its end");
    return 0;
}

static int take_datagrams(const struct keep *keep, struct err *err)
{
    struct result_run *run = keep->run;
    struct pair unmatched = {.what = "there"};
    int64_t rows;

    if (!result_run_is_udp(run))
        return 0;
    if (take_table(keep, RESULT_UNMATCHED_CSV, &unmatched.rows, err) < 0)
        return -1;
    unmatched.counted = keep->counts->unmatched;
    run->unmatched = unmatched.rows;
    run->local_drops = keep->counts->local_drops;
    if (keep->is_whole &&
        compare(keep, RESULT_UNMATCHED_CSV, &unmatched, err) < 0)
        return -1;
    if (take_table(keep, RESULT_INJECTED_CSV, &rows, err) < 0 ||
        take_table(keep, RESULT_SERVED_CSV, &rows, err) < 0)
        return -1;
    return reconcile(keep, err);
}

/* ---- all ---- */

/* What a server on another host told. */
static void take_far_notes(struct result_run *run,
                           const struct deploy_told *far)
{
    if (!run->deployed)
        return;
    result_texts_add(&run->notes, "firewall there: %s%s", far->firewall,
                     far->is_open && !far->left[0] ? "; closed again" : "");
    if (far->left[0])
        warning_add(run, WARNING_LEFT_BEHIND, "on %s: %s", run->host,
                    far->left);
}

static void take_notes(const struct keep *keep)
{
    struct result_run *run = keep->run;

    take_far_notes(run, &keep->cast->far);
    if (run->emulated)
        result_texts_add(&run->notes,
                         "emulated path: echo-relay on this machine, %g ms "
                         "± %g ms one way",
                         run->path_delay_ms, run->path_jitter_ms);
    if (cast_queue_drops(keep->cast) > 0)
        result_texts_add(&run->notes,
                         "emulated path: its queue had no room for %" PRId64
                         " datagrams",
                         cast_queue_drops(keep->cast));
    if (keep->counts->plain)
        result_texts_add(&run->notes, "the peer is a plain echo server");
    if (result_run_is_degraded(run))
        warning_add(run, WARNING_DEGRADED,
                    "%.6g of %.6g messages a second were sent",
                    run->achieved_per_s, run->rate_per_s);
    if (run->gaps.count)
        warning_add(run, WARNING_GAPS,
                    "the client itself stood still %" PRId64 " time%s",
                    run->gaps.count, run->gaps.count == 1 ? "" : "s");
    if (run->local_drops)
        warning_add(run, WARNING_LOCAL_LOSS,
                    "our own sockets had no room for %" PRId64 " datagrams",
                    run->local_drops);
    if (cast_socket_drops(keep->cast) > 0)
        warning_add(run, WARNING_LOCAL_LOSS,
                    "sockets of our server or relay had no room for %" PRId64
                    " datagrams",
                    cast_socket_drops(keep->cast));
}

int keep_files(const struct keep *keep, struct err *err)
{
    keep->run->gaps = keep->counts->gaps; /* rows are judged by them */
    if (take_messages(keep, err) < 0)
        return -1;
    keep->run->done = 1;
    keep->run->achieved_per_s = keep->counts->achieved_per_s;
    if (take_connections(keep, err) < 0 || take_datagrams(keep, err) < 0)
        return -1;
    take_notes(keep);
    return take_logs(keep, err);
}

int keep_transcript(const struct result *result, struct result_run *run,
                    const struct transcript *transcript, struct err *err)
{
    for (int i = 0; i <= STEPS_MAX_CLIENTS; i++) {
        const struct buf *text = &transcript->party[i].text;
        const char *name = transcript->party[i].name;

        if (text->failed)
            return err_set(err, ERR_RESOURCE, "memory", "cannot keep %s", name);
        if (text->len == 0)
            continue;
        if (result_write_text(result, run, name, buf_text(text), err) < 0 ||
            result_add_file(result, run, name, 0, err) < 0)
            return -1;
    }
    take_far_notes(run, &transcript->far);
    run->done = 1;
    return 0;
}
