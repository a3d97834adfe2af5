/*
 * A server on another host for the time of one run: taken there over ssh with
 * nothing but a sh at the other end, started, ended, and gone again.
 *
 * The other end is deploy/far.sh, which tells what it does in lines
 * "ECHOLAB WORD ...".  It ends and cleans up when its stdin ends, so with us,
 * with our ssh, and with the connection; the server's lifetime ends it in any
 * case.  What it is told goes over stdin: no argument and no variable there
 * shows more than that somebody runs a sh.
 */
#ifndef HARNESS_DEPLOY_H
#define HARNESS_DEPLOY_H

#include "harness/far_facts.h"
#include "harness/proc.h"
#include "harness/ssh.h"
#include "lib/err.h"

#include <stdint.h>

struct deploy_request {
    struct ssh_target to;
    const char *program;     /* echo-server */
    const char *const *args; /* NULL-ended; address, port, lifetime are ours */
    const char *transport;   /* tcp, udp */
    int port;
    int64_t lifetime_s;
    const char *allow; /* whom the firewall lets in: operator, any, a range */
    const char *input; /* what the program finds in its stdin: the key */
};

/* What it told about itself, in a sentence each; "" for nothing. */
struct deploy_told {
    char host[256]; /* kernel, machine, processors, load */
    struct far_facts facts;
    char firewall[256]; /* what was done to it */
    int is_open;        /* a port in it was opened */
    char left[512];     /* what could not be taken back, with how to */
};

/*
 * Copy the static program there and start it.  After this its output comes as
 * lines of `ssh`, the first being where it listens.  It ends after 20 s in
 * which no empty line came (harness/pulse.h), because a network that fails
 * closes no connection.  On failure `ssh` is to be
 * released all the same.  Errors: those of ssh_start and ssh_explain;
 * static-missing, far-silent, far-noise, far-architecture, far-tools,
 * far-folder, far-copy, far-start (ERR_HELPER); version-mismatch (ERR_PEER).
 */
int deploy_start(struct proc *ssh, const struct deploy_request *request,
                 struct deploy_told *told, struct err *err);

/*
 * 1 when the server has ended, or the connection to it is gone.  Keeps what is
 * said for deploy_end.
 */
int deploy_is_lost(struct proc *ssh);

/*
 * End the server, take served.csv and injected.csv into `dir` (NULL: drop
 * them), and wait until all is gone there.  A file that did not come whole is
 * not kept.  Error: ssh-lost (ERR_CUT) when the connection did not
 * live so long; results-write.
 */
int deploy_end(struct proc *ssh, const struct ssh_target *to, const char *dir,
               struct deploy_told *told, struct err *err);

#endif
