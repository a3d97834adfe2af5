/*
 * The fields of a manifest: each a value of one type and range.  All return 0,
 * or -1 with results-format (ERR_RESULTS), which names the key.
 * A part of result: nobody else includes it.
 */
#ifndef HARNESS_RESULT_FIELD_H
#define HARNESS_RESULT_FIELD_H

#include "harness/result.h"
#include "lib/err.h"

#include <stddef.h>
#include <stdint.h>

struct cJSON;

/* "KEY" is WHAT.  Returns -1. */
int field_wrong(struct err *err, const char *key, const char *what);

/* ---- texts ---- */

/* One that has room in `to`. */
int field_text(const struct cJSON *object, const char *key, char *to,
               size_t size, struct err *err);

/* A file name of ours: no slash, no leading dot, nothing that needs care. */
int field_name(const struct cJSON *object, const char *key, char *to,
               size_t size, struct err *err);

/* One of the words, of which the last is NULL; `to` has room for each. */
int field_word(const struct cJSON *object, const char *key,
               const char *const *words, char *to, struct err *err);

/* A SHA-256 in hex; or "". */
int field_hash(const struct cJSON *object, const char *key,
               char to[HASH_HEX_SIZE], int may_be_empty, struct err *err);

/* An array of texts, added to what is there. */
int field_texts(const struct cJSON *object, const char *key,
                struct result_texts *to, struct err *err);

/* ---- numbers ---- */

/*
 * 0 or more; as _or, null means `none`; as _newer, absent is 0: an earlier
 * version did not count it.
 */
int field_count(const struct cJSON *object, const char *key, int64_t *to,
                struct err *err);
int field_count_or(const struct cJSON *object, const char *key, int64_t none,
                   int64_t *to, struct err *err);
int field_newer_count(const struct cJSON *object, const char *key, int64_t *to,
                      struct err *err);

/* 0 .. 1000000; null means `none`. */
int field_small(const struct cJSON *object, const char *key, int none, int *to,
                struct err *err);

/* 0 or more; null is 0, not limited or delayed; as _newer, absent is too. */
int field_real(const struct cJSON *object, const char *key, double *to,
               struct err *err);
int field_newer_real(const struct cJSON *object, const char *key, double *to,
                     struct err *err);

/* 0 .. 1 */
int field_share(const struct cJSON *object, const char *key, double *to,
                struct err *err);

int field_bool(const struct cJSON *object, const char *key, int *to,
               struct err *err);

#endif
