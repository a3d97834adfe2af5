#include "harness/figure_bursts.h"

#include <math.h>

/* No message is drawn for less than half a period. */
#define LEAST 0.5

static int longest_shown(const struct loss *loss)
{
    return loss->longest < LOSS_LENGTHS ? (int)loss->longest : LOSS_LENGTHS;
}

static int64_t put_bars(struct buf *to, const struct loss *loss)
{
    int64_t most = 0;

    for (int i = 0; i < longest_shown(loss); i++) {
        if (loss->lengths[i] == 0)
            continue;
        buf_addf(to, "%d %lld\n", i + 1, (long long)loss->lengths[i]);
        if (loss->lengths[i] > most)
            most = loss->lengths[i];
    }
    return most;
}

static void put_expected(struct buf *to, const struct loss *loss)
{
    double p = loss->share.value, expected = (double)loss->periods * (1 - p);

    for (int i = 0; i < LOSS_LENGTHS && expected >= LEAST; i++) {
        buf_addf(to, "%d %.5g\n", i + 1, expected);
        expected *= p;
    }
}

int figure_bursts_write(const struct loss *loss, const struct figure *figure,
                        struct err *err)
{
    int longest = longest_shown(loss), is_cut = loss->longest > LOSS_LENGTHS;
    int is_known = loss->share.value < 1 &&
                   (double)loss->periods * (1 - loss->share.value) >= LEAST;
    struct buf text = {0};
    int64_t most = put_bars(&text, loss);

    if (figure_put(figure, "bars.dat", &text, err) < 0)
        return -1;
    if (is_known)
        put_expected(&text, loss);
    if (figure_put(figure, "expected.dat", &text, err) < 0)
        return -1;
    buf_addf(&text, "X_LABEL = 'messages lost in a row%s'\n",
             is_cut ? " (the last: or more)" : "");
    buf_addf(&text, "X_MAX = %g\nX_STEP = %d\n", longest + 0.7,
             longest <= 12 ? 1 : (longest + 9) / 10);
    buf_addf(&text, "Y_MIN = %g\nY_MAX = %g\nHAS_EXPECTED = %d\n", LEAST,
             pow(10, ceil(log10((double)most * 1.5))), is_known);
    return figure_put(figure, "labels.gp", &text, err);
}
