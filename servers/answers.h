/*
 * The way out for answers: each is sent, lost, doubled or held back as
 * decided.  A held one leaves when a later answer to the same client has left,
 * or after ANSWERS_HOLD_NS if none comes; then nothing was reordered, and
 * nothing says so.
 */
#ifndef SERVERS_ANSWERS_H
#define SERVERS_ANSWERS_H

#include "lib/err.h"
#include "lib/net.h"
#include "servers/inject.h"

#include <stddef.h>
#include <stdint.h>

#define ANSWERS_HOLD_NS INT64_C(2000000)
#define ANSWERS_HELD_MAX 256 /* at once; with more the oldest leaves early */

struct answers_held;

struct answers {
    int fd; /* unconnected, non-blocking */
    struct inject *inject;
    struct answers_held *first, *last; /* oldest first */
    int held;
    int64_t sent, bytes;
    int64_t unsent; /* the kernel would not take them: not on purpose */
};

struct answers_datagram {
    const char *bytes;
    size_t n;
    const struct net_addr *to;
    struct inject_key key;
};

/* Send it, as it is: a hello, an echo of a stranger's. */
void answers_send(struct answers *answers, const char *bytes, size_t n,
                  const struct net_addr *to);

/*
 * Decide what becomes of an answer, and do it.  Errors: those of inject_decide.
 */
int answers_give(struct answers *answers,
                 const struct answers_datagram *datagram, struct err *err);

/* When the next held answer has waited long enough; INT64_MAX without any. */
int64_t answers_next_ns(const struct answers *answers);

/* Let go of those that have; with INT64_MAX of all. */
void answers_release(struct answers *answers, int64_t now_ns);

#endif
