/* RTT against percentile: the tail, as far as there is any. */
#ifndef HARNESS_FIGURE_PERCENTILES_H
#define HARNESS_FIGURE_PERCENTILES_H

#include "harness/figure.h"
#include "harness/percentiles.h"
#include "lib/err.h"

#include <stdint.h>

struct figure_percentiles {
    const struct percentiles *local, *remote; /* NULL: not drawn */
    int64_t nlocal, nremote;                  /* answered messages */
    /* Of an open loop; service is NULL when it is one of those above. */
    const struct percentiles *response, *service;
};

/* Write what percentiles.gp draws; at least one line.  Error: report-write. */
int figure_percentiles_write(const struct figure_percentiles *of,
                             const struct figure *figure, struct err *err);

#endif
