#include "harness/cases.h"

#include "harness/hash.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void describe_target(struct result_run *run, const struct scenario *s)
{
    memcpy(run->site, s->site, sizeof run->site);
    memcpy(run->host, s->host, sizeof run->host);
    run->port = s->port;
    run->launched = s->launch == LAUNCH_LOCAL;
    run->deployed = s->launch == LAUNCH_SSH;
    memcpy(run->user, s->user, sizeof run->user);
    memcpy(run->allow, s->allow, sizeof run->allow);
    run->plain = s->plain;
    /* Those who type have no key. */
    run->keyed = s->keyed || (run->deployed && s->mode != MODE_TRANSCRIPT);
    run->emulated = s->emulated;
    run->path_delay_ms = s->path_delay_ms;
    run->path_jitter_ms = s->path_jitter_ms;
    run->path_rate_mbit = s->path_rate_mbit;
}

static void set_word(char *to, size_t size, const char *path, int value)
{
    snprintf(to, size, "%s", scenario_word(path, value));
}

static void describe_loss(struct result_loss *to, const struct scenario *s)
{
    const struct scenario_loss *loss = &s->loss;

    to->has = loss->has;
    if (!loss->has)
        return;
    snprintf(to->by, sizeof to->by, s->emulated ? "relay" : "server");
    set_word(to->model, sizeof to->model, "loss.model", (int)loss->model);
    set_word(to->direction, sizeof to->direction, "loss.direction",
             (int)loss->direction);
    to->p = loss->p;
    to->burst = loss->burst;
    to->duplicate = loss->duplicate;
    to->reorder = loss->reorder;
}

static void describe_load(struct result_run *run, const struct scenario *s)
{
    set_word(run->mode, sizeof run->mode, "mode", (int)s->mode);
    set_word(run->transport, sizeof run->transport, "transport",
             (int)s->transport);
    set_word(run->server, sizeof run->server, "server", (int)s->server);
    run->message_size_bytes = s->message_size_bytes;
    run->connections = s->connections;
    run->window = s->window;
    run->rate_per_s = s->rate_per_s;
    if (s->rate_per_s > 0)
        set_word(run->arrival, sizeof run->arrival, "arrival", (int)s->arrival);
    run->threads = s->threads;
    run->busy_poll = s->busy_poll;
    run->duration_ns = s->duration_ns;
    run->messages = s->messages;
    run->timeout_ns = s->timeout_ns;
    run->seed = s->seed;
    run->cpu_client = (int)s->cpu_client;
    run->cpu_server = (int)s->cpu_server;
}

/* A scene has clients who speak; sizes and times are as they come. */
static void describe_scene(struct result_run *run, const struct scenario *s)
{
    const struct scene *scene = &s->steps.scene[s->scene];

    if (s->mode != MODE_TRANSCRIPT)
        return;
    run->message_size_bytes = 0;
    run->connections = steps_clients(&s->steps, scene);
    run->duration_ns = 0;
    run->messages = steps_said(&s->steps, scene);
    run->timeout_ns = STEPS_TIMEOUT_NS;
}

static void describe_run(struct result_run *run, const struct scenario *one,
                         int rep)
{
    scenario_case_key(one, run->key, sizeof run->key);
    run->rep = rep;
    snprintf(run->dir, sizeof run->dir, "%s/%d", run->key, rep);
    hash_random_id(run->run_id);
    describe_target(run, one);
    describe_load(run, one);
    describe_loss(&run->loss, one);
    describe_scene(run, one);
}

int cases_describe(struct result *result, const struct scenario *scenario,
                   struct err *err)
{
    int repeat = (int)scenario->repeat;
    int nruns = scenario_cases(scenario) * repeat;
    struct scenario one;

    result->runs = calloc((size_t)nruns, sizeof *result->runs);
    if (!result->runs)
        return err_sys(err, ERR_RESOURCE, "memory", "cannot plan %d runs",
                       nruns);
    result->nruns = nruns;
    for (int i = 0; i < nruns; i++) {
        scenario_case(scenario, i / repeat, &one);
        describe_run(&result->runs[i], &one, i % repeat + 1);
    }
    return 0;
}
