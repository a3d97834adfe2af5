#define _GNU_SOURCE
#include "harness/report_files.h"

#include "harness/folder.h"
#include "lib/show.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { DEPTH = 3 }; /* figures/data/NAME */

struct files {
    const char *report, *work;
    struct report_drift *drift;
    struct buf *said;
};

static int is_name(const struct dirent *entry)
{
    return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

static int is_folder(const char *dir, const char *name)
{
    char path[FOLDER_PATH];
    struct err ignored;
    struct stat st;

    return folder_path(path, dir, name, &ignored) == 0 &&
           lstat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* ---- what it would have ---- */

/* figures/data/NAME/FILE was WORK/figures/NAME.work/FILE. */
static int is_data(const struct files *files, const char *file)
{
    static const char prefix[] = "figures/data/";
    const char *name = file + sizeof prefix - 1;
    const char *slash = strncmp(file, prefix, sizeof prefix - 1) == 0
                            ? strchr(name, '/')
                            : NULL;
    char made[FOLDER_PATH];

    if (!slash)
        return 0;
    snprintf(made, sizeof made, "figures/%.*s.work%s", (int)(slash - name),
             name, slash);
    return folder_size(files->work, made) >= 0;
}

/* figures/NAME.pdf and .svg are drawn in WORK/figures/NAME.work. */
static int is_figure(const struct files *files, const char *file)
{
    const char *dot = strrchr(file, '.');
    char made[FOLDER_PATH];

    if (strncmp(file, "figures/", 8) != 0 || !dot ||
        (strcmp(dot, ".pdf") != 0 && strcmp(dot, ".svg") != 0))
        return 0;
    snprintf(made, sizeof made, "%.*s.work", (int)(dot - file), file);
    return is_folder(files->work, made);
}

static int is_part(const struct files *files, const char *file)
{
    return strcmp(file, "report.pdf") == 0 || strcmp(file, "report.tex") == 0 ||
           is_data(files, file) || is_figure(files, file) ||
           (strncmp(file, "figures/", 8) != 0 &&
            folder_size(files->work, file) >= 0);
}

/* pdflatex made it, or a report that failed, and no report reads it. */
static int is_left_over(const char *file)
{
    static const char *const known[] = {"report.aux", "report.log",
                                        "report.out", "pdflatex.log",
                                        "gnuplot.log"};

    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(file, known[i]) == 0)
            return 1;
    return strncmp(file, ".work-", 6) == 0;
}

/* ---- what it has ---- */

static void judge(const struct files *files, const char *file)
{
    char shown[FOLDER_PATH];

    if (is_left_over(file)) {
        buf_addf(
            files->said, "%s is no part of the report\n",
            show_bytes(file, strlen(file), FOLDER_PATH, shown, sizeof shown));
    } else if (!is_part(files, file)) {
        snprintf(files->drift->file, FOLDER_PATH, "%s", file);
        report_drift_add("file", "a file", NULL, files->drift);
    }
}

/*
 * Each file of REPORT/FOLDER, and of the folders in it; where no report has
 * folders, more than `depth` down, a folder is judged like a file.
 */
static int judge_folder(const struct files *files, const char *folder,
                        int depth, struct err *err)
{
    char path[FOLDER_PATH], file[FOLDER_PATH];
    struct dirent **found = NULL;
    int status = folder_path(path, files->report, folder, err);
    int n = status == 0 ? scandir(path, &found, is_name, alphasort) : 0;

    if (n < 0) {
        err_sys(err, ERR_RESULTS, "report-open", "cannot read %s", path);
        return err_hint(err, "name the folder that harness report wrote");
    }
    for (int i = 0; i < n; i++) {
        snprintf(file, sizeof file, "%s%s%s", folder, folder[0] ? "/" : "",
                 found[i]->d_name);
        if (status == 0 && depth > 0 && is_folder(files->report, file) &&
            !is_left_over(file))
            status = judge_folder(files, file, depth - 1, err);
        else if (status == 0)
            judge(files, file);
        free(found[i]);
    }
    free(found);
    return status;
}

/* Both files of each figure. */
static int find_lacking(const struct files *files, struct err *err)
{
    static const char *const kinds[] = {"pdf", "svg"};
    char path[FOLDER_PATH], *end;
    struct dirent **found = NULL;
    int status = folder_path(path, files->work, "figures", err);
    int n = status == 0 ? scandir(path, &found, is_name, alphasort) : 0;

    for (int i = 0; i < n; i++) {
        end = strstr(found[i]->d_name, ".work");
        for (int kind = 0; end && kind < 2; kind++) {
            snprintf(files->drift->file, FOLDER_PATH, "figures/%.*s.%s",
                     (int)(end - found[i]->d_name), found[i]->d_name,
                     kinds[kind]);
            if (folder_size(files->report, files->drift->file) < 0)
                report_drift_add("file", NULL, "a figure", files->drift);
        }
        free(found[i]);
    }
    free(found);
    return status;
}

int report_files_compare(const char *report, const char *work,
                         struct report_drift *drift, struct buf *said,
                         struct err *err)
{
    struct files files = {report, work, drift, said};

    if (find_lacking(&files, err) < 0)
        return -1;
    return judge_folder(&files, "", DEPTH, err);
}
