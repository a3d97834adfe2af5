#include "harness/run.h"

#include "harness/comparable.h"
#include "harness/run_shared.h"
#include "lib/num.h"
#include "lib/rng.h"

#include <stdio.h>

/* Of the seed: which of a pair comes first. */
#define PAIRS_STREAM 0x70616972

/* ---- all runs ---- */

static int interrupted(const struct session *sessions, int n, struct err *err)
{
    const struct result *result = sessions[0].result;
    int scenes = run_scenes_kept(result);
    int64_t rows = 0, kept;
    char text[32];

    for (int i = 0; i < n; i++)
        rows += run_rows_kept(sessions[i].result);
    kept = scenes ? scenes : rows;
    err_set(err, (enum err_code)(ERR_SIGNAL + run_stop_signal()), "interrupted",
            "interrupted: %s: after %s %s%s", result->path,
            num_grouped(kept, text, sizeof text), scenes ? "scene" : "message",
            kept == 1 ? "" : "s");
    return err_hint(err, "run it again for a complete result");
}

/* One run of each; a coin decides which of a pair comes first. */
static int run_turn(struct session *sessions, int n, int i, struct err *err)
{
    uint64_t seed = (uint64_t)sessions[0].request->scenario->seed;
    int first = n > 1 ? (int)(rng_bits(seed, PAIRS_STREAM, (uint64_t)i) & 1)
                      : 0;

    for (int k = 0; k < n; k++) {
        struct session *session = &sessions[first ^ k];

        if (run_stops())
            return interrupted(sessions, n, err);
        if (run_one(session, i, err) < 0)
            return -1;
    }
    return 0;
}

static int run_all(struct session *sessions, int n, struct err *err)
{
    for (int k = 0; k < n; k++)
        if (run_begin(&sessions[k], err) < 0)
            return -1;
    for (int i = 0; i < sessions[0].result->nruns; i++)
        if (run_turn(sessions, n, i, err) < 0)
            return -1;
    return run_stops() ? interrupted(sessions, n, err) : 0;
}

static int complete_all(struct session *sessions, int n, struct err *err)
{
    for (int k = 0; k < n; k++)
        if (run_complete(&sessions[k], err) < 0)
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
        (void)run_give_up(&sessions[0], err);
    else
        err_kept(err, "%s", sessions[0].result->path);
    if (n == 1)
        return -1;
    (void)run_give_up(&sessions[1], &second);
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

int run_scenario(const struct run_request *request, struct result *result,
                 struct err *err)
{
    struct session session = {.request = request, .result = result, .side = ""};
    int status;

    run_take_signals(); /* before there is anything to be kept */
    if (run_describe(&session, err) < 0 || run_create(&session, err) < 0) {
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

    if (run_describe(&sessions[0], err) < 0 ||
        run_describe(&sessions[1], err) < 0 || check_pairs(a, b, err) < 0 ||
        run_create(&sessions[0], err) < 0)
        return -1;
    if (run_create(&sessions[1], err) == 0) {
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

    run_take_signals();
    if (create_pairs(sessions, err) < 0) {
        err_kept(err, "nothing was measured");
        return -1;
    }
    status = perform(sessions, 2, err);
    for (int k = 0; k < 2; k++)
        witness_release(&sessions[k].witness);
    return status;
}
