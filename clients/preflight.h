/*
 * What this machine must have for a load, asked before the first packet: when
 * it runs short in the middle, it looks like the network.
 */
#ifndef CLIENTS_PREFLIGHT_H
#define CLIENTS_PREFLIGHT_H

#include "clients/load.h"
#include "lib/err.h"

/*
 * Descriptors (the soft limit is raised when that is enough), local ports,
 * memory, and room in record_dir (NULL: no record) for the rows that the plan
 * tells.  plan->target is known.  Errors, all ERR_RESOURCE and with the largest
 * value that fits: limit-fds, limit-ports, limit-memory, limit-disk.
 */
int preflight(const struct load_plan *plan, const char *record_dir,
              struct err *err);

#endif
