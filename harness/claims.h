/*
 * What a text of the report claims, line by line: results.json, results.tex
 * and tables.  Two such texts are held against each other by key, so that a
 * line more in one does not make all that follow differ.
 */
#ifndef HARNESS_CLAIMS_H
#define HARNESS_CLAIMS_H

#include "lib/err.h"

#define CLAIMS_KEY 160

/*
 * A difference: the key ("local.rate" in results.tex, "local.rate.number" in
 * results.json, else "line 7") and both values; NULL where there is none.
 */
typedef void (*claims_differ_fn)(const char *key, const char *one,
                                 const char *other, void *ctx);

/*
 * Call `differ` for each difference; texts that are not the same bytes differ
 * at least once.  Error: no-memory.
 */
int claims_compare(const char *one, const char *other, claims_differ_fn differ,
                   void *ctx, struct err *err);

#endif
