#include "harness/report_trace.h"

#include "harness/audit.h"
#include "harness/quantity.h"
#include "harness/report_scenes.h"

#include <stdio.h>
#include <string.h>

enum { MOST_LINES = 40 };

/* ---- which, and what it says ---- */

static int has_trace(const struct report_run *run)
{
    return run && audit_entry(run->run, RESULT_BEFORE_CSV) &&
           audit_entry(run->run, RESULT_BEFORE_TXT);
}

/* Of the run that figure 6 shows, or else of the first that has one. */
static const struct report_run *choose(const struct report_set *set)
{
    if (has_trace(set->remote))
        return set->remote;
    for (int kind = 0; kind < REPORT_KINDS; kind++)
        for (int i = 0; i < set->of[kind].n; i++)
            if (has_trace(&set->of[kind].run[i]))
                return &set->of[kind].run[i];
    return NULL;
}

/* "Tracing route to 192.0.2.7 on port 2333": to which address. */
static int read_address(struct report_trace *trace, struct err *err)
{
    static const char before[] = "Tracing route to ";
    char path[4096], line[256] = "", *word = line + sizeof before - 1;
    FILE *file;

    if (result_file_path(path, trace->run->result, trace->run->run,
                         RESULT_BEFORE_TXT, err) < 0)
        return -1;
    file = fopen(path, "re");
    if (!file)
        return err_sys(err, ERR_RESULTS, "results-open", "cannot open %s",
                       path);
    if (fgets(line, sizeof line, file) &&
        strncmp(line, before, sizeof before - 1) == 0) {
        word[strcspn(word, " \n")] = '\0';
        if (hops_is_address(word))
            snprintf(trace->address, sizeof trace->address, "%.63s", word);
    }
    fclose(file);
    return 0;
}

/* The last hop, when it is the destination that answered there. */
static int destination_of(const struct report_trace *trace)
{
    int last = trace->hops.n;

    for (int i = 0; last > 0 && trace->address[0] && i < HOPS_PROBES; i++)
        if (strcmp(trace->hops.at[last - 1][i].address, trace->address) == 0)
            return last;
    return 0;
}

/* What the run itself saw of the path: its connections, and its echoes. */
static void set_rows(struct report_trace *trace)
{
    const struct summary *s = &trace->run->summary;
    const struct connections *c = &s->connect;
    struct figure_hops_row *row = trace->figure.row;

    if (c->connected > 0)
        row[0] = (struct figure_hops_row){"connect", c->min_ns, c->p50_ns,
                                          c->max_ns};
    if (s->ok > 0)
        row[1] = (struct figure_hops_row){"echo", s->grid_ns[9],
                                          s->grid_ns[SUMMARY_GRID / 2],
                                          s->grid_ns[SUMMARY_GRID - 10]};
}

int report_trace_of(struct report_trace *trace, const struct report_set *set,
                    struct err *err)
{
    char path[4096];

    memset(trace, 0, sizeof *trace);
    trace->run = choose(set);
    if (!trace->run)
        return 0;
    trace->file = audit_entry(trace->run->run, RESULT_BEFORE_CSV);
    if (result_file_path(path, trace->run->result, trace->run->run,
                         RESULT_BEFORE_CSV, err) < 0 ||
        hops_load(&trace->hops, path, err) < 0 || read_address(trace, err) < 0)
        return -1;
    /* Behind the last answer there is nothing to be seen. */
    trace->hops.n = hops_last_answer(&trace->hops);
    trace->figure.hops = &trace->hops;
    trace->figure.destination = destination_of(trace);
    set_rows(trace);
    return 0;
}

/* ---- values ---- */

static void put_time(struct values *values, const char *key, double ns)
{
    char text[QUANTITY_SIZE];

    values_number(values, "trace", key, ns, quantity_rough_time(ns, text));
}

/* The hop that answered latest of those that took longer than the goal. */
static void put_slowest(struct values *values, const struct report_trace *trace,
                        int64_t goal_us)
{
    struct hops_times times;
    int64_t most_us = goal_us;
    char text[16] = "";

    for (int hop = 0; hop + 1 < trace->hops.n; hop++) {
        if (!hops_times(trace->hops.at[hop], &times) ||
            times.median_us <= most_us)
            continue;
        most_us = times.median_us;
        snprintf(text, sizeof text, "%d", hop + 1);
    }
    if (!text[0])
        return;
    values_text(values, "trace", "slow.hop", text);
    put_time(values, "slow.rtt", 1e3 * (double)most_us);
}

static void put_values(struct values *values, const struct report_trace *trace)
{
    const struct figure_hops_row *row = trace->figure.row;
    int goal = trace->figure.destination;
    struct hops_times times;
    char text[QUANTITY_SIZE];

    values_text(values, "trace", "listing", trace->run->run->dir);
    if (trace->hops.n == 0)
        return;
    values_text(values, "trace", "figure", "drawn");
    values_number(values, "trace", "hops", trace->hops.n,
                  quantity_count(trace->hops.n, text));
    if (goal > 0 && hops_times(trace->hops.at[goal - 1], &times)) {
        put_time(values, "rtt", 1e3 * (double)times.median_us);
        put_slowest(values, trace, times.median_us);
    }
    if (row[0].hi > 0)
        put_time(values, "connect", (double)row[0].middle);
    if (row[1].hi > 0)
        put_time(values, "echo", (double)row[1].middle);
}

int report_trace_values(struct values *values, const struct report_set *set,
                        struct err *err)
{
    struct report_trace trace;

    if (report_trace_of(&trace, set, err) < 0)
        return -1;
    if (!trace.run)
        return 0;
    memcpy(values->sha256, trace.file->sha256, sizeof values->sha256);
    put_values(values, &trace);
    values->sha256[0] = '\0';
    return 0;
}

/* ---- the listing ---- */

int report_trace_put(struct buf *to, const struct report_set *set,
                     struct err *err)
{
    const struct report_run *run = choose(set);

    return run ? report_scenes_listing(to, run, RESULT_BEFORE_TXT, MOST_LINES,
                                       err)
               : 0;
}
