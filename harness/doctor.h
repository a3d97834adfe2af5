/*
 * The check-up: whether this machine has what a run and a report need, and
 * whether a target can be measured from here.  Nothing is changed; what is
 * found goes to `findings`, in the order of the checks.
 */
#ifndef HARNESS_DOCTOR_H
#define HARNESS_DOCTOR_H

#include "harness/findings.h"
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

#endif
