/*
 * Strict JSON.  The only user of cJSON, whose own reading is lenient: this
 * refuses trailing text, duplicate keys, control characters, bad UTF-8,
 * \u0000, leading zeros, depth over 16, files over 1 MiB (our own, of
 * thousands of runs: 64 MiB) and anything that is not a regular file.
 */
#ifndef LIB_JSON_H
#define LIB_JSON_H

#include "lib/err.h"

#include <stddef.h>
#include <stdint.h>

#define JSON_MAX_BYTES (1 << 20)
#define JSON_MAX_RESULTS (64 << 20)
#define JSON_MAX_DEPTH 16

struct cJSON;

/* A document: the tree and where it came from.  {0} is releasable. */
struct json_doc {
    char *name; /* for messages: the file's path */
    char *text; /* byte for byte */
    size_t len;
    struct cJSON *root; /* an object */
    char *overridden;   /* paths set from outside, one a line */
};

/* ---- documents (json_load.c) ---- */

/*
 * Read and check a file whose top level is an object.  `code` is the error
 * code to use (ERR_USAGE for a scenario, ERR_RESULTS for our own files, which
 * must not be links).  Errors: json-open, json-size, json-syntax with
 * FILE:LINE:COLUMN, json-duplicate with FILE:LINE.
 */
int json_load(struct json_doc *doc, const char *path, enum err_code code,
              struct err *err);

/* The same for a text in memory; `name` is used in messages. */
int json_parse(struct json_doc *doc, const char *name, const char *text,
               struct err *err);

void json_release(struct json_doc *doc);

/*
 * The line (1..) where the value at a dotted path such as "loss.p" starts,
 * or 0 when the text does not hold it (it came from the command line).
 */
int json_line(const struct json_doc *doc, const char *path);

/* ---- set from outside (json_override.c) ---- */

/*
 * Set the value at a dotted path, making objects on the way.  The value is
 * read as JSON when it is JSON, else as a string: the --set option.
 * Errors (ERR_USAGE): set-value, set-path.
 */
int json_override(struct json_doc *doc, const char *path, const char *value,
                  struct err *err);

/* Remove a top-level key, if it is there. */
void json_drop(struct json_doc *doc, const char *key);

/* ---- reading a tree (json.c); NULL for absent, never a copy ---- */

struct cJSON *json_get(const struct cJSON *object, const char *key);
const struct cJSON *json_at(const struct cJSON *array, int index);
int json_count(const struct cJSON *array);
/* The i-th key of an object, NULL past the end. */
const char *json_key(const struct cJSON *object, int index);

int json_is_object(const struct cJSON *item);
int json_is_array(const struct cJSON *item);
int json_is_null(const struct cJSON *item);
/* The string, or NULL when the item is no string. */
const char *json_text(const struct cJSON *item);
/* 0 and the value, or -1 when it is not of that type. */
int json_number(const struct cJSON *item, double *value);
int json_bool(const struct cJSON *item, int *value);
/* A whole number with |value| <= 2^53: 0, or -1. */
int json_int(const struct cJSON *item, int64_t *value);

/*
 * Required members of our own files, with typed results.  On failure:
 * (results-format) NAME: "key" is missing or not a ...
 */
const char *json_need_text(const struct cJSON *object, const char *key,
                           struct err *err);
int json_need_int(const struct cJSON *object, const char *key, int64_t *value,
                  struct err *err);
int json_need_real(const struct cJSON *object, const char *key, double *value,
                   struct err *err);

/* The item as compact JSON text for messages; the caller frees.  NULL: ENOMEM.
 */
char *json_show(const struct cJSON *item);

/* ---- building a tree (json.c) ---- */

struct cJSON *json_object(void);
void json_free(struct cJSON *item);
/* Add members; NULL children and failed allocations surface in json_print. */
void json_put_text(struct cJSON *object, const char *key, const char *value);
void json_put_int(struct cJSON *object, const char *key, int64_t value);
void json_put_real(struct cJSON *object, const char *key, double value);
void json_put_bool(struct cJSON *object, const char *key, int value);
void json_put_null(struct cJSON *object, const char *key);
struct cJSON *json_put_object(struct cJSON *object, const char *key);
struct cJSON *json_put_array(struct cJSON *object, const char *key);
void json_push_text(struct cJSON *array, const char *value);
struct cJSON *json_push_object(struct cJSON *array);
/* Move `item` (which must be detached) into object under key. */
void json_put_take(struct cJSON *object, const char *key, struct cJSON *item);
/* A deep copy, for our own trees only; NULL when out of memory. */
struct cJSON *json_copy(const struct cJSON *item);

/* Indented text with a final newline; the caller frees.  NULL: ENOMEM. */
char *json_print(const struct cJSON *item);

#endif
