/*
 * What became of messages that may be lost: how many were (RFC 6673), in what
 * runs of neighbours (RFC 3357), how many came twice (RFC 5560) or out of
 * order (RFC 4737).  Pure: no file, no clock.
 */
#ifndef HARNESS_LOSS_H
#define HARNESS_LOSS_H

#include "harness/fisher.h"
#include "harness/stats.h"
#include "lib/outcome.h"

#include <stddef.h>
#include <stdint.h>

/* Lengths of loss periods that are told apart: 1 .. this, or longer. */
#define LOSS_LENGTHS 256

/* Fewer loss periods than this are too few for a narrow interval. */
#define LOSS_MIN_PERIODS 10

struct loss_message {
    int64_t conn, seq;
    enum outcome outcome;
    int64_t copies, late_by;
    int64_t sent_ns; /* below 0: it was not sent */
};

/* Messages as they are read, in any order.  {0} is empty and releasable. */
struct loss_series {
    int64_t messages;
    int64_t counted; /* all but what was never sent, or cut off by the end */
    struct loss_marks {
        struct loss_mark {
            int64_t conn, seq;
            int64_t position; /* 0.. among the counted */
            int64_t sent_ns;
        } * at;
        size_t n, cap;
    } lost, excused; /* excused: those that are not counted */
    int64_t *ends;   /* [conn]: one more than the greatest seq */
    int64_t nconns;
    int64_t received;               /* a correct reply, in time or late */
    int64_t duplicated;             /* of those: more than one */
    int64_t reordered;              /* of those: behind a later message's */
    int64_t extent_sum, extent_max; /* in messages, over the reordered */
};

/* Add a message.  0, or -1 when out of memory. */
int loss_add(struct loss_series *series, const struct loss_message *message);
void loss_release(struct loss_series *series);

struct loss {
    int64_t counted; /* sent, and not cut off by the end of the run */
    int64_t lost;    /* lost, late or corrupt */
    /*
     * lost / counted with Wilson's 95 % bounds.  n_eff is `counted` made
     * smaller for losses in bursts, by 30 batches in the order of adding.
     */
    struct stats_share share;
    double n_eff;
    int too_few; /* some were lost, but in fewer than LOSS_MIN_PERIODS */

    /*
     * A loss period is a run of lost messages with consecutive numbers on one
     * connection.  Independent losses have periods of 1 / (1 - p) on average;
     * Gilbert's chain goes good -> bad with periods / (counted - lost), and
     * back with 1 / mean_period.
     */
    int64_t periods, longest;
    double mean_period;            /* 0 without any */
    int64_t lengths[LOSS_LENGTHS]; /* [i]: how many of i + 1; last: or more */

    /*
     * Neighbours on a connection that both count: in how many is the first
     * lost, the second, both?  n is 0 when messages are missing in between.
     * Were losses independent, one that comes after a loss would be no
     * likelier than any other; how likely is then what was seen?
     */
    struct fisher_table pairs;
    double independent_p;
    /* Loss distance: from one lost message to the next, in messages. */
    int64_t distances;
    double mean_distance; /* 0 without any */

    int64_t received, duplicated, reordered;
    double extent_mean; /* over the reordered; 0 without any */
    int64_t extent_max;
};

/*
 * Sum up.  Sorts the lost by (conn, seq); nothing is to be added afterwards.
 */
void loss_of(struct loss *out, struct loss_series *series);

/*
 * Where the loss period that begins at lost->at[i] ends: behind its last
 * message.  Of a sorted series.
 */
size_t loss_period_end(const struct loss_marks *lost, size_t i);

/* Is it lost for the ratio: nothing correct came in time? */
int loss_is_lost(enum outcome outcome);

/* Was it sent, and not cut off by the end of the run? */
int loss_counts(enum outcome outcome);

#endif
