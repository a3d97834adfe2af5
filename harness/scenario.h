/*
 * A scenario: what to measure, read from JSON and checked to the last key.
 * A scenario that was accepted can be run as it stands.
 */
#ifndef HARNESS_SCENARIO_H
#define HARNESS_SCENARIO_H

#include "harness/steps.h"
#include "lib/err.h"

#include <stdint.h>

#define SCENARIO_SITE_SIZE 33
#define SCENARIO_ALLOW_SIZE 52
#define SCENARIO_MAX_RUNS 1000 /* cases x repeats */
#define SCENARIO_MAX_SWEEP 64  /* values of one key */

enum scenario_mode { MODE_RATE, MODE_FAIL_RATE, MODE_TRANSCRIPT };
enum scenario_transport { TRANSPORT_TCP, TRANSPORT_UDP };

/* What is started, or runs already. */
enum scenario_server {
    SERVER_THREAD,
    SERVER_SINGLE,
    SERVER_EPOLL,
    SERVER_SIMPLE, /* a connection for each message */
    SERVER_UDP,
};

enum scenario_launch {
    LAUNCH_LOCAL, /* start our server here */
    LAUNCH_NONE,  /* it runs already */
    LAUNCH_SSH,   /* start our server there */
};

/* When messages of an open loop are due. */
enum scenario_arrival { ARRIVES_EVENLY, ARRIVES_AT_RANDOM };

enum scenario_model { MODEL_BERNOULLI, MODEL_GILBERT };
enum scenario_direction {
    DIRECTION_BOTH,
    DIRECTION_FORWARD, /* client to server */
    DIRECTION_REVERSE,
};

/* Loss on purpose. */
struct scenario_loss {
    int has; /* the fields below hold */
    enum scenario_model model;
    double p;     /* of each direction, 0..1 */
    double burst; /* mean length (gilbert); 0: none given */
    enum scenario_direction direction;
    double duplicate, reorder; /* shares of what is not lost */
};

/* The keys that may have a list of values, in the order of their product. */
enum scenario_swept {
    SWEPT_SERVER,
    SWEPT_MESSAGE_SIZE,
    SWEPT_CONNECTIONS,
    SWEPT_RATE,
    SWEPT_LOSS_P,
    SCENARIO_SWEEPS
};

struct scenario_sweep {
    int n; /* 0: one value, in its own field */
    double values[SCENARIO_MAX_SWEEP];
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
    char user[33];                   /* LAUNCH_SSH; "": ssh's own choice */
    char allow[SCENARIO_ALLOW_SIZE]; /* LAUNCH_SSH: who is served there; */
                                     /* "operator", "any", a net_range */
    enum scenario_mode mode;
    int port; /* 0: the kernel chooses (LAUNCH_LOCAL) */
    enum scenario_launch launch;
    int plain; /* a plain echo peer, ours to load */
    int keyed; /* a server that we start gets a key; with LAUNCH_SSH always */
    enum scenario_transport transport;
    enum scenario_server server;
    int64_t message_size_bytes;
    int64_t connections;
    int64_t duration_ns; /* 0: no limit */
    int64_t messages;    /* 0: no limit */
    double rate_per_s;   /* open loop, over all connections; 0: closed */
    enum scenario_arrival arrival; /* of an open loop */
    int busy_poll;
    int64_t window;  /* closed loop: messages in flight on each */
    int64_t threads; /* of the client, which share the connections */
    int64_t timeout_ns;
    int64_t repeat;
    int64_t seed;
    int64_t cpu_client, cpu_server; /* -1: anywhere */
    int emulated;                   /* through echo-relay */
    double path_delay_ms, path_jitter_ms, path_rate_mbit; /* rate 0: none */
    struct scenario_loss loss;
    struct scenario_expect expect;
    struct scenario_sweep sweeps[SCENARIO_SWEEPS];
    struct steps steps; /* MODE_TRANSCRIPT: its scenes are the cases */
    int scene;          /* of a case */
};

/* What the command line changes: --host --port --allow --site --set. */
struct scenario_overrides {
    const char *host; /* NULL: as in the file */
    const char *port;
    const char *allow;
    const char *site;
    const char *const *set; /* "KEY=VALUE" */
    int nset;
};

/*
 * Read and check FILE with the overrides applied.  *text gets the file byte
 * for byte; the caller frees it.  A host that is given replaces an emulated
 * path and means a server that runs already; as USER@HOST one that is started
 * there.  Errors, all ERR_USAGE:
 * those of json_load, scenario-unknown-key, scenario-type, scenario-range,
 * scenario-missing, scenario-conflict.
 */
int scenario_load(struct scenario *scenario, const char *file,
                  const struct scenario_overrides *overrides, char **text,
                  struct err *err);

/* ---- cases: one value for each key ---- */

/* How many there are: the product of all lists, 1 without one. */
int scenario_cases(const struct scenario *scenario);

/* Case i (0..) as a scenario without lists; the last key varies fastest. */
void scenario_case(const struct scenario *scenario, int i,
                   struct scenario *one);

/*
 * What a case is called: tcp-thread-1000B-1c, or udp-udp-1000B-1c-p0.1 with
 * loss, ...-r100 in an open loop, ...-w8 with a window; fail-... for the
 * failure test; thread-many for a scene.  A plain name, different for each
 * case.
 */
void scenario_case_key(const struct scenario *one, char *key, unsigned size);

/* The word of a scenario for a value: ("server", SERVER_EPOLL) is "epoll". */
const char *scenario_word(const char *path, int value);

#endif
