/*
 * The floor of a run: a closed loop over loopback between two threads that do
 * nothing else, over the run's transport, with its length of message (16 KiB
 * at most) and on its processors.  What is left of a round trip when there is
 * neither network nor server: the stack, two wake-ups, two clock readings.
 */
#ifndef HARNESS_NULL_RTT_H
#define HARNESS_NULL_RTT_H

#include <stdint.h>

struct null_rtt_spec {
    int is_udp;
    int busy_poll; /* the asking side spins */
    int64_t bytes;
    int cpu_client, cpu_server; /* -1: anywhere */
};

struct null_rtt {
    int rounds; /* 0: could not be measured; else: */
    int64_t bytes, p50_ns, p99_ns;
};

/* Takes 50 ms at most, 0.3 s when loopback swallows a datagram. */
struct null_rtt null_rtt_measure(const struct null_rtt_spec *spec);

#endif
