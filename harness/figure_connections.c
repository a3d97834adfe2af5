#include "harness/figure_connections.h"

#include "harness/decades.h"

#include <math.h>

static void widen(struct decades *axis, const struct figure_connections *of,
                  int what)
{
    for (int i = 0; i < of->n; i++) {
        const struct figure_connections_mark *mark = &of->points[i].mark[what];

        decades_widen(axis, mark->value);
        if (!mark->has_interval)
            continue;
        decades_widen(axis, mark->hi);
        decades_widen(axis, fmax(mark->lo, mark->value / 10));
    }
}

/* x, y, lower and upper end; an axis of decades has no 0 to reach down to. */
static int put_marks(struct buf *to, const struct figure_connections *of,
                     int what, int has_interval)
{
    int n = 0;

    for (int i = 0; i < of->n; i++) {
        const struct figure_connections_mark *mark = &of->points[i].mark[what];

        if (mark->value <= 0 || mark->has_interval != has_interval)
            continue;
        buf_addf(to, "%.6g %.6g %.6g %.6g\n", of->points[i].connections,
                 mark->value, fmax(mark->lo, mark->value * 1e-3), mark->hi);
        n++;
    }
    return n;
}

/* Those with an interval and those without look different. */
static int write_marks(struct buf *labels, const struct figure_connections *of,
                       int what, const struct figure *figure, struct err *err)
{
    static const char *const names[] = {"RATE", "P50", "P99"};
    static const char *const files[][2] = {{"rate-points.dat", "rate-bars.dat"},
                                           {"p50-points.dat", "p50-bars.dat"},
                                           {"p99-points.dat", "p99-bars.dat"}};
    static const char *const kinds[] = {"POINTS", "BARS"};
    struct buf text = {0};

    for (int bars = 0; bars < 2; bars++) {
        int n = put_marks(&text, of, what, bars);

        buf_addf(labels, "HAS_%s_%s = %d\n", names[what], kinds[bars], n > 0);
        if (figure_put(figure, files[what][bars], &text, err) < 0)
            return -1;
    }
    return 0;
}

/* Tics at 1, 2, 4, ..., or fewer of them. */
static void put_numbers(struct buf *to, const struct decades *numbers)
{
    double doublings = log2(numbers->most / numbers->least);

    buf_addf(to, "X_MIN = %.6g\nX_MAX = %.6g\nX_STEP = %d\n",
             numbers->least / 1.25, numbers->most * 1.25,
             doublings > 14  ? 8
             : doublings > 7 ? 4
                             : 2);
}

static void put_axes(struct buf *to, const struct decades *rates,
                     const struct decades *times)
{
    buf_addf(to, "Y_MIN = %.6g\nY_MAX = %.6g\n", rates->least * 0.99,
             rates->most * 1.01);
    buf_addf(to, "RTT_MIN = %.6g\nRTT_MAX = %.6g\n", times->least * 0.99,
             times->most * 1.01);
    /* Two panels: each one's tics are set where it is drawn. */
    buf_add(to, "if (PANEL == 1) {\n");
    decades_put(to, "y", rates, quantity_rate);
    buf_add(to, "} else {\n");
    decades_put(to, "y", times, quantity_time);
    buf_add(to, "}\n");
}

int figure_connections_write(const struct figure_connections *of,
                             const struct figure *figure, struct err *err)
{
    struct decades numbers = {HUGE_VAL, 0}, rates = numbers, times = numbers;
    struct buf text = {0};
    double most = 0;

    for (int i = 0; i < of->n; i++) {
        decades_widen(&numbers, of->points[i].connections);
        most = fmax(most, of->points[i].mark[FIGURE_CONNECTIONS_RATE].value);
    }
    widen(&rates, of, FIGURE_CONNECTIONS_RATE);
    widen(&times, of, FIGURE_CONNECTIONS_P50);
    widen(&times, of, FIGURE_CONNECTIONS_P99);
    decades_round(&rates);
    decades_round(&times);
    for (int what = 0; what < FIGURE_CONNECTIONS_MARKS; what++)
        if (write_marks(&text, of, what, figure, err) < 0) {
            buf_release(&text);
            return -1;
        }
    buf_addf(&text, "IS_LOCAL = %d\nHAS_LINEAR = %d\n", of->is_local,
             of->single > 0);
    buf_addf(&text, "SINGLE = %.6g\nMOST = %.6g\n", of->single, most);
    put_numbers(&text, &numbers);
    put_axes(&text, &rates, &times);
    return figure_put(figure, "labels.gp", &text, err);
}
