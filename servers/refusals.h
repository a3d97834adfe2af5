/* What a server did not answer, counted by reason. */
#ifndef SERVERS_REFUSALS_H
#define SERVERS_REFUSALS_H

#include <stddef.h>
#include <stdint.h>

enum refusal {
    REFUSED_NOT,
    REFUSED_ADDRESS,    /* not one that is served */
    REFUSED_FULL,       /* as many as may be are there */
    REFUSED_PER_SOURCE, /* or from this address */
    REFUSED_MEMORY,     /* none left, or no thread */
    REFUSED_PORT,       /* from a port that would answer our answer */
    REFUSED_FOREIGN,    /* not a question of ours */
    REFUSED_LENGTH,     /* longer than is answered */
    REFUSED_RATE,       /* more in a second than is answered */
    REFUSED_UNKEYED,    /* without the proof of the key, or with a wrong one */
    REFUSED_REPLAYED,   /* once more what has been taken */
    REFUSED_SILENT,     /* a connection that did not try to prove itself */
    REFUSED_CROWDED,    /* such a one, let go early for one that came */
    REFUSALS,
};

struct refusals {
    int64_t count[REFUSALS];
};

int64_t refusals_sum(const struct refusals *refusals);

/*
 * "refused address=3 replayed=1" for the line of counts; 1, or 0 when nothing
 * was refused.
 */
int refusals_text(const struct refusals *refusals, char *text, size_t size);

#endif
