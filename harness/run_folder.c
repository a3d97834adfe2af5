#include "harness/run_shared.h"

#include "harness/cases.h"
#include "lib/args.h"
#include "lib/clock.h"
#include "lib/num.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* ---- its beginning ---- */

int run_describe(struct session *session, struct err *err)
{
    const struct run_request *request = session->request;
    struct result *result = session->result;
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
int run_create(struct session *session, struct err *err)
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
        if (run_stops())
            return err_set(err, (enum err_code)(ERR_SIGNAL + run_stop_signal()),
                           "interrupted",
                           "interrupted while it waited for a name");
    }
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

int run_begin(struct session *session, struct err *err)
{
    if (witness_begin(&session->witness, session->result, err) < 0 ||
        save_environment(session, 0, err) < 0)
        return -1;
    return result_save(session->result, err);
}

/* ---- its end ---- */

/* A run that could not keep its rate is not the load that was asked for. */
static enum result_status status_of(const struct result *result)
{
    for (int i = 0; i < result->nruns; i++)
        if (result_run_is_degraded(&result->runs[i]))
            return RESULT_DEGRADED;
    return RESULT_COMPLETE;
}

int run_complete(struct session *session, struct err *err)
{
    if (save_environment(session, 1, err) < 0)
        return -1;
    session->result->status = status_of(session->result);
    if (result_finish(session->result, err) == 0)
        return 0;
    session->result->status = RESULT_PARTIAL;
    return -1;
}

int64_t run_rows_kept(const struct result *result)
{
    int64_t rows = 0;

    for (int i = 0; i < result->nruns; i++)
        rows += result->runs[i].rows;
    return rows;
}

/* Of a transcript: scenes of which something was shown. */
int run_scenes_kept(const struct result *result)
{
    int scenes = 0;

    for (int i = 0; i < result->nruns; i++)
        scenes += result_run_is_scene(&result->runs[i]) && result->runs[i].done;
    return scenes;
}

/* Say what is left; a folder in which nothing was recorded is taken back. */
int run_give_up(struct session *session, struct err *err)
{
    struct result *result = session->result;
    int scenes = run_scenes_kept(result);
    int64_t rows = run_rows_kept(result);
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
