/*
 * TCP over an emulated path: bytes of each direction of a connection arrive
 * late, in order, and with them its end or its reset.
 */
#ifndef SERVERS_RELAY_TCP_H
#define SERVERS_RELAY_TCP_H

#include "lib/err.h"

struct path;

/*
 * Relay until a signal says stop, then print the counts.  Errors: memory.  A
 * target that cannot be reached is no error: it is told, and its client reset.
 */
int relay_tcp(struct path *path, struct err *err);

#endif
