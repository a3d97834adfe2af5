#include "harness/loss_time.h"

#include <stdlib.h>
#include <string.h>

enum { TIMES = 10 };

static int begin(struct loss_time *time)
{
    time->bin = calloc(LOSS_TIME_BINS, sizeof *time->bin);
    time->bin_ns = LOSS_TIME_FINEST_NS;
    return time->bin ? 0 : -1;
}

static void coarsen(struct loss_time *time)
{
    struct loss_time_bin *bin = time->bin;

    for (int i = 0; i < LOSS_TIME_BINS; i++) {
        struct loss_time_bin one = bin[i];

        bin[i] = (struct loss_time_bin){0, 0};
        bin[i / TIMES].sent += one.sent;
        bin[i / TIMES].lost += one.lost;
    }
    time->bin_ns *= TIMES;
    time->nbins = (time->nbins + TIMES - 1) / TIMES;
}

int loss_time_add(struct loss_time *time, int64_t sent_ns, int is_lost)
{
    int at;

    if (!time->bin && begin(time) < 0)
        return -1;
    while (sent_ns / time->bin_ns >= LOSS_TIME_BINS)
        coarsen(time);
    at = (int)(sent_ns / time->bin_ns);
    time->bin[at].sent++;
    time->bin[at].lost += is_lost != 0;
    if (at >= time->nbins)
        time->nbins = at + 1;
    return 0;
}

void loss_time_release(struct loss_time *time)
{
    free(time->bin);
    memset(time, 0, sizeof *time);
}
