/*
 * Values of a scenario, from JSON into struct scenario by the table of keys.
 * A part of scenario: nobody else includes it.
 */
#ifndef HARNESS_SCENARIO_READ_H
#define HARNESS_SCENARIO_READ_H

#include "harness/scenario.h"
#include "lib/json.h"

#include <stddef.h>

struct scenario_reader {
    const struct json_doc *doc;
    struct scenario *scenario;
    struct err *err;
};

/*
 * Read every key of the document into reader->scenario, which has the
 * defaults.  Errors: see scenario_load.
 */
int scenario_read(struct scenario_reader *reader);

/* "FILE:LINE" of a key, or that it came from the command line. */
void scenario_place(const struct scenario_reader *reader, const char *path,
                    char *text, size_t size);

#endif
