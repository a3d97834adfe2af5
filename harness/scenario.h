/*
 * A scenario: what to measure, read from JSON and checked to the last key.
 * A scenario that was accepted can be run as it stands.
 */
#ifndef HARNESS_SCENARIO_H
#define HARNESS_SCENARIO_H

#include "lib/err.h"

#include <stdint.h>

#define SCENARIO_SITE_SIZE 33
#define SCENARIO_MAX_REPEAT 1000

enum scenario_launch {
    LAUNCH_LOCAL, /* start our server here */
    LAUNCH_NONE,  /* it runs already */
};

/* Limits of the answer; absent: -1. */
struct scenario_expect {
    double failed_max; /* share of messages, 0..1 */
    double rtt_p50_ms_max, rtt_p99_ms_max;
    double rate_mbit_min;
};

struct scenario {
    char name[65];
    char what[512];
    char site[SCENARIO_SITE_SIZE];
    char host[256];
    int port; /* 0: the kernel chooses (LAUNCH_LOCAL) */
    enum scenario_launch launch;
    int plain; /* a plain echo peer, ours to load */
    int64_t message_size_bytes;
    int64_t connections;
    int64_t duration_ns; /* 0: no limit */
    int64_t messages;    /* 0: no limit */
    int64_t timeout_ns;
    int64_t repeat;
    int64_t seed;
    int64_t cpu_client, cpu_server; /* -1: anywhere */
    int emulated;                   /* through echo-relay */
    double path_delay_ms, path_jitter_ms, path_rate_mbit; /* rate 0: none */
    struct scenario_expect expect;
};

/* What the command line changes: --host --port --site --set. */
struct scenario_overrides {
    const char *host; /* NULL: as in the file */
    const char *port;
    const char *site;
    const char *const *set; /* "KEY=VALUE" */
    int nset;
};

/*
 * Read and check FILE with the overrides applied.  *text gets the file byte
 * for byte; the caller frees it.  A host that is given replaces an emulated
 * path and means a server that runs already.  Errors, all ERR_USAGE:
 * those of json_load, scenario-unknown-key, scenario-type, scenario-range,
 * scenario-missing, scenario-conflict, not-supported.
 */
int scenario_load(struct scenario *scenario, const char *file,
                  const struct scenario_overrides *overrides, char **text,
                  struct err *err);

/* The key of its only case: "tcp-thread-1000B-1c". */
void scenario_case_key(const struct scenario *scenario, char *key,
                       unsigned size);

#endif
