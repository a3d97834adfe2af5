#include "harness/figure_loss_time.h"

#include "harness/quantity.h"

#include <math.h>
#include <stdlib.h>

/* Bars are wide enough to be told apart; the rug has a place for each point. */
enum { MAX_BARS = 60, RUG = 400 };

static const double second_ns = 1e9, long_run_ns = 10e9;

static double length_ns(const struct loss_time *time)
{
    return (double)time->nbins * (double)time->bin_ns;
}

/* 1, 2 or 5 times a power of ten, so a whole number of the bins counted. */
int64_t figure_loss_time_bin_ns(const struct loss_time *time)
{
    static const int nice[] = {1, 2, 5};
    int64_t bin_ns = time->bin_ns, power = 1;
    double least = length_ns(time) / MAX_BARS;

    if (length_ns(time) >= long_run_ns && least < second_ns)
        least = second_ns;
    for (int i = 0; (double)bin_ns < least; i = (i + 1) % 3) {
        power *= i == 2 ? 10 : 1;
        bin_ns = time->bin_ns * power * nice[(i + 1) % 3];
    }
    return bin_ns;
}

/* The middle, how wide, and how many percent; a bin without messages: none. */
static double put_bars(struct buf *to, const struct loss_time *time,
                       struct quantity_unit unit)
{
    int64_t bin_ns = figure_loss_time_bin_ns(time);
    int many = (int)(bin_ns / time->bin_ns);
    double width = (double)bin_ns / unit.scale, most = 0;

    for (int at = 0; at < time->nbins; at += many) {
        double sent = 0, lost = 0;

        for (int i = at; i < at + many && i < time->nbins; i++) {
            sent += time->bin[i].sent;
            lost += time->bin[i].lost;
        }
        if (sent <= 0)
            continue;
        buf_addf(to, "%.6g %.5g %.6g\n", ((double)at / many + 0.5) * width,
                 100 * lost / sent, width);
        most = fmax(most, 100 * lost / sent);
    }
    return most;
}

/* The longest burst that begins in each of RUG steps of time. */
static int64_t put_rug(struct buf *to, const struct figure_loss_time *of,
                       struct quantity_unit unit)
{
    double length = length_ns(of->time);
    int64_t longest[RUG] = {0}, most = 0;

    for (size_t i = 0, end; i < of->lost->n; i = end) {
        double at = (double)of->lost->at[i].sent_ns / length * RUG;
        int step = at < 0 ? 0 : at < RUG ? (int)at : RUG - 1;
        int64_t burst;

        end = loss_period_end(of->lost, i);
        burst = (int64_t)(end - i);
        longest[step] = burst > longest[step] ? burst : longest[step];
        most = burst > most ? burst : most;
    }
    for (int i = 0; i < RUG; i++)
        if (longest[i] > 0)
            buf_addf(to, "%.6g %lld\n", (i + 0.5) / RUG * length / unit.scale,
                     (long long)longest[i]);
    return most;
}

static void put_labels(struct buf *to, const struct figure_loss_time *of,
                       struct quantity_unit unit)
{
    double bin = (double)figure_loss_time_bin_ns(of->time);
    struct quantity_unit of_bin = quantity_time(bin);

    buf_addf(to, "X_LABEL = 'time since the run began (%s)'\n", unit.name);
    buf_addf(to, "Y_LABEL = 'lost in %g %s (%%)'\n", bin / of_bin.scale,
             of_bin.name);
    buf_addf(to, "X_MAX = %.6g\n", length_ns(of->time) / unit.scale);
    buf_addf(to, "MEAN = %.5g\nLO = %.5g\nHI = %.5g\n", 100 * of->share->value,
             100 * of->share->lo, 100 * of->share->hi);
}

int figure_loss_time_write(const struct figure_loss_time *of,
                           const struct figure *figure, struct err *err)
{
    struct quantity_unit unit = quantity_time(length_ns(of->time));
    struct buf text = {0};
    int64_t longest;
    double most = put_bars(&text, of->time, unit);

    if (figure_put(figure, "bars.dat", &text, err) < 0)
        return -1;
    longest = put_rug(&text, of, unit);
    if (figure_put(figure, "rug.dat", &text, err) < 0)
        return -1;
    put_labels(&text, of, unit);
    buf_addf(&text, "Y_MAX = %.5g\n",
             fmin(100, 1.3 * fmax(most, 100 * of->share->hi)));
    buf_addf(&text, "LONGEST = %lld\n", (long long)longest);
    return figure_put(figure, "labels.gp", &text, err);
}
