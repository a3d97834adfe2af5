#include "harness/figure_side.h"

#include "harness/quantity.h"

#include <math.h>
#include <stdio.h>

/* Mbit/s: the axis is one for both. */
static double rate_of(const struct figure_side *of, int64_t rtt_ns)
{
    return 8e3 * (double)of->message_size_bytes / (double)rtt_ns;
}

/* time, slow and fast end of the middle 90 %, median; an outage breaks it. */
static void put_bins(struct buf *to, const struct figure_side *of)
{
    const struct series *series = of->series;
    double width_s = series_bin_s(series);

    for (int b = 0; b < series->nbins; b++) {
        const struct series_bin *bin = &series->bins[b];

        if (bin->n == 0) {
            buf_add(to, "\n");
            continue;
        }
        for (int end = 0; end < 2; end++)
            buf_addf(to, "%.6g %.5g %.5g %.5g\n", (b + end) * width_s,
                     rate_of(of, bin->p95), rate_of(of, bin->p5),
                     rate_of(of, bin->p50));
    }
}

static void widen(const struct figure_side *of, double *least, double *most)
{
    for (int b = 0; b < of->series->nbins; b++) {
        const struct series_bin *bin = &of->series->bins[b];

        if (bin->n == 0)
            continue;
        *least = fmin(*least, rate_of(of, bin->p95));
        *most = fmax(*most, rate_of(of, bin->p5));
    }
}

static void put_labels(struct buf *to, const struct figure_side of[2])
{
    double least = HUGE_VAL, most = 0;

    for (int i = 0; i < 2; i++) {
        widen(&of[i], &least, &most);
        buf_addf(to, "END_%d = %.6g\nMEDIAN_%d = %.6g\n", i + 1,
                 (double)(of[i].series->end_ns - of[i].series->start_ns) / 1e9,
                 i + 1, rate_of(&of[i], of[i].median_ns));
    }
    buf_addf(to, "Y_MIN = %.6g\nY_MAX = %.6g\n", pow(10, floor(log10(least))),
             pow(10, ceil(log10(most) + 1e-9)));
}

int figure_side_write(const struct figure_side of[2],
                      const struct figure *figure, struct err *err)
{
    static const char *const files[] = {"local.dat", "remote.dat"};
    struct buf text = {0};

    for (int i = 0; i < 2; i++) {
        put_bins(&text, &of[i]);
        if (figure_put(figure, files[i], &text, err) < 0)
            return -1;
    }
    put_labels(&text, of);
    if (of[1].ratio)
        buf_addf(&text, "RATIO = '%s'\n", of[1].ratio);
    return figure_put(figure, "labels.gp", &text, err);
}
