#define _GNU_SOURCE
#include "harness/report.h"

#include "harness/folder.h"
#include "harness/paths.h"
#include "harness/report_content.h"
#include "harness/report_figures.h"
#include "harness/report_options.h"
#include "harness/report_out.h"
#include "harness/report_pdf.h"
#include "harness/report_scenes.h"
#include "harness/report_trace.h"

#include <stdlib.h>
#include <string.h>

/* All that is read and computed before anything is written. */
struct report {
    const struct report_request *request;
    struct report_content content;
    char work[FOLDER_PATH]; /* OUT/.work-PID-XXXXXX; "" before it is made */
};

static void release(struct report *report)
{
    report_content_release(&report->content);
    if (report->work[0])
        folder_remove(report->work);
}

/* ---- text ---- */

static void print_runs(const struct report_runs *of,
                       const struct result *result, FILE *to)
{
    for (int i = 0; i < of->n; i++)
        if (of->run[i].result == result)
            summary_print(&of->run[i].summary, of->run[i].run, to);
}

static void print_summary(const struct report_set *set, FILE *to)
{
    for (int i = 0; i < set->nresults; i++) {
        const struct result *result = &set->results[i];

        fprintf(to, "%s%s: %s\n", i ? "\n" : "", result->path,
                result_status_name(result->status));
        for (int kind = 0; kind < REPORT_SCENE; kind++)
            print_runs(&set->of[kind], result, to);
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
        print_summary(&report->content.set, to);
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
    char *json = values_json(&report->content.values);
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

static int write_options(struct report *report, struct err *err)
{
    static const char *const files[] = {
        [REPORT_OPTIONS_CLIENT] = "tables/client.tex",
        [REPORT_OPTIONS_SERVER] = "tables/server.tex",
        [REPORT_OPTIONS_TEST] = "tables/test.tex",
    };
    struct buf text = {0};

    for (int i = 0; i < 3; i++) {
        if (report_options_put(&text, (enum report_options)i, err) < 0) {
            buf_release(&text);
            return -1;
        }
        if (write_tex(report, files[i], &text, err) < 0)
            return -1;
    }
    return 0;
}

static int write_scenes(struct report *report, struct err *err)
{
    static const char *const files[REPORT_SCENES_PLACES] = {
        [REPORT_SCENES_SIMPLE] = "tables/fig2.tex",
        [REPORT_SCENES_ECHO] = "tables/fig3.tex",
        [REPORT_SCENES_CLOUD] = "tables/fig5.tex",
        [REPORT_SCENES_UDP] = "tables/udp.tex",
        [REPORT_SCENES_TELNET] = "tables/telnet.tex",
    };
    struct buf text = {0};

    for (int i = 0; i < REPORT_SCENES_PLACES; i++) {
        if (report_scenes_put(&text, &report->content.set,
                              (enum report_scenes)i, err) < 0) {
            buf_release(&text);
            return -1;
        }
        if (text.len > 0 && write_tex(report, files[i], &text, err) < 0)
            return -1;
    }
    return 0;
}

static int write_trace(struct report *report, struct err *err)
{
    struct buf text = {0};

    if (report_trace_put(&text, &report->content.set, err) < 0) {
        buf_release(&text);
        return -1;
    }
    return text.len > 0 ? write_tex(report, "tables/trace.tex", &text, err) : 0;
}

static int write_tables(struct report *report, struct err *err)
{
    struct buf text = {0};
    char path[FOLDER_PATH];

    if (folder_path(path, report->work, "tables", err) < 0 ||
        folder_make(path, err) < 0 || write_options(report, err) < 0 ||
        write_scenes(report, err) < 0 || write_trace(report, err) < 0)
        return -1;
    for (int i = 0;; i++) {
        const char *file = report_content_table(&report->content, i, &text);

        if (!file)
            return 0;
        if (write_tex(report, file, &text, err) < 0)
            return -1;
    }
}

static int write_values(struct report *report, struct err *err)
{
    struct buf text = {0};

    if (values_tex(&report->content.values, &text, err) < 0) {
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

/* Numbers first: they need no helper. */
static int write_numbers(struct report *report, struct err *err)
{
    const char *out = report->request->out;

    if (report_content_fill(&report->content, err) < 0 ||
        report_out_begin(report->work, out, err) < 0 ||
        write_summary(report, err) < 0 || write_json(report, err) < 0 ||
        folder_move(report->work, "summary.txt", out, err) < 0)
        return -1;
    return folder_move(report->work, "results.json", out, err);
}

static int typeset(struct report *report, struct err *err)
{
    const char *out = report->request->out;

    if (write_report(report, err) < 0 ||
        report_figures_draw(&report->content.set, &report->content.versus,
                            report->work, err) < 0 ||
        report_pdf_make(report->work, report_set_start(&report->content.set),
                        err) < 0 ||
        report_out_deliver(report->work, out, err) < 0)
        return report_out_fail(report->work, out, err);
    return 0;
}

int report_make(const struct report_request *request, FILE *to, struct err *err)
{
    struct report report = {.request = request};
    int status = report_set_load(&report.content.set, request->folders,
                                 request->nfolders, request->allow_partial,
                                 err);

    if (status == 0 && request->text_only) {
        print_summary(&report.content.set, to);
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
