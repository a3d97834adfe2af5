#include "harness/run_shared.h"

#include "harness/expect.h"
#include "harness/keep.h"
#include "harness/route.h"
#include "harness/screen.h"
#include "harness/summary.h"
#include "harness/transcript.h"
#include "lib/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const int64_t poll_every_ns = CLOCK_NS_PER_S / 5;

static int is_stopped(void)
{
    return run_stops() > 0;
}

static int is_hurried(void)
{
    return run_stops() > 1;
}

/* ---- one run ---- */

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
        if (passed_on < run_stops() + cast_is_lost(&session->cast)) {
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
    return route->run->emulated || is_stopped() ? 0
                                                : route_look(route, when, err);
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
        (void)expect_check(&session->request->scenario->expect, run, &summary,
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

static int perform_run(struct session *session, struct result_run *run,
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
    if (cut && !later.code && cast_lost_on_purpose(run, &trouble))
        cut = 0;
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
    cut = transcript_play(&request, &transcript, &trouble) < 0 && !is_stopped();
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

/* ---- either ---- */

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

int run_one(struct session *session, int i, struct err *err)
{
    const struct scenario *s = session->request->scenario;
    struct result_run *run = &session->result->runs[i];

    begin_run(session, i);
    if (s->mode == MODE_TRANSCRIPT)
        return play_scene(session, run, &s->steps.scene[i / s->repeat], err);
    return perform_run(session, run, err);
}
