#include "harness/report_content.h"

#include "harness/hash.h"
#include "harness/quantity.h"
#include "harness/report_connect.h"
#include "harness/report_failures.h"
#include "harness/report_loss.h"
#include "harness/report_scenes.h"
#include "harness/report_server.h"
#include "harness/report_sweeps.h"
#include "harness/report_tables.h"
#include "harness/report_trace.h"
#include "harness/report_values.h"

#include <stdio.h>
#include <string.h>

/* folder.1, folder.2, ...: with the hash of the manifest, which has all others.
 */
static int put_folders(struct values *values, const struct report_set *set,
                       struct err *err)
{
    char path[4096], number[16];
    int64_t bytes;

    for (int i = 0; i < set->nresults; i++) {
        const struct result *result = &set->results[i];

        if (result_file_path(path, result, NULL, "manifest.json", err) < 0 ||
            hash_file(path, values->sha256, &bytes, err) < 0)
            return -1;
        snprintf(number, sizeof number, "%d", i + 1);
        values_text(values, "folder", number, report_run_folder(result));
    }
    values->sha256[0] = '\0';
    return 0;
}

static void put_runs(struct values *values, const struct report_set *set)
{
    for (int kind = 0; kind < REPORT_KINDS; kind++)
        for (int i = 0; i < set->of[kind].n; i++) {
            const struct report_run *run = &set->of[kind].run[i];

            report_values_run(values, run->key, run);
            if (kind == REPORT_FAILURE)
                report_failures_values(values, run->key, run);
            if (kind == REPORT_LOSS)
                report_loss_values(values, run->key, run);
        }
}

static void put_autocorrelation(struct values *values, const char *place,
                                const struct report_run *run)
{
    char key[24], text[QUANTITY_SIZE];

    if (!run || run->autocorrelation.n == 0)
        return;
    if (!values_find(values, "autocorrelation.figure"))
        values_text(values, "autocorrelation", "figure", "drawn");
    snprintf(key, sizeof key, "%s.n", place);
    values_number(values, "autocorrelation", key,
                  (double)run->autocorrelation.n,
                  quantity_count(run->autocorrelation.n, text));
    snprintf(key, sizeof key, "%s.first", place);
    snprintf(text, sizeof text, "%.2f", run->autocorrelation.point[0].r);
    values_number(values, "autocorrelation", key,
                  run->autocorrelation.point[0].r, text);
}

/* What the figure says of an open loop, if it has one. */
static void put_percentiles(struct values *values, const struct report_set *set)
{
    const struct report_run *open = report_set_open(set);
    char text[QUANTITY_SIZE];

    values_text(values, "percentiles", "figure", "drawn");
    if (!open)
        return;
    values_number(values, "percentiles", "open.asked", open->run->rate_per_s,
                  quantity_pace(open->run->rate_per_s, text));
    values_number(values, "percentiles", "open.n", (double)open->summary.ok,
                  quantity_count(open->summary.ok, text));
}

/* The first run of a part goes by a name of its own, too. */
static void put_values(struct values *values, const struct report_set *set)
{
    const struct report_runs *failures = &set->of[REPORT_FAILURE];
    const struct report_run *first = set->local ? set->local : set->remote;
    char listed[16];

    report_values_total(values, set);
    if (report_tables_are_listed(set)) {
        snprintf(listed, sizeof listed, "%d", set->of[REPORT_RATE].n);
        values_number(values, "total", "listed", set->of[REPORT_RATE].n,
                      listed);
    }
    put_runs(values, set);
    if (set->local)
        report_values_run(values, "local", set->local);
    if (set->remote) {
        report_values_run(values, "cloud", set->remote);
        report_server_values(values, "cloud", set->remote->run);
    }
    if (values_find(values, "local.answered") ||
        values_find(values, "cloud.answered"))
        put_percentiles(values, set);
    if (first && report_run_has_map(first))
        values_text(values, "heat", "figure", first->run->site);
    put_autocorrelation(values, "local", set->local);
    put_autocorrelation(values, "cloud", set->remote);
    report_connect_values(values, set);
    if (failures->n > 0) {
        report_values_run(values, "failure", &failures->run[0]);
        report_failures_values(values, "failure", &failures->run[0]);
    }
    report_sweeps_values(values, set);
    report_loss_total(values, set);
    report_scenes_values(values, set);
}

/* versus.drawn: the runs of the figure side by side are of the two targets. */
static void put_versus(struct report_content *content)
{
    const struct report_set *set = &content->set;

    report_versus_values(&content->values, &content->versus);
    if (set->local && set->remote &&
        report_versus_is_a(&content->versus, set->local->run) &&
        report_versus_is_b(&content->versus, set->remote->run))
        values_text(&content->values, "versus", "drawn", "drawn");
}

int report_content_fill(struct report_content *content, struct err *err)
{
    if (report_versus_find(&content->versus, &content->set, err) < 0)
        return -1;
    put_values(&content->values, &content->set);
    put_versus(content);
    if (report_trace_values(&content->values, &content->set, err) < 0 ||
        put_folders(&content->values, &content->set, err) < 0)
        return -1;
    return report_tables_environment(&content->environment, &content->values,
                                     &content->set, err);
}

const char *report_content_table(const struct report_content *content, int i,
                                 struct buf *to)
{
    static const struct {
        const char *file;
        void (*put)(struct buf *to, const struct report_set *set);
    } tables[] = {
        {"tables/results.tex", report_tables_results},
        {"tables/failures.tex", report_failures_table},
        {"tables/loss.tex", report_loss_table},
        {"tables/limits.tex", report_tables_limits},
        {"tables/files.tex", report_tables_files},
        {"tables/runs.tex", report_tables_runs},
    };
    int n = (int)(sizeof tables / sizeof *tables);

    if (i < n) {
        tables[i].put(to, &content->set);
        return tables[i].file;
    }
    if (i == n) {
        report_versus_table(to, &content->versus);
        return "tables/versus.tex";
    }
    if (i > n + 1)
        return NULL;
    buf_add(to, buf_text(&content->environment));
    to->failed |= content->environment.failed;
    return "tables/environment.tex";
}

void report_content_release(struct report_content *content)
{
    report_versus_release(&content->versus);
    report_set_release(&content->set);
    values_release(&content->values);
    buf_release(&content->environment);
}
