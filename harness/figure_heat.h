/* RTT over time as a map of how many messages: what no line shows. */
#ifndef HARNESS_FIGURE_HEAT_H
#define HARNESS_FIGURE_HEAT_H

#include "harness/figure.h"
#include "harness/heat.h"
#include "lib/err.h"

/* Write what heat.gp draws; at least one message.  Error: report-write. */
int figure_heat_write(const struct heat *heat, const struct figure *figure,
                      struct err *err);

#endif
