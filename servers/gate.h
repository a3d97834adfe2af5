/*
 * What a UDP program of ours takes in, so that it can neither be set against
 * another echo service (CVE-1999-0103, CVE-2024-2169) nor be used to reflect.
 */
#ifndef SERVERS_GATE_H
#define SERVERS_GATE_H

#include "lib/msg.h"
#include "lib/net.h"
#include "servers/guard.h"

#include <stddef.h>

struct gate {
    const struct net_addr *bound; /* where we listen */
    int plain;                    /* strangers' datagrams on every address */
    struct guard *guard;          /* NULL: none */
    struct refusals refusals;     /* counted by gate_judge and gate_refuse */
};

enum gate_kind {
    GATE_REFUSED,
    GATE_QUESTION, /* of ours: 'Q' */
    GATE_HELLO,    /* of ours: 'H' */
    GATE_PLAIN,    /* a stranger's: on loopback, or where it was asked for */
};

/*
 * Refused are: an address that is not served, a source port below 1024
 * (services that answer each other) or our own, what has our magic but is no
 * whole question (answers, damage), the empty datagram, strangers' from
 * outside; and with a key what does not prove it, or was taken before.  *header
 * is filled for our own.
 */
enum gate_kind gate_judge(struct gate *gate, const char *bytes, size_t n,
                          const struct net_addr *from,
                          struct msg_header *header);

/* One more is refused, for a reason that the gate does not see. */
enum gate_kind gate_refuse(struct gate *gate, enum refusal why);

#endif
