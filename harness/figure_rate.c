#include "harness/figure_rate.h"

#include "harness/quantity.h"

#include <math.h>

/* Up to here each bin is drawn as a step, so that few bins are honest. */
#define MAX_STEPS 60

struct plot {
    const struct figure_rate *of;
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
             scaled(plot, bin->bits / series_bin_s(plot->of->series)));
}

/* ---- files ---- */

static void put_row(struct plot *plot, int bin, double place, row_fn put,
                    struct buf *to)
{
    const struct series *series = plot->of->series;
    double width_ns = series_bin_s(series) * 1e9;

    buf_addf(to, "%.6g", time_of(plot, (bin + place) * width_ns));
    put(plot, &series->bins[bin], to);
    buf_add(to, "\n");
}

/* Rows of the bins that hold something; an outage breaks the line. */
static void put_bins(struct plot *plot, row_fn put, struct buf *to)
{
    const struct series *series = plot->of->series;

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
    const struct samples *samples = plot->of->samples;
    int64_t start_ns = plot->of->series->start_ns;

    for (size_t i = 0; i < samples->n; i++)
        buf_addf(to, "%.6g %.5g\n",
                 time_of(plot, (double)(samples->received_ns[i] - start_ns)),
                 scaled(plot, rate_of(plot, samples->rtt_ns[i])));
}

/* From where to where there was no reply; returns how many such gaps. */
static int put_gaps(const struct plot *plot, struct buf *to)
{
    const struct series *series = plot->of->series;
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
    const struct series *series = plot->of->series;
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
    const struct series *series = plot->of->series;
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
    buf_addf(to, "IS_LOCAL = %d\n", plot->of->role == FIGURE_LOCAL);
    buf_addf(to, "IS_SHARED = %d\n", plot->of->is_shared != 0);
    buf_addf(to, "HAS_DOTS = %d\n", has_dots);
    buf_addf(to, "HAS_BAND = %d\n", !has_dots);
    buf_addf(to, "HAS_EXTREMES = %d\n",
             !has_dots && plot->of->role == FIGURE_REMOTE);
    buf_addf(to, "WARM_UNTIL = %.6g\nHAS_WARMUP = %d\n",
             time_of(plot, (double)plot->of->warm_ns), plot->of->warm_ns > 0);
    buf_addf(to, "HAS_GAPS = %d\n", gaps > 0);
}

static int write_bins(struct plot *plot, const struct figure *figure,
                      struct err *err)
{
    static const struct {
        const char *name;
        row_fn put;
    } files[] = {{"median.dat", put_median},
                 {"mean.dat", put_mean},
                 {"band.dat", put_band},
                 {"extremes.dat", put_extremes}};
    /* What is not drawn must not stretch the axis either. */
    int n = plot->of->samples->n <= SERIES_MAX_DOTS ? 2
            : plot->of->role == FIGURE_LOCAL        ? 3
                                                    : 4;

    for (int i = 0; i < n; i++) {
        struct buf text = {0};

        put_bins(plot, files[i].put, &text);
        if (figure_put(figure, files[i].name, &text, err) < 0)
            return -1;
    }
    return 0;
}

/* Was there an outage between two replies? */
static int is_outage(const struct series *series, int64_t from_ns,
                     int64_t to_ns)
{
    double width_ns = series_bin_s(series) * 1e9;
    int from = (int)((double)(from_ns - series->start_ns) / width_ns);
    int to = (int)((double)(to_ns - series->start_ns) / width_ns);

    for (int b = from + 1; b < to && b < series->nbins; b++)
        if (series->bins[b].n == 0)
            return 1;
    return 0;
}

/* The lab's curve; as of the others, an outage breaks the line. */
static void put_lab(const struct plot *plot, struct buf *to)
{
    const struct figure_rate *of = plot->of;

    for (size_t i = 0; i < of->nlab; i++) {
        const struct lab_point *point = &of->lab[i];

        if (i > 0 && is_outage(of->series, point[-1].at_ns, point->at_ns))
            buf_add(to, "\n");
        buf_addf(to, "%.5g %.4g\n",
                 time_of(plot, (double)(point->at_ns - of->series->start_ns)),
                 point->bit_per_s / plot->rate.scale);
    }
}

/* It has an axis of its own: it goes where no band does. */
static int write_lab(const struct plot *plot, const struct figure *figure,
                     struct buf *labels, struct err *err)
{
    const struct figure_rate *of = plot->of;
    struct buf text = {0};
    double most = 0, step;

    put_lab(plot, &text);
    for (size_t i = 0; i < of->nlab; i++)
        most = fmax(most, of->lab[i].bit_per_s / plot->rate.scale);
    step = most > 0 ? tic_step(1.8 * most) : 1;
    buf_addf(labels, "HAS_LAB = %d\nLAB_MAX = %.6g\nLAB_STEP = %.6g\n",
             of->nlab > 0, 1.04 * most, step);
    buf_addf(labels,
             "LAB_LABEL = '%s'\nLAB_TITLE = 'over %d echoes at a time'\n",
             plot->rate.name, LAB_WINDOW);
    return figure_put(figure, "lab.dat", &text, err);
}

static int write_data(struct plot *plot, const struct figure *figure,
                      struct err *err)
{
    int has_dots = plot->of->samples->n <= SERIES_MAX_DOTS, gaps;
    struct buf text = {0};

    if (write_bins(plot, figure, err) < 0)
        return -1;
    if (has_dots)
        put_dots(plot, &text);
    if (figure_put(figure, "dots.dat", &text, err) < 0)
        return -1;
    gaps = put_gaps(plot, &text);
    if (figure_put(figure, "gaps.dat", &text, err) < 0)
        return -1;
    put_labels(plot, has_dots, gaps, &text);
    if (write_lab(plot, figure, &text, err) < 0) {
        buf_release(&text);
        return -1;
    }
    return figure_put(figure, "labels.gp", &text, err);
}

/* What the unit must suit, bit/s: an outage must not make it smaller. */
static double highest_median(const struct plot *plot)
{
    const struct series *series = plot->of->series;
    double highest = 0;

    for (int b = 0; b < series->nbins; b++)
        if (series->bins[b].n > 0 &&
            rate_of(plot, series->bins[b].p50) > highest)
            highest = rate_of(plot, series->bins[b].p50);
    return highest;
}

int figure_rate_write(const struct figure_rate *of, const struct figure *figure,
                      struct err *err)
{
    const struct series *series = of->series;
    struct plot plot = {
        .of = of,
        .bits = 8 * (double)of->samples->message_size_bytes,
        .time = quantity_time((double)(series->end_ns - series->start_ns))};

    plot.rate = quantity_rate(highest_median(&plot));
    return write_data(&plot, figure, err);
}
