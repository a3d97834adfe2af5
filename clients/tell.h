/* What a measuring program says: progress while it runs, and what came of it.
 */
#ifndef CLIENTS_TELL_H
#define CLIENTS_TELL_H

#include "clients/load.h"

struct tell {
    const struct load_plan *plan;
    const char *program;
    int quiet, machine;
    int plain; /* the peer is a plain echo server */
    int bar;   /* a progress bar stands on the terminal */
};

/* For load_out: ctx is a struct tell. */
void tell_progress(const struct progress *progress, void *ctx);

/* Counts for a program, or a summary for people. */
void tell_result(const struct tell *tell, const struct load_result *result);

#endif
