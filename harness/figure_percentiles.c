#include "harness/figure_percentiles.h"

#include "harness/decades.h"

#include <math.h>
#include <stdio.h>

/* What both lines need: 1/(1-p) up to, RTT from and to, in powers of ten. */
struct extent {
    double x, least, most;
};

static void widen(struct extent *extent, const struct percentiles *line)
{
    const struct percentiles_point *last = &line->point[line->n - 1];

    extent->x = fmax(extent->x, 1 / (1 - last->p));
    extent->least = fmin(extent->least, (double)line->point[0].value);
    extent->most = fmax(extent->most, (double)last->value);
}

static int is_known(const struct percentiles *line, int point)
{
    return point >= 0 && point < line->n &&
           percentiles_is_known(line, line->point[point].p);
}

/*
 * Its known parts, or the others, which are dotted and begin and end where a
 * known one does.  Blank lines are between the parts.
 */
static void put_line(struct buf *to, const struct percentiles *line,
                     int of_known)
{
    int last = -1;

    for (int i = 0; i < line->n; i++) {
        int known = is_known(line, i);
        int touches = known && ((i > 0 && !is_known(line, i - 1)) ||
                                (i + 1 < line->n && !is_known(line, i + 1)));

        if (of_known ? !known : known && !touches)
            continue;
        /* Two neighbours that are known are not joined by a dotted line. */
        if (last >= 0 &&
            (last < i - 1 || (!of_known && known && is_known(line, last))))
            buf_add(to, "\n");
        buf_addf(to, "%.6g %.6g\n", 1 / (1 - line->point[i].p),
                 (double)line->point[i].value);
        last = i;
    }
}

static void put_band(struct buf *to, const struct percentiles *line)
{
    int last = -1;

    for (int i = 0; i < line->nbounds; i++) {
        if (!line->bound[i].is_known)
            continue;
        if (last >= 0 && last < i - 1)
            buf_add(to, "\n");
        buf_addf(to, "%.6g %.6g %.6g\n", 1 / (1 - line->bound[i].p),
                 (double)line->bound[i].lo, (double)line->bound[i].hi);
        last = i;
    }
}

static int write_line(const struct percentiles *line, const char *name,
                      const struct figure *figure, struct err *err)
{
    static const char *const parts[] = {"known", "rest", "band"};
    struct buf text = {0};
    char file[64];

    for (int i = 0; i < 3; i++) {
        if (i < 2)
            put_line(&text, line, i == 0);
        else
            put_band(&text, line);
        snprintf(file, sizeof file, "%s-%s.dat", name, parts[i]);
        if (figure_put(figure, file, &text, err) < 0)
            return -1;
    }
    return 0;
}

/* 50, 90, 99, 99.9, ... */
static void put_xtics(struct buf *to, double most)
{
    buf_add(to, "set xtics ('0' 1, '50' 2, '90' 10");
    for (int i = 2; pow(10, i) <= most; i++)
        buf_addf(to, ", '%.*f' 1e%d", i - 2, 100 * (1 - pow(10, -i)), i);
    buf_add(to, ")\n");
}

static void put_name(struct buf *to, const char *name, int64_t n)
{
    char text[QUANTITY_SIZE];

    buf_addf(to, "%s_NAME = '%s (n = %s)'\n", name,
             name[0] == 'L' ? "local" : "remote", quantity_count(n, text));
}

static void put_labels(struct buf *to, const struct figure_percentiles *of,
                       const struct extent *extent)
{
    buf_addf(to, "X_MAX = %.6g\nY_MIN = %.6g\nY_MAX = %.6g\n", extent->x * 1.2,
             extent->least * 0.99, extent->most);
    buf_addf(to, "HAS_LOCAL = %d\nHAS_REMOTE = %d\n", of->local != NULL,
             of->remote != NULL);
    buf_addf(to, "HAS_RESPONSE = %d\nHAS_SERVICE = %d\n", of->response != NULL,
             of->service != NULL);
    put_name(to, "LOCAL", of->nlocal);
    put_name(to, "REMOTE", of->nremote);
    put_xtics(to, extent->x);
    decades_put(to, "y", &(struct decades){extent->least, extent->most},
                quantity_time);
}

int figure_percentiles_write(const struct figure_percentiles *of,
                             const struct figure *figure, struct err *err)
{
    const struct {
        const struct percentiles *line;
        const char *name;
    } lines[] = {{of->local, "local"},
                 {of->remote, "remote"},
                 {of->response, "response"},
                 {of->service, "service"}};
    struct extent extent = {.x = 10, .least = HUGE_VAL};
    struct buf text = {0};

    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        if (!lines[i].line)
            continue;
        if (write_line(lines[i].line, lines[i].name, figure, err) < 0)
            return -1;
        widen(&extent, lines[i].line);
    }
    extent.least = pow(10, floor(log10(extent.least)));
    extent.most = pow(10, ceil(log10(extent.most + 1)));
    put_labels(&text, of, &extent);
    return figure_put(figure, "labels.gp", &text, err);
}
