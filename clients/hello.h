/*
 * The handshake before any load: a peer must echo a hello of this run, so
 * that a typo in a host name does not flood a stranger.
 */
#ifndef CLIENTS_HELLO_H
#define CLIENTS_HELLO_H

#include "lib/err.h"
#include "lib/net.h"

#include <stdint.h>

struct key;

struct hello {
    uint64_t run_id;
    const struct key *key; /* the peer must have it too; NULL: none */
    int is_udp;
    int plain_allowed;  /* the operator said: it is a plain echo peer */
    int64_t timeout_ns; /* for connecting, and again for the answer */
};

/*
 * Try the addresses in order; the first that connects must answer.  Over UDP
 * the hello is sent up to five times, 200 ms apart, and the first address that
 * answers at all is taken.  With a key only the answer of who has it is one.
 * On success *chosen is its index and *plain tells
 * whether it is a plain echo server (not ours).  Errors: connect-* (ERR_TARGET)
 * naming each address, hello-timeout (ERR_TARGET), hello-refused, peer-plain
 * (ERR_PEER).
 */
int hello_greet(const struct hello *hello, const struct net_addrs *addrs,
                int *chosen, int *plain, struct err *err);

#endif
