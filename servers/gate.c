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

enum gate_kind gate_refuse(struct gate *gate, enum refusal why)
{
    gate->refusals.count[why]++;
    return GATE_REFUSED;
}

static enum refusal refuse_source(const struct gate *gate,
                                  const struct net_addr *from)
{
    if (gate->guard && !guard_admits(gate->guard, from))
        return REFUSED_ADDRESS;
    return is_looping(gate, from) ? REFUSED_PORT : REFUSED_NOT;
}

static enum gate_kind judge_foreign(struct gate *gate, size_t n)
{
    if (gate->guard && gate->guard->has_key)
        return gate_refuse(gate, REFUSED_UNKEYED);
    if (n > 0 && (gate->plain || net_is_loopback(gate->bound)))
        return GATE_PLAIN;
    return gate_refuse(gate, REFUSED_FOREIGN);
}

enum gate_kind gate_judge(struct gate *gate, const char *bytes, size_t n,
                          const struct net_addr *from,
                          struct msg_header *header)
{
    enum refusal why = refuse_source(gate, from);

    if (why != REFUSED_NOT)
        return gate_refuse(gate, why);
    if (!has_our_magic(bytes, n))
        return judge_foreign(gate, n);
    if (n < MSG_HEADER_BYTES || msg_read(bytes, header) < 0 ||
        (header->kind != 'Q' && header->kind != 'H'))
        return gate_refuse(gate, REFUSED_FOREIGN);
    why = gate->guard ? guard_judge(gate->guard, bytes, n, header)
                      : REFUSED_NOT;
    if (why != REFUSED_NOT)
        return gate_refuse(gate, why);
    return header->kind == 'Q' ? GATE_QUESTION : GATE_HELLO;
}
