/* SHA-256, streaming: what ties a number in a report to its file. */
#ifndef HARNESS_HASH_H
#define HARNESS_HASH_H

#include "lib/err.h"

#include <stddef.h>
#include <stdint.h>

#define HASH_HEX_SIZE 65

struct hash;

/*
 * What is added is copied; from a megabyte on another thread does the hashing,
 * while the caller goes on with the bytes.  NULL when out of memory.
 */
struct hash *hash_new(void);
void hash_add(struct hash *hash, const void *bytes, size_t n);
/* Finish: lower-case hex into `hex`, and free. */
void hash_take_hex(struct hash *hash, char hex[HASH_HEX_SIZE]);

/* Hash a regular file.  Errors: results-open, results-read. */
int hash_file(const char *path, char hex[HASH_HEX_SIZE], int64_t *bytes,
              struct err *err);

/* Random bytes that nobody can guess. */
void hash_random(void *to, size_t n);

/* 64 random bits as 16 hex digits (and a NUL): a run's identity. */
void hash_random_id(char id[17]);

#endif
