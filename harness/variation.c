#include "harness/variation.h"

#include <stdlib.h>
#include <string.h>

static int make_room(struct variation *variation, int64_t conn)
{
    int64_t n = variation->nlast ? variation->nlast : 16;
    struct variation_last *more;

    while (n <= conn)
        n *= 2;
    more = realloc(variation->last, (size_t)n * sizeof *more);
    if (!more)
        return -1;
    memset(more + variation->nlast, 0,
           (size_t)(n - variation->nlast) * sizeof *more);
    variation->last = more;
    variation->nlast = n;
    return 0;
}

int variation_add(struct variation *variation,
                  const struct variation_message *message)
{
    struct variation_last *last;

    if (message->conn >= variation->nlast &&
        make_room(variation, message->conn) < 0)
        return -1;
    last = &variation->last[message->conn];
    if (message->rtt_ns > 0 && last->rtt_ns > 0 &&
        message->seq == last->seq + 1) {
        variation->steps++;
        variation->sum_ns += (double)llabs(message->rtt_ns - last->rtt_ns);
    }
    *last = (struct variation_last){message->seq, message->rtt_ns};
    return 0;
}

double variation_mean(const struct variation *variation)
{
    return variation->sum_ns / (double)variation->steps;
}

void variation_release(struct variation *variation)
{
    free(variation->last);
    variation->last = NULL;
    variation->nlast = 0;
}
