/* Perform a scenario: the cast up, the client, the cast down, the record kept.
 */
#ifndef HARNESS_RUN_H
#define HARNESS_RUN_H

#include "harness/result.h"
#include "harness/scenario.h"
#include "lib/err.h"

struct run_request {
    const struct scenario *scenario;
    const char *scenario_text; /* byte for byte */
    const char *out;           /* parent of the results folder */
    int argc;                  /* the command, for the manifest */
    char **argv;
};

/*
 * Run all repeats.  On success result->path is the complete folder.  On
 * failure err->kept says what remains: a .partial folder with whole rows, or
 * nothing when nothing was measured.  Errors: those of the programs of the
 * cast, results-*, ledger-differs (ERR_BUG), expect-missed (ERR_NO; the
 * folder is complete), interrupted (ERR_SIGNAL + number).
 */
int run_scenario(const struct run_request *request, struct result *result,
                 struct err *err);

/*
 * Run two scenarios, A and B, in turn: the i-th run of each makes a pair, and
 * A's seed decides which comes first.  Each gets its folder; the manifests
 * tell of each other.  As run_scenario; and pairs-differ (ERR_USAGE) when one
 * has more runs than the other.
 */
int run_pairs(const struct run_request requests[2], struct result results[2],
              struct err *err);

#endif
