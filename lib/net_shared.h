/*
 * What the files of net share.
 * A part of net: nobody else includes it.
 */
#ifndef LIB_NET_SHARED_H
#define LIB_NET_SHARED_H

#include "lib/net.h"

#include <stdint.h>
#include <sys/socket.h>

_Static_assert(sizeof(struct sockaddr_storage) <= 128, "net_addr holds any");

/* The address as the system's calls take it. */
static inline struct sockaddr *net_sa(struct net_addr *addr)
{
    return (struct sockaddr *)(void *)addr->raw;
}

static inline const struct sockaddr *net_csa(const struct net_addr *addr)
{
    return (const struct sockaddr *)(const void *)addr->raw;
}

/* Set addr->text from raw and len. */
void net_describe(struct net_addr *addr);

/* Wait for POLLIN or POLLOUT, or both, or a signal, at most left_ns. */
void net_wait_for(int fd, short what, int64_t left_ns);

#endif
