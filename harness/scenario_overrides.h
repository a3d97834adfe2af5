/*
 * What the command line changes in a scenario, put into the document before
 * it is read.  A part of scenario: nobody else includes it.
 */
#ifndef HARNESS_SCENARIO_OVERRIDES_H
#define HARNESS_SCENARIO_OVERRIDES_H

#include "harness/scenario.h"
#include "lib/json.h"

/* Errors (ERR_USAGE): usage, those of json_override. */
int scenario_override(struct json_doc *doc,
                      const struct scenario_overrides *overrides,
                      struct err *err);

#endif
