#include "harness/run.h"

#include "harness/cases.h"
#include "harness/cast.h"
#include "harness/environment.h"
#include "harness/expect.h"
#include "harness/keep.h"
#include "harness/screen.h"
#include "harness/summary.h"
#include "lib/args.h"
#include "lib/clock.h"
#include "lib/num.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
    return cases_describe(result, s, err);
}

/* ---- one run ---- */

struct session {
    const struct run_request *request;
    struct result *result;
    const char *label; /* of the run, for its progress */
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

    screen_begin(&screen, session->label);
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
    if (cast_begin(cast, run, dir, err) < 0 ||
        cast_start_client(cast, run, dir, err) < 0)
        return -1;
    watch_client(session);
    cast_end(cast);
    return cast_client_error(cast, stops > 0, err);
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
    if (keep_has_record(session->result, run) &&
        (keep_files(session->result, run, &session->cast, &session->counts,
                    is_whole, &later) < 0 ||
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

/* Of several runs, say which one this is. */
static void begin_run(struct session *session, int i)
{
    const struct result *result = session->result;
    const struct result_run *run = &result->runs[i];

    session->label = result->name;
    if (result->nruns == 1)
        return;
    session->label = run->key;
    printf("run %d of %d: %s\n", i + 1, result->nruns, run->dir);
    fflush(stdout);
}

static int run_all(struct session *session, struct err *err)
{
    struct result *result = session->result;

    if (environment_begin(&session->environment, err) < 0 ||
        save_environment(session, err) < 0)
        return -1;
    for (int i = 0; i < result->nruns; i++) {
        if (stops)
            return interrupted(err, result);
        begin_run(session, i);
        if (run_one(session, &result->runs[i], err) < 0)
            return -1;
    }
    return stops ? interrupted(err, result) : 0;
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

    take_signals(); /* before there is anything to be kept */
    if (describe(result, request, err) < 0 ||
        result_create(result, request->out, request->scenario_text, err) < 0) {
        err_kept(err, "nothing was measured");
        return -1;
    }
    if (run_all(&session, err) < 0 || complete(&session, err) < 0) {
        session.result->status = RESULT_PARTIAL;
        return give_up(&session, err);
    }
    if (!session.missed.code)
        return 0;
    *err = session.missed;
    return err_kept(err, "%s", result->path);
}
