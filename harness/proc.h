/*
 * Other programs: started from an argument vector, never through a shell,
 * with their output in our hands and a deadline on their life.  The only user
 * of <sys/wait.h>.
 *
 * A child has its own process group (Ctrl-C reaches it only through us),
 * /dev/null as input unless it is given some, and dies when we die.  One with a
 * terminal of its own has that as input and output: what it shows is as a
 * person would see it, with what is typed echoed and each newline as CR LF.
 * With one in a dialog, which has no terminal at all, we speak over pipes: it
 * waits while we do not take what it says, and only the lines that were taken
 * are in its log.
 */
#ifndef HARNESS_PROC_H
#define HARNESS_PROC_H

#include "lib/buf.h"
#include "lib/err.h"

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct proc_spec {
    const char *const *argv; /* NULL-ended; [0] a path, or looked up in PATH */
    const char *cwd;         /* NULL: ours */
    const char *const *env;  /* NULL-ended "NAME=value"; NULL: ours */
    const char *log_path;    /* stdout and stderr go there; NULL: to us */
    int cpu;                 /* pin to this one; -1: anywhere */
    int has_terminal;        /* log_path is not used */
    const char *input; /* a few lines that it finds in stdin; NULL: none */
    int is_dialog; /* stdin is a pipe from us, stdout for us to the last byte */
};

struct proc {
    int open;  /* descriptors and buffers are to be released */
    pid_t pid; /* 0: never started, or stopped */
    int pidfd;
    int out_fd, err_fd; /* -1: closed, or a log or a terminal is used */
    int in_fd;          /* of a dialog; -1: closed */
    int is_dialog;
    struct buf out; /* what came and was not taken as a line */
    struct buf log; /* all that came, both streams, capped */
    struct buf err; /* stderr, capped */
    int ended;
    int exit_code; /* 0..255, or 128 + signal */
};

/* ---- starting (proc_start.c) ---- */

/* Errors: helper-missing (not found), helper-start. */
int proc_start(struct proc *proc, const struct proc_spec *spec,
               struct err *err);

/* ---- its output, its input and its end (proc.c) ---- */

/*
 * Read what comes until a whole line of stdout is there, the child has ended,
 * timeout_ns has passed, or a signal came.  Returns 1 with the line (without
 * newline, cut to size), else 0.  Lines are still returned after the end.
 */
int proc_line(struct proc *proc, char *line, size_t size, int64_t timeout_ns);

/*
 * The same for output that need not end in a newline, such as a prompt: wait
 * for more of it.  Returns 1 when proc->out grew, else 0.
 */
int proc_more(struct proc *proc, int64_t timeout_ns);

/*
 * Type into its terminal: \r is Enter, \003 Ctrl-C, \004 Ctrl-D.  Returns 0, or
 * -1 with errno when it does not take it.
 */
int proc_type(const struct proc *proc, const char *keys);

/*
 * In a dialog: send n bytes.  0, or -1 when it has ended, closed its input, or
 * taken nothing for timeout_ns.
 */
int proc_send(struct proc *proc, const void *bytes, size_t n,
              int64_t timeout_ns);

/* In a dialog: the end of its input. */
void proc_close_input(struct proc *proc);

/*
 * In a dialog: take what it said, at most n bytes, whatever they are.  Returns
 * how many; 0 when nothing came for timeout_ns, or it has ended.
 */
size_t proc_bytes(struct proc *proc, void *to, size_t n, int64_t timeout_ns);

/* 1 when it has ended and all its lines were taken. */
int proc_ended(const struct proc *proc);

/* 1 from its start until its end was seen. */
int proc_is_running(const struct proc *proc);

void proc_signal(const struct proc *proc, int signal_number);

/*
 * End it: SIGTERM, after grace_ns SIGKILL, which also whatever it has started
 * and left in its group gets, even when it has ended by itself.  Takes its last
 * output.
 */
void proc_stop(struct proc *proc, int64_t grace_ns);

/* Stop, without grace, and free.  {0} is allowed. */
void proc_release(struct proc *proc);

/*
 * Start, wait, release.  Its exit code must be 0.  Errors, all ERR_HELPER:
 * helper-missing, helper-timeout (killed after timeout_ns), helper-failed.
 */
int proc_run(const struct proc_spec *spec, int64_t timeout_ns, struct err *err);

#endif
