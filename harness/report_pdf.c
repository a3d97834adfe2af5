#include "harness/report_pdf.h"

#include "harness/folder.h"
#include "harness/tool.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TIMEOUT_S 120
#define MAX_PASSES 4

/* TeX writes its own log, report.log; what it prints says no more. */
static int run_pdflatex(const char *dir, const char *utc, struct err *err)
{
    static const char *const argv[] = {"pdflatex",
                                       "-no-shell-escape",
                                       "-halt-on-error",
                                       "-file-line-error",
                                       "-interaction=nonstopmode",
                                       "report.tex",
                                       NULL};
    static const char *const env[] = {"FORCE_SOURCE_DATE=1", "openin_any=p",
                                      "openout_any=p", "max_print_line=1000",
                                      NULL};
    struct tool tool = {.name = "pdflatex",
                        .package = "texlive-latex-recommended",
                        .argv = argv,
                        .env = env,
                        .utc = utc,
                        .dir = dir,
                        .log = "pdflatex.log",
                        .timeout_s = TIMEOUT_S};

    return tool_run(&tool, err);
}

/* The log as text; the caller frees.  NULL when there is none. */
static char *read_log(const char *dir)
{
    enum { MOST = 4 << 20 };
    char path[FOLDER_PATH], *text = NULL;
    struct err ignored;
    FILE *log;

    if (folder_path(path, dir, "report.log", &ignored) < 0)
        return NULL;
    log = fopen(path, "re");
    if (!log)
        return NULL;
    text = malloc(MOST + 1);
    if (text)
        text[fread(text, 1, MOST, log)] = '\0';
    fclose(log);
    return text;
}

static int refuse_missing_key(const char *log, struct err *err)
{
    static const char mark[] = "Package results Warning: no value for ";
    const char *at = strstr(log, mark);

    if (!at)
        return 0;
    at += strlen(mark);
    err_set(err, ERR_BUG, "report-missing-key",
            "the report asks for a number that nobody computed: %.*s",
            (int)strcspn(at, " \n"), at);
    return err_hint(err, "please report this, with report.tex and "
                         "results.tex");
}

/* 1: again; 0: done; -1: err is set. */
static int judge_pass(const char *dir, struct err *err)
{
    char *log = read_log(dir);
    int again;

    if (!log)
        return 0;
    again = strstr(log, "Rerun to get") || strstr(log, "Rerun LaTeX");
    if (refuse_missing_key(log, err) < 0)
        again = -1;
    free(log);
    return again;
}

/* Is the PDF there to its end?  Its last line is %%EOF. */
static int is_whole(const char *dir)
{
    char path[FOLDER_PATH], end[32] = "";
    struct err ignored;
    FILE *pdf;

    if (folder_path(path, dir, "report.pdf", &ignored) < 0)
        return 0;
    pdf = fopen(path, "re");
    if (!pdf)
        return 0;
    if (fseek(pdf, -(long)(sizeof end - 1), SEEK_END) == 0)
        end[fread(end, 1, sizeof end - 1, pdf)] = '\0';
    fclose(pdf);
    return strstr(end, "%%EOF") != NULL;
}

int report_pdf_make(const char *dir, const char *utc, struct err *err)
{
    int again = 1;

    for (int pass = 0; again && pass < MAX_PASSES; pass++) {
        if (run_pdflatex(dir, utc, err) < 0)
            return -1;
        again = judge_pass(dir, err);
        if (again < 0)
            return -1;
    }
    if (is_whole(dir))
        return 0;
    err_set(err, ERR_HELPER, "pdflatex-failed",
            "pdflatex: ended well, but made no whole report.pdf");
    return err_hint(err, "is the pdflatex in PATH the real one? try: pdflatex "
                         "--version");
}
