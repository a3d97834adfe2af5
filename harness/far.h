/*
 * A script of ours on another host: it goes there over ssh's stdin, so that
 * nothing but a sh is needed at the other end, and answers in lines
 * "ECHOLAB WORD ...".  Whatever else comes is noise: banners, a talkative
 * .bashrc.
 */
#ifndef HARNESS_FAR_H
#define HARNESS_FAR_H

#include "harness/proc.h"
#include "harness/ssh.h"
#include "lib/buf.h"
#include "lib/err.h"

#include <stdint.h>

enum { FAR_LINE_SIZE = 1024 };

/*
 * Have a sh there read share/echolab/SCRIPT ("deploy/far.sh").  Its input goes
 * on over stdin, but not before its first line came: what reads the script may
 * take more than that.  `ssh` is to be released in any case.  Errors: those of
 * ssh_start; install-broken.
 */
int far_begin(struct proc *ssh, const struct ssh_target *to, const char *script,
              struct err *err);

/* Send it a text.  0, or -1 when it does not take it. */
int far_send(struct proc *ssh, const struct buf *text);

/*
 * The rest of its next line "ECHOLAB ...".  Errors: those of ssh_explain when
 * it has ended; far-silent, far-noise (ERR_HELPER).
 */
int far_next(struct proc *ssh, const struct ssh_target *to,
             char said[FAR_LINE_SIZE], struct err *err);

/* ---- programs that can be taken there ---- */

struct far_program {
    const char *name; /* echo-server */
    int fd;           /* -1: not open */
    int64_t bytes;
    unsigned machine; /* of its ELF header */
};

/* The static one of that name.  Error: static-missing (ERR_HELPER). */
int far_program_open(struct far_program *program, const char *name,
                     struct err *err);

/*
 * Does it run where `uname -m` says so?  `hello` is the first line of a
 * script: "hello 1 x86_64".  Error: far-architecture (ERR_HELPER).
 */
int far_program_check(const struct far_program *program,
                      const struct ssh_target *to, const char *hello,
                      struct err *err);

#endif
