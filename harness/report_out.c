#define _GNU_SOURCE
#include "harness/report_out.h"

#include "lib/num.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The process that made this work folder, or 0 when it is none. */
static pid_t owner_of(const char *name)
{
    static const char prefix[] = ".work-";
    char digits[16];
    int64_t pid;
    size_t n;

    if (strncmp(name, prefix, sizeof prefix - 1) != 0)
        return 0;
    name += sizeof prefix - 1;
    n = strcspn(name, "-");
    snprintf(digits, sizeof digits, "%.*s", n < 15 ? (int)n : 0, name);
    return num_parse_int(digits, 1, INT32_MAX, &pid) == 0 ? (pid_t)pid : 0;
}

/* A report that was killed could not clean up: this one does it. */
static void remove_stale(const char *out)
{
    char path[FOLDER_PATH];
    const struct dirent *found;
    struct err ignored;
    DIR *dir = opendir(out);

    while (dir && (found = readdir(dir))) {
        pid_t owner = owner_of(found->d_name);

        if (owner > 0 && kill(owner, 0) < 0 && errno == ESRCH &&
            folder_path(path, out, found->d_name, &ignored) == 0)
            folder_remove(path);
    }
    if (dir)
        closedir(dir);
}

int report_out_begin(char work[FOLDER_PATH], const char *out, struct err *err)
{
    char name[64];

    snprintf(name, sizeof name, ".work-%ld-XXXXXX", (long)getpid());
    if (folder_make(out, err) < 0 || folder_path(work, out, name, err) < 0) {
        work[0] = '\0';
        return -1;
    }
    remove_stale(out);
    if (mkdtemp(work))
        return 0;
    work[0] = '\0';
    err_sys(err, ERR_RESULTS, "report-write", "cannot write into %s", out);
    return err_hint(err, "choose another place: --out DIR");
}

static void forget(const char *dir, const char *name)
{
    char path[FOLDER_PATH];
    struct err ignored;

    if (folder_path(path, dir, name, &ignored) == 0)
        (void)unlink(path);
}

/* What is no longer part of the report must not lie beside it. */
int report_out_deliver(const char *work, const char *out, struct err *err)
{
    static const char *const products[] = {
        "figures/fig4.pdf",  "figures/fig4.svg",   "figures/fig6.pdf",
        "figures/fig6.svg",  "tables/options.tex", "tables/results.tex",
        "tables/limits.tex", "tables/files.tex",   "tables/environment.tex",
        "results.tex",       "report.tex",         "report.pdf",
    };
    static const char *const logs[] = {"gnuplot.log", "pdflatex.log",
                                       "report.log"};
    char path[FOLDER_PATH];

    if (folder_path(path, out, "figures", err) < 0 ||
        folder_make(path, err) < 0 ||
        folder_path(path, out, "tables", err) < 0 || folder_make(path, err) < 0)
        return -1;
    for (size_t i = 0; i < sizeof products / sizeof *products; i++) {
        if (folder_size(work, products[i]) < 0)
            forget(out, products[i]);
        else if (folder_move(work, products[i], out, err) < 0)
            return -1;
    }
    for (size_t i = 0; i < sizeof logs / sizeof *logs; i++)
        forget(out, logs[i]);
    return 0;
}

/* After a fault: its logs, and what to say about what is there. */
int report_out_fail(const char *work, const char *out, struct err *err)
{
    static const char *const logs[][2] = {
        {"figures/fig4.work/gnuplot.log", "gnuplot.log"},
        {"figures/fig6.work/gnuplot.log", "gnuplot.log"},
        {"pdflatex.log", "pdflatex.log"},
        {"report.log", "report.log"}};
    const char *log = NULL;
    char from[FOLDER_PATH], to[FOLDER_PATH];
    struct err ignored;

    for (size_t i = 0; i < sizeof logs / sizeof *logs; i++) {
        if (folder_path(from, work, logs[i][0], &ignored) < 0 ||
            folder_path(to, out, logs[i][1], &ignored) < 0)
            continue;
        if (rename(from, to) == 0)
            log = logs[i][1];
    }
    return err_kept(err,
                    "the results, %s/summary.txt and %s/results.json; the "
                    "report was not replaced%s%s",
                    out, out, log ? "; the log is in the same place: " : "",
                    log ? log : "");
}
