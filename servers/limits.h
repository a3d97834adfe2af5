/*
 * What a server allows: little where strangers can reach it, more on
 * loopback, and some things never.  One table gives the defaults, the options
 * that change them and their help.
 */
#ifndef SERVERS_LIMITS_H
#define SERVERS_LIMITS_H

#include "lib/args.h"
#include "lib/err.h"

#include <stdint.h>

enum limit {
    LIMIT_CONNECTIONS, /* at once */
    LIMIT_PER_SOURCE,  /* of these, from one address */
    LIMIT_HELLO,       /* ns until the first byte of a connection */
    LIMIT_MESSAGE,     /* bytes of a datagram */
    LIMIT_BYTES,       /* taken in a second, all together */
    LIMIT_PACKETS,     /* reads or datagrams in a second, all together */
    LIMIT_LIFETIME,    /* ns until the server ends */
    LIMITS,
};

#define LIMIT_NONE INT64_MAX

struct limits {
    int64_t value[LIMITS]; /* once settled: each in the unit above */
    int given[LIMITS];     /* by an option */
    struct args_option options[LIMITS + 1]; /* made by limits_group */
    char fallback[LIMITS][64];
};

/* The options of the limits in `mask`, a sum of 1 << LIMIT_x. */
struct args_group limits_group(struct limits *limits, unsigned mask);

/*
 * Fill in what no option said.  Errors: usage, for "none" where strangers can
 * connect and the table has a maximum.
 */
int limits_settle(struct limits *limits, int is_public, struct err *err);

#endif
