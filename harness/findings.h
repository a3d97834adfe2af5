/* What a check-up found: lines that are fine, odd or broken. */
#ifndef HARNESS_FINDINGS_H
#define HARNESS_FINDINGS_H

#include "lib/err.h"

#include <stdio.h>

enum finding_level { FINDING_OK, FINDING_WARN, FINDING_FAIL };
enum { FINDINGS_MAX = 48 };

struct finding {
    enum finding_level level;
    char what[24]; /* "descriptors" */
    char text[1024];
    char hint[512]; /* what to do; "" when it is fine */
    /* of what is broken: the exit code, and a stable id */
    enum err_code code;
    char id[40];
};

struct findings {
    struct finding at[FINDINGS_MAX];
    int n;
};

/*
 * Add a line; what does not fit is dropped.  hint may be NULL for one that is
 * fine.  The code of a broken one is 6 (ERR_RESOURCE).
 */
void findings_add(struct findings *findings, enum finding_level level,
                  const char *what, const char *hint, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));

/* A line that is broken, or only odd, as `err` says. */
void findings_add_err(struct findings *findings, enum finding_level level,
                      const char *what, const struct err *err);

/* 0, or -1 with the code of the first line that is broken and its id. */
int findings_verdict(const struct findings *findings, struct err *err);

/* "ok    what: text", at most 80 columns wide. */
void findings_text(const struct findings *findings, FILE *to);

/* A JSON text, which the caller frees.  NULL: out of memory. */
char *findings_json(const struct findings *findings);

#endif
