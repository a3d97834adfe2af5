#define _GNU_SOURCE
#include "harness/report_out.h"

#include "lib/num.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
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

int report_out_begin(struct report_out *to, const char *out, struct err *err)
{
    char name[64];

    *to = (struct report_out){.lock = -1};
    snprintf(name, sizeof name, ".work-%ld-XXXXXX", (long)getpid());
    if (folder_make(out, err) < 0 || folder_lock(&to->lock, out, 1, err) < 0 ||
        folder_path(to->work, out, name, err) < 0) {
        to->work[0] = '\0';
        return -1;
    }
    remove_stale(out);
    if (mkdtemp(to->work))
        return 0;
    to->work[0] = '\0';
    err_sys(err, ERR_RESULTS, "report-write", "cannot write into %s", out);
    return err_hint(err, "choose another place: --out DIR");
}

void report_out_end(struct report_out *to)
{
    if (to->work[0])
        folder_remove(to->work);
    if (to->lock >= 0)
        (void)close(to->lock);
}

static void forget(const char *dir, const char *name)
{
    char path[FOLDER_PATH];
    struct err ignored;

    if (folder_path(path, dir, name, &ignored) == 0)
        (void)unlink(path);
}

/* What is no longer part of the report must not lie beside it. */
static int deliver(const char *work, const char *name, const char *out,
                   struct err *err)
{
    if (folder_size(work, name) >= 0)
        return folder_move(work, name, out, err);
    forget(out, name);
    return 0;
}

static int has_end(const char *name, const char *end)
{
    size_t n = strlen(name), m = strlen(end);

    return n > m && strcmp(name + n - m, end) == 0;
}

/* Files of a folder of the report, by how their names end. */
struct part {
    const char *folder, *end;
};

/*
 * Every such file of `dir`: moved to OUT when it is in the work folder, else
 * removed.
 */
static int deliver_those_of(const char *dir, const struct part *part,
                            const char *work, const char *out, struct err *err)
{
    char path[FOLDER_PATH], name[300];
    struct dirent **found = NULL; /* all of them before one is moved */
    int status = folder_path(path, dir, part->folder, err);
    int n = status == 0 ? scandir(path, &found, NULL, alphasort) : 0;

    for (int i = 0; i < n; i++) {
        snprintf(name, sizeof name, "%s/%s", part->folder, found[i]->d_name);
        if (status == 0 && has_end(name, part->end))
            status = deliver(work, name, out, err);
        free(found[i]);
    }
    free(found);
    return status;
}

/* What is there already, and then what is new. */
static int deliver_part(const struct part *part, const char *work,
                        const char *out, struct err *err)
{
    char path[FOLDER_PATH];

    if (folder_path(path, out, part->folder, err) < 0 ||
        folder_make(path, err) < 0 ||
        deliver_those_of(out, part, work, out, err) < 0)
        return -1;
    return deliver_those_of(work, part, work, out, err);
}

/*
 * What the figures were drawn from: WORK/figures/NAME.work becomes
 * OUT/figures/data/NAME.
 */
static int deliver_data(const char *work, const char *out, struct err *err)
{
    char figures[FOLDER_PATH], data[FOLDER_PATH], from[FOLDER_PATH],
        to[FOLDER_PATH], name[256];
    const struct dirent *found;
    int status = 0;
    DIR *dir;

    if (folder_path(figures, work, "figures", err) < 0 ||
        folder_path(data, out, "figures/data", err) < 0)
        return -1;
    folder_remove(data);
    if (folder_make(data, err) < 0)
        return -1;
    dir = opendir(figures);
    while (dir && status == 0 && (found = readdir(dir))) {
        if (!has_end(found->d_name, ".work"))
            continue;
        snprintf(name, sizeof name, "%.*s", (int)strlen(found->d_name) - 5,
                 found->d_name);
        if (folder_path(from, figures, found->d_name, err) < 0 ||
            folder_path(to, data, name, err) < 0)
            status = -1;
        else if (rename(from, to) < 0)
            status = err_sys(err, ERR_RESULTS, "report-write",
                             "cannot write %s", to);
    }
    if (dir)
        closedir(dir);
    return status;
}

int report_out_deliver(const char *work, const char *out, struct err *err)
{
    static const struct part parts[] = {
        {"figures", ".pdf"}, {"figures", ".svg"}, {"tables", ".tex"}};
    static const char *const files[] = {"results.tex", "report.tex",
                                        "report.pdf"};
    static const char *const logs[] = {"gnuplot.log", "pdflatex.log",
                                       "report.log"};

    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (deliver_part(&parts[i], work, out, err) < 0)
            return -1;
    if (deliver_data(work, out, err) < 0)
        return -1;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        if (deliver(work, files[i], out, err) < 0)
            return -1;
    for (size_t i = 0; i < sizeof logs / sizeof *logs; i++)
        forget(out, logs[i]);
    return 0;
}

/* WORK/FROM to OUT/TO; returns TO, or NULL when there is no such file. */
static const char *save(const char *work, const char *from, const char *out,
                        const char *to)
{
    char old[FOLDER_PATH], new[FOLDER_PATH];
    struct err ignored;

    if (folder_path(old, work, from, &ignored) < 0 ||
        folder_path(new, out, to, &ignored) < 0 || rename(old, new) < 0)
        return NULL;
    return to;
}

/*
 * A helper that found no room says so in words of its own, or fails in silence:
 * what it left has filled the disk.
 */
static void blame_disk(const char *work, struct err *err)
{
    enum { LEAST = 64 << 10 };
    char msg[sizeof err->msg];
    struct statvfs fs;

    if (err->code != ERR_HELPER || statvfs(work, &fs) < 0 ||
        (uint64_t)fs.f_bavail * fs.f_frsize >= LEAST)
        return;
    snprintf(msg, sizeof msg, "%s", err->msg);
    err_set(err, ERR_RESULTS, "report-no-space",
            "no space is left to make the report: %.400s", msg);
    err_hint(err, "make room, or choose another place: --out DIR");
}

/* Of the figure that failed: those that were drawn left none. */
static const char *save_gnuplot_log(const char *work, const char *out)
{
    char path[FOLDER_PATH], from[300];
    const char *log = NULL;
    const struct dirent *found;
    struct err ignored;
    DIR *figures = folder_path(path, work, "figures", &ignored) == 0
                       ? opendir(path)
                       : NULL;

    while (figures && !log && (found = readdir(figures))) {
        snprintf(from, sizeof from, "figures/%s/gnuplot.log", found->d_name);
        log = save(work, from, out, "gnuplot.log");
    }
    if (figures)
        closedir(figures);
    return log;
}

/* After a fault: its logs, and what to say about what is there. */
int report_out_fail(const char *work, const char *out, struct err *err)
{
    static const char *const logs[] = {"pdflatex.log", "report.log"};
    const char *log = NULL, *found;

    blame_disk(work, err);
    log = save_gnuplot_log(work, out);
    for (int i = 0; i < 2; i++) {
        found = save(work, logs[i], out, logs[i]);
        log = found ? found : log;
    }
    return err_kept(err,
                    "the results, %s/summary.txt and %s/results.json; the "
                    "report was not replaced%s%s",
                    out, out, log ? "; the log is in the same place: " : "",
                    log ? log : "");
}
