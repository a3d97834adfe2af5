/* Transcripts in the report: figures 2, 3 and 5, and the telnet check. */
#ifndef HARNESS_REPORT_SCENES_H
#define HARNESS_REPORT_SCENES_H

#include "harness/report_set.h"
#include "harness/values.h"
#include "lib/buf.h"
#include "lib/err.h"

/* Where a scene is shown. */
enum report_scenes {
    REPORT_SCENES_SIMPLE, /* figure 2: the simple pair, here */
    REPORT_SCENES_ECHO,   /* figure 3: the pair that goes on */
    REPORT_SCENES_CLOUD,  /* figure 5: over a network */
    REPORT_SCENES_UDP,    /* a figure of its own */
    REPORT_SCENES_TELNET, /* a listing: the scene "telnet" */
    REPORT_SCENES_PLACES,
};

/* scene.simple, scene.echo, ...: there is something to show. */
void report_scenes_values(struct values *values, const struct report_set *set);

/*
 * The scenes of one place, a row each: clients left, server right, as wide as
 * the page; of telnet only the client.  Lines are wrapped and what is too long
 * for the page is cut, and says so.  Errors: results-open, results-read.
 */
int report_scenes_put(struct buf *to, const struct report_set *set,
                      enum report_scenes place, struct err *err);

/*
 * A text file of a run as it is, at most so many lines of half the page's
 * width.  Errors: results-open, results-read.
 */
int report_scenes_listing(struct buf *to, const struct report_run *run,
                          const char *file, int most, struct err *err);

#endif
