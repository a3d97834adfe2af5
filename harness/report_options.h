/* Tables of options: what the programs themselves say of them. */
#ifndef HARNESS_REPORT_OPTIONS_H
#define HARNESS_REPORT_OPTIONS_H

#include "lib/buf.h"
#include "lib/err.h"

/* Two programs share a table; what only the second takes comes last. */
enum report_options {
    REPORT_OPTIONS_CLIENT, /* echo-simple-client, echo-client */
    REPORT_OPTIONS_SERVER, /* echo-simple-server, echo-server */
    REPORT_OPTIONS_TEST,   /* echo-rate, echo-fail-rate */
};

/* A whole table float.  Errors: install-broken, those of proc_start. */
int report_options_put(struct buf *to, enum report_options which,
                       struct err *err);

#endif
