#include "harness/figure.h"

#include "harness/paths.h"
#include "harness/tool.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define TIMEOUT_S 60

int figure_begin(struct figure *figure, const char *dir, const char *name,
                 struct err *err)
{
    char work[40];

    memset(figure, 0, sizeof *figure);
    snprintf(figure->name, sizeof figure->name, "%s", name);
    snprintf(figure->dir, sizeof figure->dir, "%s", dir);
    snprintf(work, sizeof work, "%s.work", figure->name);
    if (folder_path(figure->work, dir, work, err) < 0)
        return -1;
    return folder_make(figure->work, err);
}

int figure_put(const struct figure *figure, const char *file, struct buf *text,
               struct err *err)
{
    int status = folder_write(figure->work, file, text, err);

    buf_release(text);
    return status;
}

int figure_is_plain(const char *name)
{
    size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVW"
                            "XYZ0123456789._- ");

    return n > 0 && n <= 16 && !name[n];
}

static int run_gnuplot(const char *dir, const char *script_name,
                       struct err *err)
{
    char style[4096], script[4096], name[64];
    const char *const argv[] = {"gnuplot", "-d", style, script, NULL};
    struct tool tool = {.name = "gnuplot",
                        .package = "gnuplot-nox",
                        .argv = argv,
                        .dir = dir,
                        .log = "gnuplot.log",
                        .timeout_s = TIMEOUT_S};

    snprintf(name, sizeof name, "report/figures/%s", script_name);
    if (paths_data(style, "report/figures/style.gp", err) < 0 ||
        paths_data(script, name, err) < 0 || tool_run(&tool, err) < 0)
        return -1;
    if (folder_size(dir, "figure.pdf") > 0 &&
        folder_size(dir, "figure.svg") > 0)
        return 0;
    err_set(err, ERR_HELPER, "gnuplot-failed",
            "gnuplot: ended well, but drew no figure");
    return err_hint(err, "is the gnuplot in PATH the real one? try: gnuplot "
                         "--version");
}

/* DIR/NAME.work/figure.EXT to DIR/NAME.EXT. */
static int take_product(const struct figure *figure, const char *ext,
                        struct err *err)
{
    char from[FOLDER_PATH], to[FOLDER_PATH], file[64];

    snprintf(file, sizeof file, "figure.%s", ext);
    if (folder_path(from, figure->work, file, err) < 0)
        return -1;
    snprintf(file, sizeof file, "%s.%s", figure->name, ext);
    if (folder_path(to, figure->dir, file, err) < 0)
        return -1;
    if (rename(from, to) == 0)
        return 0;
    return err_sys(err, ERR_RESULTS, "report-write", "cannot write %s", to);
}

/* Where the digits of the date begin in a PDF; -1 when they are not found. */
static long find_date(FILE *file)
{
    static const char mark[] = "/CreationDate (D:";
    char bytes[4096];
    long place = 0;
    size_t matched = 0, n;

    while ((n = fread(bytes, 1, sizeof bytes, file)) > 0)
        for (size_t i = 0; i < n; i++, place++) {
            matched = bytes[i] == mark[matched] ? matched + 1
                                                : bytes[i] == mark[0];
            if (matched == sizeof mark - 1)
                return place + 1;
        }
    return -1;
}

/*
 * cairo dates its files, and nothing tells it not to: set the date to that of
 * the data, so that the same data give the same bytes.  From 1.18 on the date
 * is packed, and stays.
 */
static int set_date(const char *work, const char *digits, struct err *err)
{
    char path[FOLDER_PATH];
    FILE *file;
    long at;
    int failed;

    if (folder_path(path, work, "figure.pdf", err) < 0)
        return -1;
    file = fopen(path, "r+e");
    at = file ? find_date(file) : -1;
    failed = !file || (at >= 0 && (fseek(file, at, SEEK_SET) < 0 ||
                                   fwrite(digits, 1, 14, file) != 14));
    if (file)
        failed |= fclose(file) != 0;
    return failed ? err_sys(err, ERR_RESULTS, "report-write", "cannot write %s",
                            path)
                  : 0;
}

int figure_has_date(const char *dir, const char *name)
{
    char path[FOLDER_PATH];
    struct err ignored;
    FILE *file = folder_path(path, dir, name, &ignored) < 0 ? NULL
                                                            : fopen(path, "re");
    long at = file ? find_date(file) : -1;

    if (file)
        fclose(file);
    return at >= 0;
}

/* Only a failure has something to say. */
static int forget_log(const struct figure *figure, struct err *err)
{
    char path[FOLDER_PATH];

    if (folder_path(path, figure->work, "gnuplot.log", err) < 0)
        return -1;
    (void)unlink(path);
    return 0;
}

int figure_draw(const struct figure *figure, const char *script,
                const char *digits, struct err *err)
{
    if (!digits[0])
        return 0;
    if (run_gnuplot(figure->work, script, err) < 0 ||
        forget_log(figure, err) < 0 ||
        set_date(figure->work, digits, err) < 0 ||
        take_product(figure, "pdf", err) < 0)
        return -1;
    return take_product(figure, "svg", err);
}
