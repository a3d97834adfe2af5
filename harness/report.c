#include "harness/report.h"

#include "harness/folder.h"
#include "harness/paths.h"
#include "harness/report_content.h"
#include "harness/report_figures.h"
#include "harness/report_out.h"
#include "harness/report_parts.h"
#include "harness/report_pdf.h"

/* All that is read and computed before anything is written. */
struct report {
    const struct report_request *request;
    struct report_content content;
    struct report_out place;
};

static void release(struct report *report)
{
    report_content_release(&report->content);
    report_out_end(&report->place);
}

static int write_report(struct report *report, struct err *err)
{
    char template[4096];

    if (paths_data(template, "report/template.tex", err) < 0 ||
        report_parts_tex(&report->content, report->place.work, err) < 0)
        return -1;
    return folder_copy(template, report->place.work, "report.tex", err);
}

/* Numbers first: they need no helper. */
static int write_numbers(struct report *report, struct err *err)
{
    const char *out = report->request->out;

    if (report_content_fill(&report->content, err) < 0 ||
        report_out_begin(&report->place, out, err) < 0 ||
        report_parts_numbers(&report->content, report->place.work, err) < 0 ||
        folder_move(report->place.work, "summary.txt", out, err) < 0)
        return -1;
    return folder_move(report->place.work, "results.json", out, err);
}

static int typeset(struct report *report, struct err *err)
{
    const char *out = report->request->out;

    if (write_report(report, err) < 0 ||
        report_figures_draw(&report->content.set, &report->content.versus,
                            report->place.work, err) < 0 ||
        report_pdf_make(report->place.work,
                        report_set_start(&report->content.set), err) < 0 ||
        report_out_deliver(report->place.work, out, err) < 0)
        return report_out_fail(report->place.work, out, err);
    return 0;
}

int report_make(const struct report_request *request, FILE *to, struct err *err)
{
    struct report report = {.request = request, .place.lock = -1};
    int status = report_set_load(&report.content.set, request->folders,
                                 request->nfolders, request->allow_partial,
                                 err);

    if (status == 0 && request->text_only) {
        report_parts_summary(&report.content.set, to);
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
