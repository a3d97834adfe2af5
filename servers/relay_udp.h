/*
 * UDP over an emulated path: each datagram arrives late, in the order of its
 * client's; some are lost, doubled or overtaken on purpose.  Each client's
 * address has a socket of its own towards the target.
 */
#ifndef SERVERS_RELAY_UDP_H
#define SERVERS_RELAY_UDP_H

#include "lib/err.h"
#include "servers/inject.h"

#include <stdint.h>

struct path;

struct relay_udp_plan {
    int plain;           /* strangers' datagrams on every address */
    int64_t idle_ns;     /* forget a client that is silent for so long */
    int64_t queue_bytes; /* that may wait for the link of a rate limit */
};

/*
 * Relay until a signal says stop, then print the counts.  Errors: memory,
 * those of record_add; counts-differ when a datagram has no fate, or two.
 */
int relay_udp(struct path *path, const struct relay_udp_plan *plan,
              struct inject *inject, struct err *err);

#endif
