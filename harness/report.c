#define _GNU_SOURCE
#include "harness/report.h"

#include "harness/audit.h"
#include "harness/figures.h"
#include "harness/folder.h"
#include "harness/paths.h"
#include "harness/report_out.h"
#include "harness/report_pdf.h"
#include "harness/report_run.h"
#include "harness/report_tables.h"
#include "harness/report_values.h"

#include <stdlib.h>
#include <string.h>

/* All that is read and computed before anything is written. */
struct report {
    const struct report_request *request;
    struct result *results;
    int nresults;
    struct report_run *runs;
    int nruns;
    const struct report_run *local, *remote; /* for figures 4 and 6 */
    struct values values;
    struct buf environment; /* its table */
    char work[FOLDER_PATH]; /* OUT/.work-PID-XXXXXX; "" before it is made */
};

/* ---- reading ---- */

static int load_folders(struct report *report, struct err *err)
{
    const struct report_request *request = report->request;

    report->results = calloc((size_t)request->nfolders,
                             sizeof *report->results);
    if (!report->results)
        return err_set(err, ERR_RESOURCE, "no-memory", "out of memory");
    for (int i = 0; i < request->nfolders; i++) {
        struct result *result = &report->results[i];

        if (result_load(result, request->folders[i], request->allow_partial,
                        err) < 0)
            return -1;
        report->nresults++;
        if (audit_manifest(result, err) < 0 || audit_folder(result, err) < 0)
            return -1;
    }
    return 0;
}

static int load_runs_of(struct report *report, const struct result *result,
                        struct err *err)
{
    for (int i = 0; i < result->nruns; i++) {
        struct report_run *run = &report->runs[report->nruns++];

        if (report_run_load(run, result, &result->runs[i], err) < 0)
            return -1;
        if (report_run_is_local(run->run) && !report->local)
            report->local = run;
        if (!report_run_is_local(run->run) && !report->remote)
            report->remote = run;
    }
    return 0;
}

static int load_runs(struct report *report, struct err *err)
{
    size_t total = 0;

    for (int i = 0; i < report->nresults; i++)
        total += (size_t)report->results[i].nruns;
    if (total == 0) {
        err_set(err, ERR_RESULTS, "results-empty", "%s: no run is in it",
                report->results[0].path);
        return err_hint(err, "measure again: harness run scenarios/NAME.json");
    }
    report->runs = calloc(total, sizeof *report->runs);
    if (!report->runs)
        return err_set(err, ERR_RESOURCE, "no-memory", "out of memory");
    for (int i = 0; i < report->nresults; i++)
        if (load_runs_of(report, &report->results[i], err) < 0)
            return -1;
    return 0;
}

static void put_values(struct report *report)
{
    char prefix[16];

    report_values_total(&report->values, report->runs, report->nruns);
    for (int i = 0; i < report->nruns; i++) {
        snprintf(prefix, sizeof prefix, "r%d", i + 1);
        report_values_run(&report->values, prefix, &report->runs[i]);
    }
    if (report->local)
        report_values_run(&report->values, "local", report->local);
    if (report->remote)
        report_values_run(&report->values, "cloud", report->remote);
}

static void release(struct report *report)
{
    for (int i = 0; i < report->nruns; i++)
        report_run_release(&report->runs[i]);
    for (int i = 0; i < report->nresults; i++)
        result_release(&report->results[i]);
    free(report->runs);
    free(report->results);
    values_release(&report->values);
    buf_release(&report->environment);
    if (report->work[0])
        folder_remove(report->work);
}

/* ---- text ---- */

static void print_summary(const struct report *report, FILE *to)
{
    const struct result *last = NULL;

    for (int i = 0; i < report->nruns; i++) {
        const struct report_run *run = &report->runs[i];

        if (run->result != last)
            fprintf(to, "%s%s: %s\n", last ? "\n" : "", run->result->path,
                    result_status_name(run->result->status));
        last = run->result;
        summary_print(&run->summary, run->run, to);
    }
}

static int write_summary(const struct report *report, struct err *err)
{
    struct buf text = {0};
    char *bytes = NULL;
    size_t n = 0;
    FILE *to = open_memstream(&bytes, &n);
    int status;

    if (to) {
        print_summary(report, to);
        (void)fclose(to);
        buf_add_n(&text, bytes, n);
    }
    status = folder_write(report->work, "summary.txt", &text, err);
    buf_release(&text);
    free(bytes);
    return status;
}

static int write_json(const struct report *report, struct err *err)
{
    struct buf text = {0};
    char *json = values_json(&report->values);
    int status;

    buf_add(&text, json ? json : "");
    text.failed |= json == NULL;
    status = folder_write(report->work, "results.json", &text, err);
    buf_release(&text);
    free(json);
    return status;
}

/* ---- the parts of the PDF ---- */

static int write_tex(const struct report *report, const char *name,
                     struct buf *text, struct err *err)
{
    int status = folder_write(report->work, name, text, err);

    buf_release(text);
    return status;
}

static int write_tables(struct report *report, struct err *err)
{
    struct buf text = {0};
    char path[FOLDER_PATH];

    if (folder_path(path, report->work, "tables", err) < 0 ||
        folder_make(path, err) < 0)
        return -1;
    if (report_tables_options(&text, err) < 0) {
        buf_release(&text);
        return -1;
    }
    if (write_tex(report, "tables/options.tex", &text, err) < 0)
        return -1;
    report_tables_results(&text, report->runs, report->nruns);
    if (write_tex(report, "tables/results.tex", &text, err) < 0)
        return -1;
    report_tables_limits(&text, report->runs, report->nruns);
    if (write_tex(report, "tables/limits.tex", &text, err) < 0)
        return -1;
    report_tables_files(&text, report->runs, report->nruns);
    if (write_tex(report, "tables/files.tex", &text, err) < 0)
        return -1;
    return folder_write(report->work, "tables/environment.tex",
                        &report->environment, err);
}

static int write_values(struct report *report, struct err *err)
{
    struct buf text = {0};

    if (values_tex(&report->values, &text, err) < 0) {
        buf_release(&text);
        return -1;
    }
    return write_tex(report, "results.tex", &text, err);
}

static int write_report(struct report *report, struct err *err)
{
    char template[4096];

    if (paths_data(template, "report/template.tex", err) < 0 ||
        write_tables(report, err) < 0 || write_values(report, err) < 0)
        return -1;
    return folder_copy(template, report->work, "report.tex", err);
}

static const char *newest_start(const struct report *report)
{
    const char *newest = "";

    for (int i = 0; i < report->nresults; i++)
        if (strcmp(report->results[i].start_utc, newest) > 0)
            newest = report->results[i].start_utc;
    return newest;
}

static int draw(const struct report *report, const struct report_run *run,
                const char *name, struct err *err)
{
    struct figure figure = {.name = name};
    char dir[FOLDER_PATH];

    if (!run || run->series.nbins == 0)
        return 0;
    figure.role = run == report->local ? FIGURE_LOCAL : FIGURE_REMOTE;
    figure.series = &run->series;
    figure.samples = &run->samples;
    report_pdf_digits(newest_start(report), figure.date);
    figure.is_shared = run->run->connections * run->run->window > 1;
    if (folder_path(dir, report->work, "figures", err) < 0)
        return -1;
    return figures_draw(&figure, dir, err);
}

static int draw_all(const struct report *report, struct err *err)
{
    char dir[FOLDER_PATH];

    if (folder_path(dir, report->work, "figures", err) < 0 ||
        folder_make(dir, err) < 0 ||
        draw(report, report->local, "fig4", err) < 0)
        return -1;
    return draw(report, report->remote, "fig6", err);
}

/* Numbers first: they need no helper. */
static int write_numbers(struct report *report, struct err *err)
{
    const char *out = report->request->out;

    put_values(report);
    if (report_tables_environment(&report->environment, &report->values,
                                  report->results, report->nresults, err) < 0 ||
        report_out_begin(report->work, out, err) < 0 ||
        write_summary(report, err) < 0 || write_json(report, err) < 0 ||
        folder_move(report->work, "summary.txt", out, err) < 0)
        return -1;
    return folder_move(report->work, "results.json", out, err);
}

static int typeset(struct report *report, struct err *err)
{
    const char *out = report->request->out;

    if (write_report(report, err) < 0 || draw_all(report, err) < 0 ||
        report_pdf_make(report->work, newest_start(report), err) < 0 ||
        report_out_deliver(report->work, out, err) < 0)
        return report_out_fail(report->work, out, err);
    return 0;
}

int report_make(const struct report_request *request, FILE *to, struct err *err)
{
    struct report report = {.request = request};
    int status = load_folders(&report, err);

    if (status == 0)
        status = load_runs(&report, err);
    if (status == 0 && request->text_only) {
        print_summary(&report, to);
    } else if (status == 0) {
        status = write_numbers(&report, err);
        if (status == 0)
            status = typeset(&report, err);
        if (status == 0)
            fprintf(to, "%s/report.pdf\n", request->out);
    }
    release(&report);
    return status;
}
