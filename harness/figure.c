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

/*
 * Its clock stands still.  The loader takes spaces and colons for separators,
 * so it is given a name that has none, in the folder that gnuplot runs in.
 */
#define CLOCK "still_clock.so"

static int put_clock(const char *dir, char put[FOLDER_PATH], struct err *err)
{
    char clock[4096];

    if (paths_data(clock, CLOCK, err) < 0 ||
        folder_path(put, dir, CLOCK, err) < 0)
        return -1;
    return folder_place(clock, dir, CLOCK, err);
}

static int run_gnuplot(const char *dir, const char *script_name,
                       const char *utc, struct err *err)
{
    static const char *const env[] = {"LD_PRELOAD=./" CLOCK, NULL};
    char style[4096], script[4096], name[64], clock[FOLDER_PATH];
    const char *const argv[] = {"gnuplot", "-d", style, script, NULL};
    struct tool tool = {.name = "gnuplot",
                        .package = "gnuplot-nox",
                        .argv = argv,
                        .env = env,
                        .utc = utc,
                        .dir = dir,
                        .log = "gnuplot.log",
                        .timeout_s = TIMEOUT_S};
    int status;

    snprintf(name, sizeof name, "report/figures/%s", script_name);
    if (paths_data(style, "report/figures/style.gp", err) < 0 ||
        paths_data(script, name, err) < 0 || put_clock(dir, clock, err) < 0)
        return -1;
    status = tool_run(&tool, err);
    (void)unlink(clock);
    return status;
}

static int draw(const char *dir, const char *script, const char *utc,
                struct err *err)
{
    if (run_gnuplot(dir, script, utc, err) < 0)
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
                const char *utc, struct err *err)
{
    if (!utc)
        return 0;
    if (draw(figure->work, script, utc, err) < 0 ||
        forget_log(figure, err) < 0 || take_product(figure, "pdf", err) < 0)
        return -1;
    return take_product(figure, "svg", err);
}
