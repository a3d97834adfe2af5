#include "harness/run.h"

#include "harness/cast.h"
#include "harness/connections.h"
#include "harness/environment.h"
#include "harness/expect.h"
#include "harness/hash.h"
#include "harness/ledger.h"
#include "harness/screen.h"
#include "harness/summary.h"
#include "lib/args.h"
#include "lib/clock.h"
#include "lib/num.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const int64_t poll_every_ns = CLOCK_NS_PER_S / 5;

/* How often and by which signal we were asked to stop. */
static volatile sig_atomic_t stops, stop_signal;

static void on_stop(int signal_number)
{
    stop_signal = signal_number;
    stops = stops + 1;
}

static void take_signals(void)
{
    struct sigaction stop = {.sa_handler = on_stop};

    (void)sigaction(SIGINT, &stop, NULL);
    (void)sigaction(SIGTERM, &stop, NULL);
    (void)sigaction(SIGHUP, &stop, NULL);
    /* A reader that leaves must not end a run: main() finds out. */
    (void)signal(SIGPIPE, SIG_IGN);
    /* Nor a file that may not grow: write() tells. */
    (void)signal(SIGXFSZ, SIG_IGN);
}

/* ---- the plan becomes runs ---- */

static void describe_target(struct result_run *run, const struct scenario *s)
{
    memcpy(run->site, s->site, sizeof run->site);
    memcpy(run->host, s->host, sizeof run->host);
    run->port = s->port;
    run->launched = s->launch == LAUNCH_LOCAL;
    run->plain = s->plain;
    run->emulated = s->emulated;
    run->path_delay_ms = s->path_delay_ms;
    run->path_jitter_ms = s->path_jitter_ms;
    run->path_rate_mbit = s->path_rate_mbit;
}

static void describe_run(struct result_run *run, const struct scenario *s,
                         int rep)
{
    scenario_case_key(s, run->key, sizeof run->key);
    run->rep = rep;
    snprintf(run->dir, sizeof run->dir, "%s/%d", run->key, rep);
    hash_random_id(run->run_id);
    describe_target(run, s);
    memcpy(run->mode, "rate", sizeof "rate");
    memcpy(run->transport, "tcp", sizeof "tcp");
    memcpy(run->server, "thread", sizeof "thread");
    run->message_size_bytes = s->message_size_bytes;
    run->connections = s->connections;
    run->window = 1;
    run->duration_ns = s->duration_ns;
    run->messages = s->messages;
    run->timeout_ns = s->timeout_ns;
    run->seed = s->seed;
    run->cpu_client = (int)s->cpu_client;
    run->cpu_server = (int)s->cpu_server;
}

static int describe(struct result *result, const struct run_request *request,
                    struct err *err)
{
    const struct scenario *s = request->scenario;

    memcpy(result->name, s->name, sizeof result->name);
    memcpy(result->what, s->what, sizeof result->what);
    snprintf(result->tool_version, sizeof result->tool_version, "%s",
             args_version());
    result_texts_add(&result->argv, "harness");
    for (int i = 0; i < request->argc; i++)
        result_texts_add(&result->argv, "%s", request->argv[i]);
    result->runs = calloc((size_t)s->repeat, sizeof *result->runs);
    if (!result->runs)
        return err_sys(err, ERR_RESOURCE, "memory", "cannot plan %lld runs",
                       (long long)s->repeat);
    result->nruns = (int)s->repeat;
    for (int i = 0; i < result->nruns; i++)
        describe_run(&result->runs[i], s, i + 1);
    return 0;
}

/* ---- one run ---- */

struct session {
    const struct run_request *request;
    struct result *result;
    struct err missed; /* the first expectation that was */
    struct cast cast;
    struct cast_counts counts;
    struct environment environment;
};

/* Follow the client to its end, passing on what comes from the keyboard. */
static void watch_client(struct session *session)
{
    struct progress progress = {0};
    struct screen screen;
    int passed_on = 0, got;

    screen_begin(&screen, session->request->scenario->name);
    while ((got = cast_progress(&session->cast, &progress, &session->counts,
                                poll_every_ns)) >= 0) {
        if (got > 0)
            screen_show(&screen, &progress);
        if (passed_on < stops) {
            cast_interrupt(&session->cast);
            passed_on++;
        }
    }
    screen_clear(&screen);
}

static int measure(struct session *session, struct result_run *run,
                   struct err *err)
{
    struct cast *cast = &session->cast;
    char dir[4096];

    if (result_file_path(dir, session->result, run, "", err) < 0)
        return -1;
    dir[strlen(dir) - 1] = '\0'; /* the slash before the empty name */
    if (cast_begin(cast, run, err) < 0 ||
        cast_start_client(cast, run, dir, err) < 0)
        return -1;
    watch_client(session);
    cast_end(cast);
    return cast_client_error(cast, stops > 0, err);
}

static int keep_log(struct session *session, struct result_run *run,
                    const char *name, const struct proc *proc, struct err *err)
{
    if (!proc->open)
        return 0;
    if (result_write_text(session->result, run, name, buf_text(&proc->log),
                          err) < 0)
        return -1;
    return result_add_file(session->result, run, name, 0, err);
}

static int keep_logs(struct session *session, struct result_run *run,
                     struct err *err)
{
    const struct cast *cast = &session->cast;

    if (keep_log(session, run, "client.log", &cast->client, err) < 0 ||
        keep_log(session, run, "server.log", &cast->server, err) < 0)
        return -1;
    return keep_log(session, run, "relay.log", &cast->relay, err);
}

static void take_notes(struct session *session, struct result_run *run)
{
    if (run->emulated)
        result_texts_add(&run->notes,
                         "emulated path: echo-relay on this machine, %g ms "
                         "± %g ms one way",
                         run->path_delay_ms, run->path_jitter_ms);
    if (session->counts.plain)
        result_texts_add(&run->notes, "the peer is a plain echo server");
}

/* The client's own count and what is in the file must be the same. */
static int compare_counts(const struct cast_counts *counts,
                          const struct ledger *ledger, const char *path,
                          struct err *err)
{
    int64_t sum = 0;

    for (int i = 0; i < OUTCOME_COUNT; i++) {
        sum += counts->outcomes[i];
        if (counts->outcomes[i] == ledger->outcomes[i])
            continue;
        err_set(err, ERR_BUG, "ledger-differs",
                "the record does not balance: %s: %lld rows are %s, the "
                "client counted %lld",
                path, (long long)ledger->outcomes[i],
                outcome_name((enum outcome)i), (long long)counts->outcomes[i]);
        return err_hint(err, "please report this with the results folder");
    }
    if (sum == counts->intended && ledger->rows == sum)
        return 0;
    err_set(err, ERR_BUG, "ledger-differs",
            "the record does not balance: %s: %lld rows, %lld intended", path,
            (long long)ledger->rows, (long long)counts->intended);
    return err_hint(err, "please report this with the results folder");
}

static int read_back(struct session *session, struct result_run *run,
                     int is_whole, struct ledger *ledger, struct err *err)
{
    struct ledger_reader reader = {0};
    char path[4096];

    if (result_file_path(path, session->result, run, RESULT_MESSAGES_CSV, err) <
        0)
        return -1;
    reader.path = path;
    reader.any_order = result_run_is_udp(run);
    if (!is_whole &&
        result_trim_file(session->result, run, RESULT_MESSAGES_CSV, err) < 0)
        return -1;
    if (ledger_read(&reader, ledger, err) < 0)
        return -1;
    run->rows = ledger->rows;
    memcpy(run->outcomes, ledger->outcomes, sizeof run->outcomes);
    run->intended = is_whole ? session->counts.intended : ledger->rows;
    return is_whole ? compare_counts(&session->counts, ledger, path, err) : 0;
}

/* What people read, and what the scenario expected. */
static int sum_up(struct session *session, struct result_run *run,
                  struct err *err)
{
    struct summary summary;
    char path[4096], *text;
    int failed;

    if (result_file_path(path, session->result, run, RESULT_MESSAGES_CSV, err) <
            0 ||
        summary_compute(path, run, &summary, err) < 0)
        return -1;
    text = summary_json(&summary);
    if (!text)
        return err_set(err, ERR_RESOURCE, "memory", "cannot sum up %s", path);
    failed = result_write_text(session->result, run, RESULT_SUMMARY_JSON, text,
                               err);
    free(text);
    if (failed ||
        result_add_file(session->result, run, RESULT_SUMMARY_JSON, 0, err) < 0)
        return -1;
    summary_print(&summary, run, stdout);
    if (!session->missed.code)
        (void)expect_check(&session->request->scenario->expect, &summary,
                           &session->missed);
    return 0;
}

/* A client that did not come to its end may have left nothing in it. */
static int keep_connections(struct session *session, struct result_run *run,
                            int is_whole, struct err *err)
{
    struct connections connections;
    struct err trouble = {0};
    char path[4096];

    if (result_file_path(path, session->result, run, RESULT_CONNECTIONS_CSV,
                         err) < 0)
        return -1;
    if (connections_load(&connections, path, !is_whole, &trouble) == 0)
        return result_add_file(session->result, run, RESULT_CONNECTIONS_CSV,
                               connections.rows, err);
    if (!is_whole)
        return 0;
    *err = trouble;
    return -1;
}

static int keep_files(struct session *session, struct result_run *run,
                      int is_whole, struct err *err)
{
    struct ledger ledger;

    if (read_back(session, run, is_whole, &ledger, err) < 0)
        return -1;
    take_notes(session, run);
    run->done = 1;
    if (result_add_file(session->result, run, RESULT_MESSAGES_CSV, ledger.rows,
                        err) < 0 ||
        keep_connections(session, run, is_whole, err) < 0)
        return -1;
    return keep_logs(session, run, err);
}

/* A client that never came to measuring leaves no record. */
static int has_record(const struct session *session,
                      const struct result_run *run)
{
    struct err ignored;
    char path[4096];

    return result_file_path(path, session->result, run, RESULT_MESSAGES_CSV,
                            &ignored) == 0 &&
           access(path, R_OK) == 0;
}

static int run_one(struct session *session, struct result_run *run,
                   struct err *err)
{
    struct err trouble = {0}, later = {0};
    int cut, is_whole;

    if (result_make_dir(session->result, run, err) < 0)
        return -1;
    memset(&session->counts, 0, sizeof session->counts);
    clock_utc_iso(run->start_utc);
    cut = measure(session, run, &trouble) < 0;
    /* A record that could not be written has fewer rows than were counted. */
    is_whole = session->counts.told && trouble.code != ERR_RESULTS;
    if (has_record(session, run) &&
        (keep_files(session, run, is_whole, &later) < 0 ||
         sum_up(session, run, &later) < 0))
        cut = 1;
    cast_release(&session->cast);
    err_worse(&trouble, &later);
    if (!cut)
        return result_save(session->result, err);
    *err = trouble;
    return -1;
}

/* ---- all runs ---- */

static int save_environment(struct session *session, struct err *err)
{
    char *text = environment_json(&session->environment);
    int failed;

    if (!text)
        return err_set(err, ERR_RESOURCE, "memory",
                       "cannot describe the environment");
    failed = result_add_environment(session->result, text, err);
    free(text);
    return failed;
}

static int64_t rows_kept(const struct result *result)
{
    int64_t rows = 0;

    for (int i = 0; i < result->nruns; i++)
        rows += result->runs[i].rows;
    return rows;
}

static int interrupted(struct err *err, const struct result *result)
{
    char rows[32];

    err_set(err, (enum err_code)(ERR_SIGNAL + stop_signal), "interrupted",
            "interrupted: %s: after %s messages", result->path,
            num_grouped(rows_kept(result), rows, sizeof rows));
    return err_hint(err, "run it again for a complete result");
}

/* Say what is left; a folder without a single row is taken back. */
static int give_up(struct session *session, struct err *err)
{
    struct result *result = session->result;
    struct err ignored = {0};
    char rows[32];

    if (rows_kept(result) == 0) {
        result_discard(result);
        err_kept(err, "nothing was written");
        return -1;
    }
    environment_end(&session->environment);
    (void)save_environment(session, &ignored);
    (void)result_save(result, &ignored);
    err_kept(err, "%s whole rows in %s (harness report --allow-partial %s)",
             num_grouped(rows_kept(result), rows, sizeof rows), result->path,
             result->path);
    return -1;
}

static int run_all(struct session *session, struct err *err)
{
    struct result *result = session->result;

    if (environment_begin(&session->environment, err) < 0 ||
        save_environment(session, err) < 0)
        return -1;
    for (int i = 0; i < result->nruns; i++) {
        if (run_one(session, &result->runs[i], err) < 0)
            return -1;
        if (stops)
            return interrupted(err, result);
    }
    return 0;
}

static int complete(struct session *session, struct err *err)
{
    environment_end(&session->environment);
    if (save_environment(session, err) < 0)
        return -1;
    session->result->status = RESULT_COMPLETE;
    return result_finish(session->result, err);
}

int run_scenario(const struct run_request *request, struct result *result,
                 struct err *err)
{
    struct session session = {.request = request, .result = result};

    if (describe(result, request, err) < 0 ||
        result_create(result, request->out, request->scenario_text, err) < 0) {
        err_kept(err, "nothing was measured");
        return -1;
    }
    take_signals();
    if (run_all(&session, err) < 0 || complete(&session, err) < 0) {
        session.result->status = RESULT_PARTIAL;
        return give_up(&session, err);
    }
    if (!session.missed.code)
        return 0;
    *err = session.missed;
    return err_kept(err, "%s", result->path);
}
