#include "harness/report_values.h"

#include "harness/quantity.h"
#include "harness/report_target.h"

#include <stdio.h>
#include <string.h>

static void put_path(struct target to, const struct result_run *run)
{
    char text[160], rate[48] = "";

    if (!run->emulated)
        return;
    if (run->path_rate_mbit > 0)
        snprintf(rate, sizeof rate, ", %.6g" QUANTITY_THIN "Mbit/s",
                 run->path_rate_mbit);
    snprintf(text, sizeof text,
             "%.6g" QUANTITY_THIN "ms one way, jitter %.6g" QUANTITY_THIN
             "ms%s",
             run->path_delay_ms, run->path_jitter_ms, rate);
    target_text(to, "emulated", "emulated");
    target_text(to, "path", text);
}

static void put_standing(struct target to, enum result_status status)
{
    if (status == RESULT_PARTIAL)
        target_text(to, "partial", "partial");
    if (status == RESULT_DEGRADED)
        target_text(to, "degraded", "degraded");
}

/* "one connection" */
static void count_connections(const struct result_run *run,
                              char to[2 * QUANTITY_SIZE])
{
    char count[QUANTITY_SIZE];

    snprintf(to, (size_t)2 * QUANTITY_SIZE, "%s connection%s",
             run->connections == 1 ? "one"
                                   : quantity_count(run->connections, count),
             run->connections == 1 ? "" : "s");
}

/*
 * Tells it from others of that title: "64 bytes, 10 connections, in pairs";
 * "scene thread-many" of a transcript, which has no load.
 */
static void put_load(struct target to, const struct report_run *of)
{
    const struct result_run *run = of->run;
    char connections[2 * QUANTITY_SIZE], count[QUANTITY_SIZE];
    struct buf text = {0};

    if (result_run_is_scene(run)) {
        snprintf(connections, sizeof connections, "scene %.60s", run->key);
        target_text(to, "load", connections);
        return;
    }
    count_connections(run, connections);
    buf_addf(&text, "%s byte%s, %s",
             quantity_count(run->message_size_bytes, count),
             run->message_size_bytes == 1 ? "" : "s", connections);
    if (run->rate_per_s > 0)
        buf_addf(&text, ", %s messages a second",
                 quantity_pace(run->rate_per_s, count));
    if (strcmp(run->server, "thread") != 0 && !result_run_is_udp(run))
        buf_addf(&text, ", server %s", run->server);
    buf_add(&text, of->result->pairs.has ? ", in pairs" : "");
    target_text(to, "load", buf_text(&text));
    buf_release(&text);
}

/* What tells the run from others at the same place. */
static void name_test(const struct result_run *run, char to[48])
{
    int is_udp = result_run_is_udp(run);

    to[0] = '\0';
    if (strcmp(run->mode, "fail_rate") == 0)
        snprintf(to, 48, ", failure test%s", is_udp ? " over UDP" : "");
    else if (run->loss.has)
        snprintf(to, 48, ", loss of %.4g" QUANTITY_THIN "%% each way",
                 run->loss.p * 100);
    else if (is_udp)
        snprintf(to, 48, ", UDP");
}

static void put_title(struct target to, const struct report_run *run)
{
    char text[160], rep[32] = "", test[48];

    name_test(run->run, test);
    if (run->run->rep > 1)
        snprintf(rep, sizeof rep, ", repeat %d", run->run->rep);
    snprintf(text, sizeof text, "%s%s%s%s%s", run->run->site, test,
             run->run->emulated ? ", emulated" : "",
             run->result->status == RESULT_PARTIAL    ? ", partial"
             : run->result->status == RESULT_DEGRADED ? ", degraded"
                                                      : "",
             rep);
    target_text(to, "title", text);
}

/* "2026-11-22T13:10:41Z" without the year: a column is narrow. */
static void put_started(struct target to, const char *utc)
{
    char text[32];

    if (strlen(utc) < 19)
        return;
    snprintf(text, sizeof text, "%.5s %.8s", utc + 5, utc + 11);
    target_text(to, "started", text);
}

/* The user's words as a sentence: the next begins behind it. */
static void put_what(struct target to, const char *what)
{
    size_t n = strlen(what);
    char sentence[sizeof((struct result *)0)->what + 1];

    snprintf(sentence, sizeof sentence, "%s%s", what,
             n && strchr(".!?", what[n - 1]) ? "" : ".");
    if (n)
        target_text(to, "what", sentence);
}

void report_values_conditions(struct values *values, const char *prefix,
                              const struct report_run *run)
{
    struct target to = {values, prefix};
    char host[300], connections[2 * QUANTITY_SIZE];

    snprintf(host, sizeof host, "%s port %d", run->run->host, run->run->port);
    target_text(to, "site", run->run->site);
    target_text(to, "host", host);
    target_text(to, "server", run->run->server);
    target_text(to, "transport", result_run_is_udp(run->run) ? "UDP" : "TCP");
    target_text(to, "folder", report_run_folder(run->result));
    put_load(to, run);
    put_started(to, run->run->start_utc);
    put_what(to, run->result->what);
    put_title(to, run);
    put_path(to, run->run);
    put_standing(to, run->result->status);
    count_connections(run->run, connections);
    target_text(to, "connections", connections);
    target_count(to, "connections.n", run->run->connections);
    target_count(to, "window", run->run->window);
    target_count(to, "size", run->run->message_size_bytes);
}
