#include "harness/figure_autocorrelation.h"

#include "harness/quantity.h"

#include <math.h>

struct extent {
    double lag, least;
};

static int write_points(const struct autocorrelation *of, const char *file,
                        struct extent *extent, const struct figure *figure,
                        struct err *err)
{
    struct buf text = {0};

    for (int i = 0; of && i < of->lags; i++) {
        buf_addf(&text, "%lld %.5g\n", (long long)of->point[i].lag,
                 of->point[i].r);
        extent->lag = fmax(extent->lag, (double)of->point[i].lag);
        extent->least = fmin(extent->least, of->point[i].r);
    }
    return figure_put(figure, file, &text, err);
}

static void put_run(struct buf *to, const char *name, const char *word,
                    const struct autocorrelation *of, double size)
{
    char text[QUANTITY_SIZE];

    buf_addf(to, "HAS_%s = %d\n", name, of != NULL);
    if (of)
        buf_addf(to, "%s_NAME = '%s (effective n = %s)'\n%s_BOUND = %.5g\n",
                 name, word, quantity_count((int64_t)size, text), name,
                 of->bound);
}

int figure_autocorrelation_write(const struct figure_autocorrelation *of,
                                 const struct figure *figure, struct err *err)
{
    struct extent extent = {.lag = 10, .least = 0};
    struct buf text = {0};

    if (write_points(of->local, "local.dat", &extent, figure, err) < 0 ||
        write_points(of->remote, "remote.dat", &extent, figure, err) < 0)
        return -1;
    put_run(&text, "LOCAL", "local", of->local, of->local_size);
    put_run(&text, "REMOTE", "remote", of->remote, of->remote_size);
    buf_addf(&text, "X_MAX = %.6g\nY_MIN = %.5g\n", extent.lag * 1.2,
             fmin(-0.1, floor(extent.least * 5) / 5));
    return figure_put(figure, "labels.gp", &text, err);
}
