/* gnuplot and pdflatex: run with nothing of ours but what they need. */
#ifndef HARNESS_TOOL_H
#define HARNESS_TOOL_H

#include "lib/err.h"

struct tool {
    const char *name;        /* "gnuplot": begins the ids of errors */
    const char *package;     /* Debian's, for the hint */
    const char *const *argv; /* [0] is looked up in PATH */
    const char *const *env;  /* NULL-ended, besides those of tool_run */
    const char *utc;         /* the day it is told, ISO 8601; or NULL */
    const char *dir;         /* works there, and its HOME */
    const char *log;         /* its output ends up in this file */
    int timeout_s;           /* unless ECHOLAB_TOOL_TIMEOUT says else */
};

/*
 * Run it in a clean environment: PATH, HOME, LC_ALL=C.UTF-8, and for what it
 * dates, which must not depend on where and when it runs, TZ=UTC0 and
 * SOURCE_DATE_EPOCH, the seconds of `utc` (0 when that is no time).  The log is
 * written whatever happens, up to 256 KiB.  Errors (ERR_HELPER): NAME-missing,
 * NAME-timeout, NAME-failed with the telling lines of its output.
 */
int tool_run(const struct tool *tool, struct err *err);

#endif
