/* How the server of a run came to be where it was, as values of a report. */
#ifndef HARNESS_REPORT_SERVER_H
#define HARNESS_REPORT_SERVER_H

#include "harness/result.h"
#include "harness/values.h"

/*
 * Add PREFIX.launched (started here) or PREFIX.deployed (taken there over ssh),
 * neither for a server that stood already; PREFIX.keyed; PREFIX.firewall, what
 * was done to that of its host.
 */
void report_server_values(struct values *values, const char *prefix,
                          const struct result_run *run);

#endif
