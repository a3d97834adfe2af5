/*
 * Talk while a run goes on, on stderr: a bar that is redrawn on a terminal,
 * now and then a plain line elsewhere.
 */
#ifndef HARNESS_SCREEN_H
#define HARNESS_SCREEN_H

#include "lib/progress.h"

#include <stdint.h>

struct screen {
    const char *label;
    int is_terminal;
    int drawn;            /* a bar stands on the line */
    int64_t next_line_ns; /* elapsed time of the next plain line */
    int64_t elapsed_ns;   /* what was shown last */
    double bits;          /* echoed until then */
};

void screen_begin(struct screen *screen, const char *label);
void screen_show(struct screen *screen, const struct progress *progress);

/* Make room for other output. */
void screen_clear(struct screen *screen);

#endif
