/*
 * Options: one table gives parsing, help, defaults and the tables of the
 * report.  glibc's argp underneath, with long options after one dash too
 * (the lab's `-port 2333`).
 */
#ifndef LIB_ARGS_H
#define LIB_ARGS_H

#include "lib/err.h"

struct args_option {
    const char *name;     /* "port"; NULL ends a table */
    int key;              /* what `set` gets; free to choose per group */
    const char *arg;      /* "PORT"; NULL for a switch */
    const char *fallback; /* the default as shown; NULL for none */
    const char *doc;      /* one sentence without full stop */
};

/*
 * A table and who takes its values.  `value` is NULL for a switch.  Return
 * -1 with err set to refuse; args_bad() words the usual refusal.
 */
struct args_group {
    const struct args_option *options;
    int (*set)(int key, const char *value, void *ctx, struct err *err);
    void *ctx;
};

struct args_spec {
    const char *prog;  /* "echo-rate", "harness run" */
    const char *usage; /* "FILE...", or "" */
    const char *doc;   /* what it does, before the options */
    const char *more;  /* examples and notes, after them */
    const struct args_group *groups;
    int ngroups;
    /* Takes each operand; NULL refuses operands. */
    int (*operand)(const char *text, void *ctx, struct err *err);
    void *ctx;
    int is_in_order; /* operands are taken between options, where they stand */
};

/*
 * Parse.  --help (-h), --version and --options (the table, TAB separated:
 * option, argument, default, meaning) print to stdout and set *done.
 * Errors: usage (ERR_USAGE), those of finish_stdout().
 */
int args_parse(const struct args_spec *spec, int argc, char **argv, int *done,
               struct err *err);

/* "--port: "99999": want 0..65535".  Returns -1. */
int args_bad(struct err *err, const char *option, const char *value,
             const char *want);

struct args_range {
    const char *option;
    long long lo, hi;
};
#define ARGS_RANGE(option, lo, hi) ((struct args_range){option, lo, hi})

/* num_parse_int with that message. */
int args_int(const char *value, struct args_range range, long long *to,
             struct err *err);

/* "0.1.0 (abc1234)": the version and the commit it was built from. */
const char *args_version(void);

#endif
