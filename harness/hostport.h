/* HOST[:PORT] on a command line. */
#ifndef HARNESS_HOSTPORT_H
#define HARNESS_HOSTPORT_H

#include "lib/err.h"
#include "lib/net.h"

/*
 * "name", "name:2333", "192.0.2.7", "fd00::1", "[fd00::1]", "[fd00::1]:2333".
 * *port (1..65535) stays as it is when the text has none.  Error: usage, and
 * host-name for what cannot be a name.
 */
int hostport_parse(const char *text, char host[NET_NAME_SIZE], int *port,
                   struct err *err);

#endif
