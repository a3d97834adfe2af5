#include "servers/gate.h"

#include <string.h>

enum { LEAST_SOURCE_PORT = 1024 };

/* A source that would answer our answer, so that two servers talk for ever. */
static int is_looping(const struct gate *gate, const struct net_addr *from)
{
    int port = net_port(from);

    return port < LEAST_SOURCE_PORT || port == net_port(gate->bound);
}

static int has_our_magic(const char *bytes, size_t n)
{
    return n >= 3 && memcmp(bytes, "EL1", 3) == 0;
}

enum gate_kind gate_judge(const struct gate *gate, const char *bytes, size_t n,
                          const struct net_addr *from,
                          struct msg_header *header)
{
    if (n == 0 || is_looping(gate, from))
        return GATE_REFUSED;
    if (!has_our_magic(bytes, n))
        return gate->plain || net_is_loopback(gate->bound) ? GATE_PLAIN
                                                           : GATE_REFUSED;
    if (n < MSG_HEADER_BYTES || msg_read(bytes, header) < 0)
        return GATE_REFUSED;
    if (header->kind == 'Q')
        return GATE_QUESTION;
    return header->kind == 'H' ? GATE_HELLO : GATE_REFUSED;
}
