/*
 * A manifest, from JSON into struct result.
 * A part of result: nobody else includes it.
 */
#ifndef HARNESS_RESULT_READ_H
#define HARNESS_RESULT_READ_H

#include "harness/result.h"
#include "lib/err.h"

struct cJSON;

/*
 * Fill `result`, whose path alone is set, with what the manifest says.  Every
 * value is held to its type and range.  On failure result_release frees what
 * was read by then.  Errors (ERR_RESULTS): results-format,
 * results-format-version.
 */
int result_read(struct result *result, const struct cJSON *manifest,
                struct err *err);

#endif
