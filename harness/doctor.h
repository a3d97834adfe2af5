/*
 * The check-up: whether this machine has what a run and a report need, and
 * whether a target can be measured from here.  Nothing is changed; what is
 * found goes to `findings`, in the order of the checks.
 */
#ifndef HARNESS_DOCTOR_H
#define HARNESS_DOCTOR_H

#include "harness/findings.h"
#include "harness/ssh.h"
#include "lib/net.h"

/* Our programs, and those of others: gnuplot, LaTeX, the trace's. */
void doctor_tools(struct findings *findings);

/* Limits, ports, memory, clock, timers, loopback, load, room in `results`. */
void doctor_machine(struct findings *findings, const char *results);

struct doctor_target {
    const char *host;
    int port; /* 1..65535 */
    int is_udp;
};

/*
 * Name, port (open, refused and filtered told apart) and server.  A server
 * that greets as ours is sent one message of 48 bytes.
 */
void doctor_target(struct findings *findings,
                   const struct doctor_target *target);

struct doctor_login {
    struct ssh_target to;
    int port; /* that a run would use */
    int is_udp;
};

/*
 * A host on which a run would start our server over ssh: does ssh lead there,
 * from an address of ours,
 * can the server be put there and run, is its port free, and open or to be
 * opened; firewall, clock, limits, load.
 */
void doctor_login(struct findings *findings, const struct doctor_login *login);

#endif
