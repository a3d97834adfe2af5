/*
 * An argument vector for one of our programs, in storage of its own, and its
 * start.
 */
#ifndef HARNESS_COMMAND_H
#define HARNESS_COMMAND_H

#include "harness/proc.h"
#include "lib/err.h"

#include <stdint.h>

enum { COMMAND_ARGS = 64, COMMAND_BYTES = 24 << 10 };

struct command {
    const char *argv[COMMAND_ARGS + 1]; /* NULL-ended; [0] the program */
    int n;
    int failed;        /* something did not fit */
    int has_terminal;  /* see harness/proc.h; set it before the start, */
    const char *input; /* and this */
    size_t used;
    char text[COMMAND_BYTES];
    char program[4096];
};

/* Start a vector for the program NAME.  Errors: those of paths_program. */
int command_begin(struct command *command, const char *name, struct err *err);

/* The same for a program of somebody else, looked up in PATH. */
void command_begin_tool(struct command *command, const char *name);

void command_add(struct command *command, const char *text);
void command_add_text(struct command *command, const char *option,
                      const char *value);
void command_add_int(struct command *command, const char *option, int64_t n);
void command_add_real(struct command *command, const char *option, double x);
/* 0..1, to 15 digits. */
void command_add_share(struct command *command, const char *option, double x);
/* OPTION DIR/FILE */
void command_add_path(struct command *command, const char *option,
                      const char *dir, const char *file);

/* Start it; cpu -1: anywhere.  Errors: those of proc_start. */
int command_start(const struct command *command, int cpu, struct proc *proc,
                  struct err *err);

#endif
