/* Local and remote rates beside each other, on one logarithmic axis. */
#ifndef HARNESS_FIGURE_SIDE_H
#define HARNESS_FIGURE_SIDE_H

#include "harness/figure.h"
#include "harness/series.h"
#include "lib/err.h"

#include <stdint.h>

struct figure_side {
    const struct series *series; /* at least one bin */
    int64_t message_size_bytes;
    int64_t median_ns; /* of all its round trips, drawn into the other too */
    const char *ratio; /* to the other: a label, or NULL; in ASCII, no quotes */
};

/* Write what side.gp draws: local, remote.  Error: report-write. */
int figure_side_write(const struct figure_side of[2],
                      const struct figure *figure, struct err *err);

#endif
