/*
 * All percentiles of a run, as many points as a figure can show, and their
 * intervals where there is one.
 */
#ifndef HARNESS_PERCENTILES_H
#define HARNESS_PERCENTILES_H

#include "harness/stats.h"

#include <stdint.h>

enum { PERCENTILES_MAX = 256, PERCENTILES_BOUNDS = 64 };

struct percentiles {
    struct percentiles_point {
        double p;
        int64_t value; /* nearest rank; rises with p */
    } point[PERCENTILES_MAX];
    int n; /* 0: nothing was answered; the last is the maximum */

    /*
     * 1/(1-p) = 2, 3, 4, 6, 10, 15, 20, ... while ten messages lie above.  Each
     * has its own n_eff, so one that is not known may lie between two that are.
     */
    struct stats_quantile bound[PERCENTILES_BOUNDS];
    int nbounds;
};

/* Points are equally far from each other in log 1/(1-p), up to p = 1 - 1/n. */
void percentiles_of(struct percentiles *out, const struct stats_sample *sample);

/* They are of a part only of all: of this share, and above there is nothing. */
void percentiles_scale(struct percentiles *out, double share);

/* Are the bounds next to p known, on both sides? */
int percentiles_is_known(const struct percentiles *of, double p);

#endif
