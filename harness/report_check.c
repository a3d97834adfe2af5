#define _GNU_SOURCE
#include "harness/report_check.h"

#include "harness/claims.h"
#include "harness/figure_files.h"
#include "harness/folder.h"
#include "harness/paths.h"
#include "harness/report_content.h"
#include "harness/report_drift.h"
#include "harness/report_figures.h"
#include "harness/report_files.h"
#include "harness/report_parts.h"
#include "harness/report_proof.h"
#include "harness/report_shown.h"
#include "harness/report_sources.h"
#include "harness/tex_numbers.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct check {
    char dir[FOLDER_PATH]; /* where results.json is */
    char pdf[FOLDER_PATH];
    char expected[FOLDER_PATH]; /* what the data give, in the same files */
    int lock;                   /* nobody writes there meanwhile */
    int is_trusted, is_drawn_otherwise;
    struct report_drift drift;
    struct buf said, read; /* what else there is to say, in lines */
};

/* ---- what was delivered, and where ---- */

/* The file at hand from now on; one that is not there differs. */
static int lacks(struct check *check, const char *file)
{
    snprintf(check->drift.file, sizeof check->drift.file, "%s", file);
    if (folder_size(check->dir, file) >= 0)
        return 0;
    report_drift_add("file", NULL, "a file", &check->drift);
    return 1;
}

/* A file of the report, and what it should be, which may be called otherwise.
 */
static int compare(struct check *check, const char *file, const char *expected,
                   struct err *err)
{
    struct buf delivered = {0}, wanted = {0};
    int status = -1;

    if (lacks(check, file))
        return 0;
    if (folder_read(&wanted, check->expected, expected, err) == 0 &&
        folder_read(&delivered, check->dir, file, err) == 0)
        status = claims_compare(buf_text(&delivered), buf_text(&wanted),
                                report_drift_add, &check->drift, err);
    buf_release(&delivered);
    buf_release(&wanted);
    return status;
}

static int is_name(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

/* Each file of a folder of what is expected. */
static int compare_folder(struct check *check, const char *folder,
                          const char *expected, struct err *err)
{
    char path[FOLDER_PATH], file[FOLDER_PATH], wanted[FOLDER_PATH];
    struct dirent **found = NULL;
    int status = folder_path(path, check->expected, expected, err);
    int n = status == 0 ? scandir(path, &found, is_name, alphasort) : 0;

    for (int i = 0; i < n; i++) {
        if (status == 0 &&
            (folder_path(file, folder, found[i]->d_name, err) < 0 ||
             folder_path(wanted, expected, found[i]->d_name, err) < 0 ||
             compare(check, file, wanted, err) < 0))
            status = -1;
        free(found[i]);
    }
    free(found);
    return status;
}

static int is_pdf(const char *path)
{
    size_t n = strlen(path);

    return n > 4 && strcmp(path + n - 4, ".pdf") == 0;
}

/* DIR, DIR/report.pdf, or report.pdf beside the build/ it was made in. */
static int locate(struct check *check, const char *report, struct err *err)
{
    char parent[FOLDER_PATH] = ".";
    const char *slash = strrchr(report, '/');

    if (strlen(report) >= sizeof parent)
        return folder_path(parent, report, "", err);
    if (!is_pdf(report)) {
        snprintf(check->dir, sizeof check->dir, "%s", report);
        return folder_path(check->pdf, report, "report.pdf", err);
    }
    snprintf(check->pdf, sizeof check->pdf, "%s", report);
    if (slash)
        snprintf(parent, sizeof parent, "%.*s", (int)(slash - report), report);
    if (folder_size(parent, "results.json") < 0)
        return folder_path(check->dir, parent, "build", err);
    snprintf(check->dir, sizeof check->dir, "%s", parent);
    return 0;
}

static int need_values(const struct check *check, struct err *err)
{
    if (folder_size(check->dir, "results.json") >= 0)
        return 0;
    err_set(err, ERR_RESULTS, "report-open",
            "%s: no report, for there is no results.json", check->dir);
    return err_hint(err, "name the folder that harness report wrote, or the "
                         "PDF in it");
}

/* The file at hand must be the one that was made with the values. */
static int same_pdf(struct check *check, struct err *err)
{
    char made[FOLDER_PATH];

    if (lacks(check, "report.pdf"))
        return 0;
    if (folder_path(made, check->dir, "report.pdf", err) < 0)
        return -1;
    return report_drift_files(&check->drift, check->pdf, made, err);
}

/* ---- texts ---- */

/* figures/NAME.work, as figure_begin calls it, was delivered as its data. */
static int check_figure_data(struct check *check, struct err *err)
{
    char path[FOLDER_PATH], folder[FOLDER_PATH], expected[FOLDER_PATH];
    struct dirent **found = NULL;
    int status = folder_path(path, check->expected, "figures", err);
    int n = status == 0 ? scandir(path, &found, is_name, alphasort) : 0;

    for (int i = 0; i < n; i++) {
        char *name = found[i]->d_name, *end = strstr(name, ".work");

        if (status == 0)
            status = folder_path(expected, "figures", name, err);
        if (end)
            *end = '\0';
        if (status == 0 &&
            (folder_path(folder, "figures/data", name, err) < 0 ||
             compare_folder(check, folder, expected, err) < 0))
            status = -1;
        free(found[i]);
    }
    free(found);
    return status;
}

/* Make them again, by the same functions, and compare. */
static int check_texts(struct check *check,
                       const struct report_content *content, struct err *err)
{
    static const char *const files[] = {"results.json", "results.tex"};

    if (report_parts_numbers(content, check->expected, err) < 0 ||
        report_parts_tex(content, check->expected, err) < 0 ||
        report_figures_data(&content->set, &content->versus, check->expected,
                            err) < 0)
        return -1;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        if (compare(check, files[i], files[i], err) < 0)
            return -1;
    if (compare_folder(check, "tables", "tables", err) < 0 ||
        compare(check, "summary.txt", "summary.txt", err) < 0)
        return -1;
    return check_figure_data(check, err);
}

/* Words may be changed by hand in report.tex; numbers come from the data. */
static int check_template(struct check *check, struct err *err)
{
    char template[FOLDER_PATH];
    struct buf has = {0}, should = {0};
    int status;

    if (lacks(check, "report.tex"))
        return 0;
    status = paths_data(template, "report/template.tex", err);
    if (status == 0)
        status = folder_copy(template, check->expected, "report.tex", err);
    if (status == 0)
        status = folder_read(&should, check->expected, "report.tex", err);
    if (status == 0)
        status = folder_read(&has, check->dir, "report.tex", err);
    if (status == 0)
        status = tex_numbers_compare(buf_text(&has), buf_text(&should),
                                     report_drift_add, &check->drift, err);
    if (status == 0 && strcmp(buf_text(&has), buf_text(&should)) != 0)
        buf_add(&check->said, "report.tex is not the template: its words were "
                              "changed, and no number was typed into it\n");
    buf_release(&has);
    buf_release(&should);
    return status;
}

/* ---- what helpers made of them ---- */

struct helper {
    const char *name, *package, *what; /* what was not done without it */
};

/* What this helper would have shown is not known; the rest still holds. */
static int do_without(struct buf *said, const struct helper *helper,
                      struct err *err)
{
    char id[40];

    snprintf(id, sizeof id, "%s-missing", helper->name);
    if (strcmp(err->id, id) != 0)
        return -1;
    buf_addf(said, "%s: %s is not installed (%s)\n", helper->what, helper->name,
             helper->package);
    memset(err, 0, sizeof *err);
    return 0;
}

static int check_figures(struct check *check,
                         const struct report_content *content, struct err *err)
{
    static const struct helper gnuplot = {"gnuplot", "gnuplot-nox",
                                          "the figures were not drawn again"};
    char has[FOLDER_PATH], should[FOLDER_PATH];
    struct figure_files found = {.is_trusted = check->is_trusted};

    if (report_figures_draw(&content->set, &content->versus, check->expected,
                            err) < 0) {
        check->is_drawn_otherwise = 1;
        return do_without(&check->said, &gnuplot, err);
    }
    if (folder_path(has, check->dir, "figures", err) < 0 ||
        folder_path(should, check->expected, "figures", err) < 0 ||
        figure_files_compare(&found, has, should, &check->drift, err) < 0)
        return -1;
    buf_addf(&check->said, "drawn again, %d files of figures are the same\n",
             found.same);
    check->is_drawn_otherwise = found.others > 0;
    if (found.others > 0)
        buf_addf(&check->said,
                 "%d other%s not compared: even figure 1, which every report "
                 "has, is not the same bytes when it is drawn here (another "
                 "gnuplot, cairo or font)\n",
                 found.others, found.others == 1 ? " was" : "s were");
    return 0;
}

static int check_proof(struct check *check,
                       const struct report_content *content, struct err *err)
{
    static const struct helper pdflatex = {"pdflatex",
                                           "texlive-latex-recommended",
                                           "the PDF was not typeset again"};
    struct report_proof proof = {.report = check->dir,
                                 .pdf = check->pdf,
                                 .work = check->expected,
                                 .utc = report_set_start(&content->set),
                                 .is_trusted = check->is_trusted,
                                 .with_its_figures = check->is_drawn_otherwise};

    if (report_proof_compare(&proof, &check->drift, &check->said, err) < 0)
        return do_without(&check->said, &pdflatex, err);
    return 0;
}

static int check_shown(struct check *check,
                       const struct report_content *content, struct err *err)
{
    static const struct helper pdftotext = {"pdftotext", "poppler-utils",
                                            "the PDF was not read"};
    int n;

    snprintf(check->drift.file, sizeof check->drift.file, "report.pdf");
    if (report_shown(content, check->pdf, &check->drift, &n, err) < 0)
        return do_without(&check->read, &pdftotext, err);
    buf_addf(&check->read, "the PDF shows the %d numbers of its tables\n", n);
    return 0;
}

/* What shows most is first: the others are looked at while none differs. */
static int check_products(struct check *check,
                          const struct report_content *content, struct err *err)
{
    static int (*const checks[])(struct check *, const struct report_content *,
                                 struct err *) = {check_shown, check_figures,
                                                  check_proof};

    for (int i = 0; i < 3 && check->drift.n == 0; i++)
        if (checks[i](check, content, err) < 0)
            return -1;
    return 0;
}

/* ---- the whole ---- */

static int check_all(struct check *check, struct report_content *content,
                     struct err *err)
{
    if (report_content_fill(content, err) < 0 ||
        folder_temporary(check->expected, err) < 0 ||
        check_texts(check, content, err) < 0 ||
        check_template(check, err) < 0 || same_pdf(check, err) < 0 ||
        report_files_compare(check->dir, check->expected, &check->drift,
                             &check->said, err) < 0 ||
        check_products(check, content, err) < 0)
        return -1;
    if (report_drift_judge(&check->drift, check->dir, err) < 0)
        return -1;
    fprintf(check->drift.to, "%s%schecked: %zu values from %d folder%s\n",
            buf_text(&check->said), buf_text(&check->read), content->values.n,
            content->set.nresults, content->set.nresults == 1 ? "" : "s");
    return 0;
}

int report_check(const struct report_check_request *request, FILE *to,
                 struct err *err)
{
    struct check check = {
        .lock = -1, .is_trusted = request->is_trusted, .drift.to = to};
    struct report_sources sources = {0};
    struct report_content content = {0};
    int status = locate(&check, request->report, err);

    if (status == 0)
        status = need_values(&check, err);
    if (status == 0)
        status = folder_lock(&check.lock, check.dir, 0, err);
    if (status == 0)
        status = report_sources_find(&sources, check.dir, request->dirs,
                                     request->ndirs, err);
    /* A partial run is one of its values: the report says so or differs. */
    if (status == 0)
        status = report_set_load(
            &content.set, (const char *const *)sources.path, sources.n, 1, err);
    if (status == 0)
        status = check_all(&check, &content, err);
    if (check.expected[0])
        folder_remove(check.expected);
    if (check.lock >= 0)
        (void)close(check.lock);
    buf_release(&check.said);
    buf_release(&check.read);
    report_content_release(&content);
    report_sources_release(&sources);
    return status;
}
