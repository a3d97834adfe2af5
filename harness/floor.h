/*
 * The instrument measured: what this machine adds to a round trip before any
 * network or server comes in.
 */
#ifndef HARNESS_FLOOR_H
#define HARNESS_FLOOR_H

#include "lib/err.h"
#include "lib/net.h"

#include <stdint.h>

struct floor_result {
    int64_t clock_resolution_ns, clock_step_ns;
    double clock_cost_ns;
    /* One thread plays both ends of a loopback TCP connection. */
    int64_t null_rtt_p50_ns, null_rtt_p99_ns;
    /* How late a sleep to an absolute time wakes up, with the timer slack
     * that a client at a given rate has too. */
    int64_t timer_slack_ns, timer_overshoot_p50_ns, timer_overshoot_p99_ns;
    struct net_told told; /* of that connection, set up as all of ours */
};

/* Takes about 30 ms.  Error: loopback-failed. */
int floor_measure(struct floor_result *floor, struct err *err);

#endif
