/*
 * Errors: an exit code, a stable id, a sentence and what to do about it.
 *
 * A function that can fail takes `struct err *err` last and returns 0 or -1
 * (or a descriptor or -1).  It leaves err untouched on success and fills it
 * once on failure; only main() prints it.  A failure of the thing being
 * measured is never an err: it is a row of the record.
 */
#ifndef LIB_ERR_H
#define LIB_ERR_H

#include <stdio.h>

/* The exit status, from the one that says most about trust in the data. */
enum err_code {
    ERR_NONE = 0,
    ERR_NO = 1,       /* measured, and the answer is no */
    ERR_USAGE = 2,    /* command line or scenario */
    ERR_TARGET = 3,   /* target not reached, no samples */
    ERR_CUT = 4,      /* cut short, samples kept */
    ERR_RESULTS = 5,  /* results cannot be written, read or trusted */
    ERR_RESOURCE = 6, /* descriptors, ports, threads, memory, address */
    ERR_HELPER = 7,   /* gnuplot, LaTeX: missing or failed */
    ERR_PEER = 8,     /* the peer is not ours or broke the protocol */
    ERR_BUG = 70,     /* an internal check failed */
    ERR_SIGNAL = 128, /* plus its number: stopped by it, data saved */
};

struct err {
    enum err_code code;
    int sys_errno;   /* 0 unless a system call failed */
    char id[40];     /* stable, lower case: connect-refused */
    char msg[1024];  /* what: object: cause (ERRNO), ready to print */
    char hint[512];  /* what to do; empty: the usual of its code */
    char kept[1024]; /* what survived; may be empty */
};

/* Describe a failure.  Always returns -1, so `return err_set(...)` works. */
int err_set(struct err *err, enum err_code code, const char *id,
            const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* The same for a failed system call: appends ": strerror (ERRNO)". */
int err_sys(struct err *err, enum err_code code, const char *id,
            const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* Say what to do, in the words of a command where one exists.  Returns -1. */
int err_hint(struct err *err, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Say what survived and where.  Returns -1. */
int err_kept(struct err *err, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Put context in front of the sentence: "context: sentence".  Returns -1. */
int err_wrap(struct err *err, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * Of two failures keep in `err` the one that says more about the data:
 * bug > results > peer > cut > resource > target > helper > no.
 */
void err_worse(struct err *err, const struct err *other);

/*
 * Print "prog: (id) sentence", then a line of what to do (a failure always has
 * one) and one of what was kept, if anything was.
 * Control characters are shown as '?': names come from outside.
 */
void err_print(const struct err *err, const char *prog, FILE *to);

/*
 * Read back what err_print wrote, from the output of another of our programs.
 * `code` is that program's exit status.  Returns 0, or -1 when the text holds
 * no such line; err is then untouched.
 */
int err_parse(struct err *err, enum err_code code, const char *text);

/* "ECONNREFUSED" for ECONNREFUSED; "EUNKNOWN" for what has no name. */
const char *err_name(int sys_errno);

#endif
