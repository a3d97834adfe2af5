#include "harness/run.h"

#include "harness/cases.h"
#include "harness/cast.h"
#include "harness/comparable.h"
#include "harness/expect.h"
#include "harness/keep.h"
#include "harness/route.h"
#include "harness/screen.h"
#include "harness/summary.h"
#include "harness/transcript.h"
#include "harness/witness.h"
#include "lib/args.h"
#include "lib/clock.h"
#include "lib/num.h"
#include "lib/rng.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const int64_t poll_every_ns = CLOCK_NS_PER_S / 5;

/* Of the seed: which of a pair comes first. */
#define PAIRS_STREAM 0x70616972

/* How often and by which signal we were asked to stop. */
static volatile sig_atomic_t stops, stop_signal;

static void on_stop(int signal_number)
{
    stop_signal = signal_number;
    stops = stops + 1;
}

static int is_stopped(void)
{
    return stops > 0;
}

static int is_hurried(void)
{
    return stops > 1;
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
    const char *side;  /* "A", "B" of a pair; "" */
    const char *label; /* of the run, for its progress */
    struct err missed; /* the first expectation that was, or worse */
    struct cast cast;
    struct cast_counts counts;
    struct witness witness;
};

/* Its number among the runs of the folder. */
static int number_of(const struct session *session,
                     const struct result_run *run)
{
    return (int)(run - session->result->runs);
}

/* Follow the client to its end, passing on what comes from the keyboard. */
static void watch_client(struct session *session, const struct result_run *run)
{
    struct progress progress = {0};
    struct screen screen;
    int passed_on = 0, got;

    screen_begin(&screen, session->label);
    do {
        /* Without its server there is nothing to wait for. */
        if (passed_on < stops + cast_is_lost(&session->cast)) {
            cast_interrupt(&session->cast);
            passed_on++;
        }
        got = cast_progress(&session->cast, &progress, &session->counts,
                            poll_every_ns);
        if (got > 0)
            screen_show(&screen, &progress);
        if (got > 0)
            witness_look(&session->witness, number_of(session, run),
                         session->cast.client.pid,
                         run->launched ? session->cast.server.pid : 0);
    } while (got >= 0);
    screen_clear(&screen);
}

/* Over an emulated path the messages take no route that could be seen. */
static int look(struct route *route, enum route_when when, struct err *err)
{
    return route->run->emulated || stops ? 0 : route_look(route, when, err);
}

static int measure(struct session *session, struct result_run *run,
                   struct err *err)
{
    struct cast *cast = &session->cast;
    struct route route = {
        .result = session->result, .run = run, .host = cast->at.host};
    struct err way = {0}, witness = {0};
    char dir[4096];

    if (result_file_path(dir, session->result, run, "", err) < 0)
        return -1;
    dir[strlen(dir) - 1] = '\0'; /* the slash before the empty name */
    if (cast_begin(cast, run, dir, err) < 0)
        return -1;
    route.port = cast->at.port;
    if (look(&route, ROUTE_BEFORE, err) < 0 ||
        cast_start_client(cast, run, dir, err) < 0)
        return -1;
    watch_client(session, run);
    if (cast->client.exit_code == 0)
        (void)look(&route, ROUTE_AFTER, &way);
    if (cast_end(cast, run, dir, is_hurried, err) < 0)
        return -1;
    (void)cast_client_error(cast, run, is_stopped(), err);
    (void)cast_witness_error(cast, run, &witness);
    err_worse(err, &witness);
    err_worse(err, &way);
    return err->code ? -1 : 0;
}

/* A run in which the client stood still so much tells of the client. */
static void judge_suspect(const struct summary *summary,
                          const struct result_run *run, struct err *err)
{
    struct err doubt = {0};

    if (summary->suspect.rows == 0 || summary->suspect.share <= SUSPECT_MOST)
        return;
    err_set(&doubt, ERR_CUT, "suspect",
            "%s: %.3g %% of the messages were open while the client itself "
            "stood still",
            run->dir, 100 * summary->suspect.share);
    err_hint(&doubt, "measure again, longer or while nothing stops the client; "
                     "gap_times of manifest.json tell when it was");
    err_worse(err, &doubt);
}

/* What people read, and what the scenario expected. */
static int sum_up(struct session *session, const struct keep *keep,
                  struct err *err)
{
    struct result_run *run = keep->run;
    struct summary summary;
    char path[4096], *text;
    int failed;

    if (result_file_path(path, session->result, run, RESULT_MESSAGES_CSV, err) <
            0 ||
        summary_compute(keep->samples, path, run, &summary, err) < 0)
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
    witness_judge(&session->witness, number_of(session, run), &summary);
    summary_print(&summary, run, stdout);
    for (int i = 0; i < run->warnings.count; i++)
        printf("  warning    %s\n", run->warnings.text[i]);
    if (!session->missed.code)
        (void)expect_check(&session->request->scenario->expect, &summary,
                           &session->missed);
    judge_suspect(&summary, run, &session->missed);
    return 0;
}

/* What was measured, though it may have been cut short. */
static int take_record(struct session *session, const struct keep *keep,
                       struct err *err)
{
    if (keep_trim(keep, err) < 0)
        return -1;
    if (!keep_has_record(keep))
        return 0;
    return keep_files(keep, err) < 0 ? -1 : sum_up(session, keep, err);
}

static int run_one(struct session *session, struct result_run *run,
                   struct err *err)
{
    struct samples samples = {0};
    struct keep keep = {.result = session->result,
                        .samples = &samples,
                        .run = run,
                        .cast = &session->cast,
                        .counts = &session->counts};
    struct err trouble = {0}, later = {0};
    int cut;

    if (result_make_dir(session->result, run, err) < 0)
        return -1;
    memset(&session->counts, 0, sizeof session->counts);
    clock_utc_iso(run->start_utc);
    witness_run_begin(&session->witness, number_of(session, run));
    cut = measure(session, run, &trouble) < 0;
    if (keep_has_record(&keep))
        witness_run_end(&session->witness, number_of(session, run),
                        session->cast.at.host, &session->cast.far.facts);
    session->witness.environment.far = session->cast.far.facts;
    /* A record that could not be written has fewer rows than were counted. */
    keep.is_whole = session->counts.told && trouble.code != ERR_RESULTS;
    if (take_record(session, &keep, &later) < 0)
        cut = 1;
    samples_release(&samples);
    cast_release(&session->cast);
    err_worse(&trouble, &later);
    if (!cut)
        return result_save(session->result, err);
    *err = trouble;
    return -1;
}

/* ---- one scene ---- */

/* A stop ends the scene early; what was shown until then is kept. */
static int play_scene(struct session *session, struct result_run *run,
                      const struct scene *scene, struct err *err)
{
    struct transcript transcript;
    struct transcript_request request = {
        .steps = &session->request->scenario->steps,
        .scene = scene,
        .run = run,
        .is_stopped = is_stopped,
    };
    struct err trouble = {0}, later = {0};
    int cut;

    if (result_make_dir(session->result, run, err) < 0)
        return -1;
    clock_utc_iso(run->start_utc);
    cut = transcript_play(&request, &transcript, &trouble) < 0 && !stops;
    session->witness.environment.far = transcript.far.facts;
    if (keep_transcript(session->result, run, &transcript, &later) < 0)
        cut = 1;
    printf("%s: %d said, %d echoed\n", run->dir, transcript.said,
           transcript.echoed);
    transcript_release(&transcript);
    err_worse(&trouble, &later);
    if (!cut)
        return result_save(session->result, err);
    *err = trouble;
    return -1;
}

/* ---- all runs ---- */

static int take_run(struct session *session, int i, struct err *err)
{
    const struct scenario *s = session->request->scenario;
    struct result_run *run = &session->result->runs[i];

    if (s->mode == MODE_TRANSCRIPT)
        return play_scene(session, run, &s->steps.scene[i / s->repeat], err);
    return run_one(session, run, err);
}

static int save_environment(struct session *session, int is_over,
                            struct err *err)
{
    char *text = witness_json(&session->witness, is_over);
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

/* Of a transcript: scenes of which something was shown. */
static int scenes_kept(const struct result *result)
{
    int scenes = 0;

    for (int i = 0; i < result->nruns; i++)
        scenes += result_run_is_scene(&result->runs[i]) && result->runs[i].done;
    return scenes;
}

static int interrupted(const struct session *sessions, int n, struct err *err)
{
    const struct result *result = sessions[0].result;
    int scenes = scenes_kept(result);
    int64_t rows = 0, kept;
    char text[32];

    for (int i = 0; i < n; i++)
        rows += rows_kept(sessions[i].result);
    kept = scenes ? scenes : rows;
    err_set(err, (enum err_code)(ERR_SIGNAL + stop_signal), "interrupted",
            "interrupted: %s: after %s %s%s", result->path,
            num_grouped(kept, text, sizeof text), scenes ? "scene" : "message",
            kept == 1 ? "" : "s");
    return err_hint(err, "run it again for a complete result");
}

/* Say what is left; a folder in which nothing was recorded is taken back. */
static int give_up(struct session *session, struct err *err)
{
    struct result *result = session->result;
    int scenes = scenes_kept(result);
    int64_t rows = rows_kept(result);
    struct err ignored = {0};
    char text[32];

    if (!result_is_there(result))
        return err_kept(err, "nothing there: %s is gone", result->path);
    if (rows == 0 && scenes == 0 && result_discard(result) == 0)
        return err_kept(err, "nothing was written");
    (void)save_environment(session, 1, &ignored);
    (void)result_save(result, &ignored);
    if (scenes > 0)
        return err_kept(err, "what was shown so far, in %s", result->path);
    if (rows == 0)
        return err_kept(err,
                        "what could not be read back, in %s (harness report "
                        "--allow-partial %s)",
                        result->path, result->path);
    err_kept(err, "%s whole row%s in %s (harness report --allow-partial %s)",
             num_grouped(rows, text, sizeof text), rows == 1 ? "" : "s",
             result->path, result->path);
    return -1;
}

/* Of several runs, say which one this is. */
static void begin_run(struct session *session, int i)
{
    const struct result *result = session->result;
    const struct result_run *run = &result->runs[i];

    session->label = result->name;
    if (result->nruns == 1 && !session->side[0])
        return;
    session->label = run->key;
    printf("%s%srun %d of %d: %s\n", session->side,
           session->side[0] ? ", " : "", i + 1, result->nruns, run->dir);
    fflush(stdout);
}

static int begin(struct session *session, struct err *err)
{
    if (witness_begin(&session->witness, session->result, err) < 0 ||
        save_environment(session, 0, err) < 0)
        return -1;
    return result_save(session->result, err);
}

/* One run of each; a coin decides which of a pair comes first. */
static int run_turn(struct session *sessions, int n, int i, struct err *err)
{
    uint64_t seed = (uint64_t)sessions[0].request->scenario->seed;
    int first = n > 1 ? (int)(rng_bits(seed, PAIRS_STREAM, (uint64_t)i) & 1)
                      : 0;

    for (int k = 0; k < n; k++) {
        struct session *session = &sessions[first ^ k];

        if (stops)
            return interrupted(sessions, n, err);
        begin_run(session, i);
        if (take_run(session, i, err) < 0)
            return -1;
    }
    return 0;
}

static int run_all(struct session *sessions, int n, struct err *err)
{
    for (int k = 0; k < n; k++)
        if (begin(&sessions[k], err) < 0)
            return -1;
    for (int i = 0; i < sessions[0].result->nruns; i++)
        if (run_turn(sessions, n, i, err) < 0)
            return -1;
    return stops ? interrupted(sessions, n, err) : 0;
}

/* A run that could not keep its rate is not the load that was asked for. */
static enum result_status status_of(const struct result *result)
{
    for (int i = 0; i < result->nruns; i++)
        if (result_run_is_degraded(&result->runs[i]))
            return RESULT_DEGRADED;
    return RESULT_COMPLETE;
}

static int complete(struct session *session, struct err *err)
{
    if (save_environment(session, 1, err) < 0)
        return -1;
    session->result->status = status_of(session->result);
    if (result_finish(session->result, err) == 0)
        return 0;
    session->result->status = RESULT_PARTIAL;
    return -1;
}

static int complete_all(struct session *sessions, int n, struct err *err)
{
    for (int k = 0; k < n; k++)
        if (complete(&sessions[k], err) < 0)
            return -1;
    for (int k = 0; k < n; k++)
        witness_advise(&sessions[k].witness, stdout);
    return 0;
}

/* What is left of each that did not become complete. */
static int give_up_all(struct session *sessions, int n, struct err *err)
{
    struct err second = *err;

    if (sessions[0].result->status == RESULT_PARTIAL)
        (void)give_up(&sessions[0], err);
    else
        err_kept(err, "%s", sessions[0].result->path);
    if (n == 1)
        return -1;
    (void)give_up(&sessions[1], &second);
    if (!sessions[1].result->path[0])
        return -1;
    if (!sessions[0].result->path[0])
        return err_kept(err, "%s", second.kept);
    return err_kept(err, "%.500s; %.500s", err->kept, second.kept);
}

static int perform(struct session *sessions, int n, struct err *err)
{
    if (run_all(sessions, n, err) < 0 || complete_all(sessions, n, err) < 0)
        return give_up_all(sessions, n, err);
    for (int k = 0; k < n; k++) {
        if (!sessions[k].missed.code)
            continue;
        *err = sessions[k].missed;
        return err_kept(err, "%s", sessions[k].result->path);
    }
    return 0;
}

/* Folders are named after seconds. */
static void wait_for_the_next_second(void)
{
    static const int64_t time_is_behind_ns = 10 * CLOCK_NS_PER_MS;
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    clock_sleep_until_ns(clock_now_ns() + CLOCK_NS_PER_S - now.tv_nsec +
                         time_is_behind_ns);
}

/* Of those that begin within a second, as in a loop, all but one wait. */
static int create(struct session *session, struct err *err)
{
    enum { WAITS = 4 };
    const struct run_request *request = session->request;

    for (int waits = 0;; waits++) {
        memset(err, 0, sizeof *err);
        if (result_create(session->result, request->out, request->scenario_text,
                          err) == 0)
            return 0;
        if (strcmp(err->id, "results-exist") != 0 || waits == WAITS)
            return -1;
        wait_for_the_next_second();
        if (stops)
            return err_set(err, (enum err_code)(ERR_SIGNAL + stop_signal),
                           "interrupted",
                           "interrupted while it waited for a name");
    }
}

int run_scenario(const struct run_request *request, struct result *result,
                 struct err *err)
{
    struct session session = {.request = request, .result = result, .side = ""};
    int status;

    take_signals(); /* before there is anything to be kept */
    if (describe(result, request, err) < 0 || create(&session, err) < 0) {
        err_kept(err, "nothing was measured");
        return -1;
    }
    status = perform(&session, 1, err);
    witness_release(&session.witness);
    return status;
}

/* ---- pairs ---- */

static int check_pairs(const struct result *a, const struct result *b,
                       struct err *err)
{
    struct err note = {0};

    if (result_run_is_scene(&a->runs[0]) || result_run_is_scene(&b->runs[0])) {
        err_set(err, ERR_USAGE, "pairs-differ",
                "A and B do not make pairs: a transcript measures nothing");
        return err_hint(err, "leave out --pairs and run it on its own");
    }
    if (a->nruns != b->nruns) {
        err_set(err, ERR_USAGE, "pairs-differ",
                "A and B do not make pairs: %d and %d runs", a->nruns,
                b->nruns);
        return err_hint(err, "give both scenarios as many cases");
    }
    for (int i = 0; i < a->nruns && !note.code; i++)
        (void)comparable_check(&a->runs[i], &b->runs[i], NULL, 0, &note);
    if (note.code)
        printf(
            "note: %s; make it equal with --set,\n      or `harness compare` "
            "will ask for --despite\n",
            note.msg);
    return 0;
}

static int create_pairs(struct session *sessions, struct err *err)
{
    struct result *a = sessions[0].result, *b = sessions[1].result;

    if (describe(a, sessions[0].request, err) < 0 ||
        describe(b, sessions[1].request, err) < 0 ||
        check_pairs(a, b, err) < 0 || create(&sessions[0], err) < 0)
        return -1;
    if (create(&sessions[1], err) == 0) {
        result_tie(a, b);
        return 0;
    }
    (void)result_discard(a);
    return -1;
}

int run_pairs(const struct run_request requests[2], struct result results[2],
              struct err *err)
{
    struct session sessions[2] = {
        {.request = &requests[0], .result = &results[0], .side = "A"},
        {.request = &requests[1], .result = &results[1], .side = "B"},
    };
    int status;

    take_signals();
    if (create_pairs(sessions, err) < 0) {
        err_kept(err, "nothing was measured");
        return -1;
    }
    status = perform(sessions, 2, err);
    for (int k = 0; k < 2; k++)
        witness_release(&sessions[k].witness);
    return status;
}
