#include "harness/figure_hops.h"

#include "harness/quantity.h"

#include <math.h>
#include <string.h>

static double longest_ns(const struct figure_hops *of)
{
    double most = 1000; /* traces tell whole microseconds */

    for (int hop = 0; hop < of->hops->n; hop++)
        for (int i = 0; i < HOPS_PROBES; i++)
            most = fmax(most, 1e3 * (double)of->hops->at[hop][i].time_us);
    for (int i = 0; i < FIGURE_HOPS_ROWS; i++)
        most = fmax(most, (double)of->row[i].hi);
    return most;
}

/* "2 0.5 0.6 0.9": its place, and the ends and middle of its times. */
static void put_row(struct buf *to, int row, const double ns[3],
                    const struct quantity_unit *unit)
{
    buf_addf(to, "%d %.6g %.6g %.6g\n", row, ns[0] / unit->scale,
             ns[1] / unit->scale, ns[2] / unit->scale);
}

/* An address has only what harness/hops.h lets in, so no quote. */
static void put_label(struct buf *to, int row, const char *text, double at)
{
    buf_addf(to,
             "set label %d '%s' at %.6g,%d left offset 0.7,0 noenhanced "
             "font LABEL_FONT tc rgb '#666666'\n",
             row, text, at, row);
}

static void put_hop(struct buf *to, struct buf *labels, int row,
                    const struct hops_probe *probes,
                    const struct quantity_unit *unit)
{
    struct hops_times times;

    if (!hops_times(probes, &times)) {
        put_label(labels, row, "no answer", 0);
        return;
    }
    put_row(to, row,
            (double[3]){1e3 * (double)times.min_us,
                        1e3 * (double)times.median_us,
                        1e3 * (double)times.max_us},
            unit);
    put_label(labels, row, times.address,
              1e3 * (double)times.max_us / unit->scale);
}

/* The destination has a file of its own. */
static int write_hops(const struct figure_hops *of, struct buf *labels,
                      const struct quantity_unit *unit,
                      const struct figure *figure, struct err *err)
{
    struct buf hops = {0}, goal = {0};

    for (int hop = 0; hop < of->hops->n; hop++)
        put_hop(hop + 1 == of->destination ? &goal : &hops, labels, hop + 1,
                of->hops->at[hop], unit);
    if (figure_put(figure, "hops.dat", &hops, err) == 0)
        return figure_put(figure, "goal.dat", &goal, err);
    buf_release(&goal);
    return -1;
}

static int write_rows(const struct figure_hops *of, struct buf *tics,
                      const struct quantity_unit *unit,
                      const struct figure *figure, struct err *err)
{
    struct buf text = {0};
    int row = of->hops->n + 1;

    for (int i = 0; i < FIGURE_HOPS_ROWS; i++) {
        const struct figure_hops_row *one = &of->row[i];

        if (one->hi <= 0)
            continue;
        buf_addf(tics, ", '%s' %d", one->name, row);
        put_row(
            &text, row++,
            (double[3]){(double)one->lo, (double)one->middle, (double)one->hi},
            unit);
    }
    buf_addf(tics, ")\nROWS = %d\nHAS_ROWS = %d\n", row - 1,
             row - 1 > of->hops->n);
    return figure_put(figure, "rows.dat", &text, err);
}

static size_t longest_address(const struct hops *hops)
{
    size_t longest = strlen("no answer");

    for (int i = 0; i < hops->n * HOPS_PROBES; i++) {
        size_t n = strlen(hops->at[i / HOPS_PROBES][i % HOPS_PROBES].address);

        longest = n > longest ? n : longest;
    }
    return longest;
}

/* Wide enough for the address behind the longest time. */
static void put_axis(struct buf *to, const struct figure_hops *of,
                     const struct quantity_unit *unit)
{
    double room = 0.0195 * (double)longest_address(of->hops);

    buf_addf(to, "X_MAX = %.6g\nX_LABEL = 'round trip (%s)'\n",
             longest_ns(of) / unit->scale / (1 - fmin(room, 0.8)), unit->name);
    buf_addf(to, "HOPS = %d\nHAS_GOAL = %d\nHAS_HOPS = %d\n", of->hops->n,
             of->destination > 0, of->hops->n > (of->destination > 0));
    buf_add(to, "set ytics (");
    for (int hop = 1; hop <= of->hops->n; hop++)
        buf_addf(to, "%s'%d' %d", hop > 1 ? ", " : "", hop, hop);
}

int figure_hops_write(const struct figure_hops *of, const struct figure *figure,
                      struct err *err)
{
    struct quantity_unit unit = quantity_time(longest_ns(of));
    struct buf labels = {0}, text = {0};
    int failed;

    put_axis(&text, of, &unit);
    failed = write_rows(of, &text, &unit, figure, err) < 0 ||
             write_hops(of, &labels, &unit, figure, err) < 0;
    buf_add(&text, buf_text(&labels));
    text.failed |= labels.failed;
    buf_release(&labels);
    if (!failed)
        return figure_put(figure, "labels.gp", &text, err);
    buf_release(&text);
    return -1;
}
