/* Autocorrelation of ln RTT: how many messages later it is forgotten. */
#ifndef HARNESS_FIGURE_AUTOCORRELATION_H
#define HARNESS_FIGURE_AUTOCORRELATION_H

#include "harness/autocorrelation.h"
#include "harness/figure.h"
#include "lib/err.h"

#include <stdint.h>

struct figure_autocorrelation {
    const struct autocorrelation *local, *remote; /* NULL: not drawn */
    double local_size, remote_size;               /* n_eff, for the key */
};

/* Write what autocorrelation.gp draws; at least one.  Error: report-write. */
int figure_autocorrelation_write(const struct figure_autocorrelation *of,
                                 const struct figure *figure, struct err *err);

#endif
