/*
 * The conditions of one run: the floor measured just before it, and what else
 * went on while it was measured.
 */
#ifndef HARNESS_CONDITIONS_H
#define HARNESS_CONDITIONS_H

#include "harness/far_facts.h"
#include "harness/machine.h"
#include "harness/null_rtt.h"
#include "harness/placement.h"
#include "harness/result.h"

#include <stdint.h>

/* What is taken at the start, to be subtracted. */
struct conditions_start {
    int64_t at_ns, wall_ns, boot_ns;
    struct machine_time time;
};

struct conditions {
    int is_begun, is_ended; /* the first half holds, and the second */

    struct null_rtt null_rtt;
    struct machine_load load_before;
    struct conditions_start start;
    struct placement placement; /* of looks while it went on */

    double elapsed_s;
    double cpu_s;    /* time of all processors meanwhile; 0: not known */
    double others_s; /* of these computing for others; */
    double steal_s;  /* taken by the host */
    struct machine_load load_after;
    int64_t wall_step_ns; /* the wall clock against the monotonic one */
    int64_t slept_ns;     /* of the machine */
    int mtu;              /* of the way to the server; -1: not known */
    struct far_facts far; /* of the server's host, when it told */
};

/* Takes about 60 ms. */
void conditions_begin(struct conditions *conditions,
                      const struct result_run *run);

/*
 * When the programs of the run have been waited for; where its server was
 * reached: not an alias that only ssh knows.
 */
void conditions_end(struct conditions *conditions, const char *host, int port);

#endif
