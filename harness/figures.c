#include "harness/figures.h"

#include "harness/folder.h"
#include "harness/paths.h"
#include "harness/quantity.h"
#include "harness/tool.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define TIMEOUT_S 60

/* Up to here each bin is drawn as a step, so that few bins are honest. */
#define MAX_STEPS 60

struct plot {
    const struct figure *figure;
    struct quantity_unit time, rate;
    double bits; /* of a message */
    double top;  /* largest rate drawn, bit/s */
};

static double rate_of(const struct plot *plot, int64_t rtt_ns)
{
    return plot->bits / ((double)rtt_ns / 1e9);
}

static double time_of(const struct plot *plot, double ns)
{
    return ns / plot->time.scale;
}

static double scaled(struct plot *plot, double rate)
{
    if (rate > plot->top)
        plot->top = rate;
    return rate / plot->rate.scale;
}

/* ---- one row of each file ---- */

typedef void (*row_fn)(struct plot *plot, const struct series_bin *bin,
                       struct buf *to);

static void put_band(struct plot *plot, const struct series_bin *bin,
                     struct buf *to)
{
    buf_addf(to, " %.5g %.5g", scaled(plot, rate_of(plot, bin->p95)),
             scaled(plot, rate_of(plot, bin->p5)));
}

static void put_extremes(struct plot *plot, const struct series_bin *bin,
                         struct buf *to)
{
    buf_addf(to, " %.5g %.5g", scaled(plot, rate_of(plot, bin->max)),
             scaled(plot, rate_of(plot, bin->min)));
}

static void put_median(struct plot *plot, const struct series_bin *bin,
                       struct buf *to)
{
    buf_addf(to, " %.5g", scaled(plot, rate_of(plot, bin->p50)));
}

static void put_mean(struct plot *plot, const struct series_bin *bin,
                     struct buf *to)
{
    buf_addf(to, " %.5g",
             scaled(plot, bin->bits / series_bin_s(plot->figure->series)));
}

/* ---- files ---- */

static void put_row(struct plot *plot, int bin, double place, row_fn put,
                    struct buf *to)
{
    const struct series *series = plot->figure->series;
    double width_ns = series_bin_s(series) * 1e9;

    buf_addf(to, "%.6g", time_of(plot, (bin + place) * width_ns));
    put(plot, &series->bins[bin], to);
    buf_add(to, "\n");
}

/* Rows of the bins that hold something; an outage breaks the line. */
static void put_bins(struct plot *plot, row_fn put, struct buf *to)
{
    const struct series *series = plot->figure->series;

    for (int b = 0; b < series->nbins; b++) {
        int follows = b > 0 && series->bins[b - 1].n > 0;
        int goes_on = b + 1 < series->nbins && series->bins[b + 1].n > 0;

        if (series->bins[b].n == 0) {
            buf_add(to, "\n");
        } else if (series->nbins <= MAX_STEPS || (!follows && !goes_on)) {
            put_row(plot, b, 0, put, to);
            put_row(plot, b, 1, put, to);
        } else {
            put_row(plot, b, follows ? (goes_on ? 0.5 : 1) : 0, put, to);
        }
    }
}

static void put_dots(struct plot *plot, struct buf *to)
{
    const struct samples *samples = plot->figure->samples;
    int64_t start_ns = plot->figure->series->start_ns;

    for (size_t i = 0; i < samples->n; i++)
        buf_addf(to, "%.6g %.5g\n",
                 time_of(plot, (double)(samples->received_ns[i] - start_ns)),
                 scaled(plot, rate_of(plot, samples->rtt_ns[i])));
}

/* From where to where there was no reply; returns how many such gaps. */
static int put_gaps(const struct plot *plot, struct buf *to)
{
    const struct series *series = plot->figure->series;
    double width_ns = series_bin_s(series) * 1e9;
    int gaps = 0;

    for (int b = 0; b < series->nbins; b++) {
        int from = b;

        while (b < series->nbins && series->bins[b].n == 0)
            b++;
        if (b == from)
            continue;
        gaps++;
        buf_addf(to, "%.6g %.6g\n", time_of(plot, from * width_ns),
                 time_of(plot, b * width_ns));
    }
    return gaps;
}

/* 1, 2, 2.5 or 5 times a power of ten: about five of them up to `top`. */
static double tic_step(double top)
{
    static const double nice[] = {1, 2, 2.5, 5, 10};
    double rough = top / 6, power = pow(10, floor(log10(rough)));

    for (int i = 0; i < 5; i++)
        if (nice[i] * power >= rough * 0.999)
            return nice[i] * power;
    return 10 * power;
}

/* The end of the time axis: the next tic when the data nearly reach it. */
static double time_end(double last, double step)
{
    double tic = ceil(last / step) * step;

    return tic - last < 0.02 * last ? tic : last;
}

/*
 * Is the space low in the figure free, from share `from` to share `to` of the
 * time?
 */
static int is_free(const struct plot *plot, double from, double to)
{
    const struct series *series = plot->figure->series;
    double least = 0.3 * plot->top;

    for (int b = (int)(from * series->nbins); b < to * series->nbins; b++) {
        const struct series_bin *bin = &series->bins[b];

        if (bin->n > 0 && (rate_of(plot, bin->p95) < least ||
                           bin->bits / series_bin_s(series) < least))
            return 0;
    }
    return 1;
}

/* Where the legend hides nothing: low on the right or the left, or on top. */
static int key_place(const struct plot *plot)
{
    if (is_free(plot, 0.35, 1))
        return 0;
    return is_free(plot, 0, 0.65) ? 1 : 2;
}

static void put_axes(const struct plot *plot, struct buf *to)
{
    const struct series *series = plot->figure->series;
    double last = time_of(plot, (double)(series->end_ns - series->start_ns));
    int place = key_place(plot);
    double top = plot->top / plot->rate.scale * (place < 2 ? 1.02 : 1.3);

    buf_addf(to, "X_LABEL = 'time since first message (%s)'\n",
             plot->time.name);
    buf_addf(to, "Y_LABEL = 'echo rate (%s)'\n", plot->rate.name);
    buf_addf(to, "X_MAX = %.6g\nX_STEP = %.6g\n",
             time_end(last, tic_step(last)), tic_step(last));
    buf_addf(to, "Y_MAX = %.6g\nY_STEP = %.6g\n",
             ceil(top / tic_step(top)) * tic_step(top), tic_step(top));
    buf_addf(to, "KEY_PLACE = %d\n", place);
}

static void put_labels(const struct plot *plot, int has_dots, int gaps,
                       struct buf *to)
{
    put_axes(plot, to);
    buf_addf(to, "IS_LOCAL = %d\n", plot->figure->role == FIGURE_LOCAL);
    buf_addf(to, "IS_SHARED = %d\n", plot->figure->is_shared != 0);
    buf_addf(to, "HAS_DOTS = %d\n", has_dots);
    buf_addf(to, "HAS_BAND = %d\n", !has_dots);
    buf_addf(to, "HAS_EXTREMES = %d\n",
             !has_dots && plot->figure->role == FIGURE_REMOTE);
    buf_addf(to, "HAS_GAPS = %d\n", gaps > 0);
}

static int write_part(const char *dir, const char *name, struct buf *text,
                      struct err *err)
{
    int status = folder_write(dir, name, text, err);

    buf_release(text);
    return status;
}

static int write_bins(struct plot *plot, const char *dir, struct err *err)
{
    static const struct {
        const char *name;
        row_fn put;
    } files[] = {{"median.dat", put_median},
                 {"mean.dat", put_mean},
                 {"band.dat", put_band},
                 {"extremes.dat", put_extremes}};
    /* What is not drawn must not stretch the axis either. */
    int n = plot->figure->samples->n <= SERIES_MAX_DOTS ? 2
            : plot->figure->role == FIGURE_LOCAL        ? 3
                                                        : 4;

    for (int i = 0; i < n; i++) {
        struct buf text = {0};

        put_bins(plot, files[i].put, &text);
        if (write_part(dir, files[i].name, &text, err) < 0)
            return -1;
    }
    return 0;
}

static int write_data(struct plot *plot, const char *dir, struct err *err)
{
    int has_dots = plot->figure->samples->n <= SERIES_MAX_DOTS, gaps;
    struct buf text = {0};

    if (write_bins(plot, dir, err) < 0)
        return -1;
    if (has_dots)
        put_dots(plot, &text);
    if (write_part(dir, "dots.dat", &text, err) < 0)
        return -1;
    gaps = put_gaps(plot, &text);
    if (write_part(dir, "gaps.dat", &text, err) < 0)
        return -1;
    put_labels(plot, has_dots, gaps, &text);
    return write_part(dir, "labels.gp", &text, err);
}

static int run_gnuplot(const char *dir, struct err *err)
{
    char style[4096], script[4096];
    const char *const argv[] = {"gnuplot", "-d", style, script, NULL};
    struct tool tool = {.name = "gnuplot",
                        .package = "gnuplot-nox",
                        .argv = argv,
                        .dir = dir,
                        .log = "gnuplot.log",
                        .timeout_s = TIMEOUT_S};

    if (paths_data(style, "report/figures/style.gp", err) < 0 ||
        paths_data(script, "report/figures/rate.gp", err) < 0 ||
        tool_run(&tool, err) < 0)
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
static int take_product(const char *work, const char *dir, const char *name,
                        const char *ext, struct err *err)
{
    char from[FOLDER_PATH], to[FOLDER_PATH], file[64];

    snprintf(file, sizeof file, "figure.%s", ext);
    if (folder_path(from, work, file, err) < 0)
        return -1;
    snprintf(file, sizeof file, "%s.%s", name, ext);
    if (folder_path(to, dir, file, err) < 0)
        return -1;
    if (rename(from, to) == 0)
        return 0;
    return err_sys(err, ERR_RESULTS, "report-write", "cannot write %s", to);
}

/*
 * cairo dates its files, and nothing tells it not to: set the date to that of
 * the data, so that the same data give the same bytes.
 */
static int set_date(const char *work, const char *digits, struct err *err)
{
    static const char mark[] = "/CreationDate (D:";
    char path[FOLDER_PATH], bytes[4096];
    long at = -1, place = 0;
    size_t matched = 0, n;
    FILE *file;
    int failed;

    if (folder_path(path, work, "figure.pdf", err) < 0)
        return -1;
    file = fopen(path, "r+e");
    while (file && at < 0 && (n = fread(bytes, 1, sizeof bytes, file)) > 0)
        for (size_t i = 0; i < n && at < 0; i++, place++) {
            matched = bytes[i] == mark[matched] ? matched + 1
                                                : bytes[i] == mark[0];
            if (matched == sizeof mark - 1)
                at = place + 1;
        }
    failed = !file || (at >= 0 && (fseek(file, at, SEEK_SET) < 0 ||
                                   fwrite(digits, 1, 14, file) != 14));
    if (file)
        failed |= fclose(file) != 0;
    return failed ? err_sys(err, ERR_RESULTS, "report-write", "cannot write %s",
                            path)
                  : 0;
}

/* What the unit must suit, bit/s: an outage must not make it smaller. */
static double highest_median(const struct plot *plot)
{
    const struct series *series = plot->figure->series;
    double highest = 0;

    for (int b = 0; b < series->nbins; b++)
        if (series->bins[b].n > 0 &&
            rate_of(plot, series->bins[b].p50) > highest)
            highest = rate_of(plot, series->bins[b].p50);
    return highest;
}

int figures_draw(const struct figure *figure, const char *dir, struct err *err)
{
    const struct series *series = figure->series;
    struct plot plot = {
        .figure = figure,
        .bits = 8 * (double)figure->samples->message_size_bytes,
        .time = quantity_time((double)(series->end_ns - series->start_ns))};
    char work[FOLDER_PATH], name[64];

    plot.rate = quantity_rate(highest_median(&plot));
    snprintf(name, sizeof name, "%.40s.work", figure->name);
    if (folder_path(work, dir, name, err) < 0 || folder_make(work, err) < 0 ||
        write_data(&plot, work, err) < 0 || run_gnuplot(work, err) < 0 ||
        set_date(work, figure->date, err) < 0 ||
        take_product(work, dir, figure->name, "pdf", err) < 0)
        return -1;
    return take_product(work, dir, figure->name, "svg", err);
}
