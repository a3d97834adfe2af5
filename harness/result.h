/*
 * The results folder: the only module that knows a name inside results/.
 *
 *     NAME-UTC.partial/ -> NAME-UTC/      renamed when the manifest is whole
 *       manifest.json  scenario.json  environment.json
 *       CASE/REP/{messages,connections}.csv  summary.json  *.log
 *                {unmatched,injected,served}.csv  over UDP
 *                trace-{before,after}.csv  to a server on another host
 *
 * result_write.c and result_manifest.c build it, result_load.c and
 * result_read.c read it; a folder that was written and read back gives an equal
 * struct result.
 */
#ifndef HARNESS_RESULT_H
#define HARNESS_RESULT_H

#include "harness/hash.h"
#include "lib/err.h"
#include "lib/gaps.h"
#include "lib/outcome.h"

#include <stdint.h>

#define RESULT_FORMAT 1
#define RESULT_MAX_FILES 24

enum result_status {
    RESULT_PARTIAL,  /* interrupted, or still being written */
    RESULT_DEGRADED, /* whole, but not the load that was asked for */
    RESULT_COMPLETE,
};

struct result_file {
    char name[32]; /* messages.csv */
    int64_t bytes;
    int64_t rows; /* data rows; 0 for a file that has none */
    char sha256[HASH_HEX_SIZE];
};

struct result_texts { /* notes, warnings, argv */
    char **text;
    int count;
};

/* Loss on purpose; a probability is 0..1. */
struct result_loss {
    int has;           /* the fields below hold */
    char by[8];        /* server, relay */
    char model[12];    /* bernoulli, gilbert */
    double p;          /* of each direction */
    double burst;      /* mean length (gilbert); 0: none */
    char direction[8]; /* both, forward, reverse */
    double duplicate, reorder;
};

/*
 * The client's record held against what was lost on purpose and what the
 * server saw.  A message dropped forward has no reverse decision.
 */
struct result_reconciled {
    int has;                                    /* the fields below hold */
    int64_t injected_forward, injected_reverse; /* messages dropped there */
    int64_t injected_lost;                      /* their sum */
    int64_t measured_lost;                      /* rows with outcome lost */
    int64_t true_loss;    /* lost, and dropped on purpose */
    int64_t false_loss;   /* lost, yet not dropped on purpose */
    int64_t missed;       /* dropped on purpose, yet the row is not lost */
    int64_t lost_forward; /* lost rows that the server never saw */
    int64_t lost_reverse; /* lost rows that it saw */
    int64_t overdue; /* of false_loss: an answer came after the row was final */
    int64_t server_received, server_answered;
};

/* What one process start measured, and under which conditions. */
struct result_run {
    char key[96];  /* the case: tcp-thread-1000B-1c */
    int rep;       /* 1.. */
    char dir[128]; /* CASE/REP, below the folder */
    char run_id[17];

    char mode[12]; /* rate, fail_rate, transcript */
    char site[33]; /* local, cloud, any word */
    char host[256];
    int port;
    char transport[8]; /* tcp, udp */
    char server[16];   /* thread, single, epoll, simple, udp */
    int launched;      /* our server on this machine */
    int deployed;      /* our server, started on another over ssh; then: */
    char user[33];     /* that ssh was given; "": none */
    char allow[52];    /* whom it served: "operator", "any", a net_range */
    int plain;         /* declared a plain echo peer */
    int keyed;         /* the server answered only who has the run's key */
    int64_t message_size_bytes;
    int64_t connections;
    int64_t window;      /* closed loop: in flight on each connection */
    double rate_per_s;   /* open loop: over all connections; 0: closed */
    char arrival[12];    /* open loop: constant, poisson */
    int64_t threads;     /* of the client, which share its connections */
    int busy_poll;       /* the client spins instead of sleeping */
    int64_t duration_ns; /* 0: no limit */
    int64_t messages;    /* 0: no limit */
    int64_t timeout_ns;
    int64_t seed;
    int cpu_client, cpu_server; /* -1: not pinned */

    int emulated; /* through echo-relay; then: */
    double path_delay_ms, path_jitter_ms, path_rate_mbit; /* rate 0: none */
    struct result_loss loss;

    int done;           /* the fields below hold */
    char start_utc[24]; /* ISO 8601 */
    int64_t intended;
    int64_t rows;
    int64_t outcomes[OUTCOME_COUNT];
    int64_t duplicated, reordered; /* messages; 0 for tcp, as the next two */
    int64_t unmatched;             /* what belongs to no message */
    int64_t local_drops;           /* by our own socket, full */
    struct gaps gaps;              /* the client itself stood still */
    double achieved_per_s;         /* open loop: of rate_per_s; 0: closed */
    struct result_reconciled reconciled;
    struct result_file files[RESULT_MAX_FILES];
    int nfiles;
    struct result_texts notes, warnings;
};

/* Run in turn with another scenario, for comparing: the same rep is a pair. */
struct result_pairs {
    int has;         /* the fields below hold */
    char id[17];     /* the same in both folders */
    char side[2];    /* A, B */
    char other[128]; /* name of the other folder */
};

struct result {
    char path[4096]; /* the folder, as given or made */
    char name[65];   /* the scenario's */
    char what[512];  /* one sentence; from outside: escape it */
    char tool_version[64];
    char start_utc[24], end_utc[24];
    char scenario_sha256[HASH_HEX_SIZE];
    char environment_sha256[HASH_HEX_SIZE]; /* "" while partial */
    struct result_pairs pairs;
    struct result_texts argv;
    struct result_run *runs;
    int nruns;
    enum result_status status;
};

const char *result_status_name(enum result_status status);

/* {0} is releasable. */
void result_release(struct result *result);
void result_texts_add(struct result_texts *texts, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * The i-th count of a reconciliation (0..) and its name in the manifest, or
 * NULL past the last.
 */
int64_t *result_reconciled_count(struct result_reconciled *reconciled, int i,
                                 const char **name);

/* 1 when an open loop could not keep its rate: below 99 % of it. */
int result_run_is_degraded(const struct result_run *run);

/* Case folders and files, for those who must open them. */
/* 1 when client and server share this machine: no network lies between. */
int result_run_is_here(const struct result_run *run);

/* 1 when its messages may be lost, and their rows end in any order. */
int result_run_is_udp(const struct result_run *run);

/* 1 for a scene of a transcript: texts instead of messages. */
int result_run_is_scene(const struct result_run *run);

/* The buffer that server and client use: one message, within bounds. */
int64_t result_buffer_bytes(const struct result_run *run);

#define RESULT_MESSAGES_CSV "messages.csv"
#define RESULT_CONNECTIONS_CSV "connections.csv"
#define RESULT_UNMATCHED_CSV "unmatched.csv"
#define RESULT_INJECTED_CSV "injected.csv"
#define RESULT_SERVED_CSV "served.csv"
#define RESULT_BEFORE_CSV "trace-before.csv"
#define RESULT_AFTER_CSV "trace-after.csv"
#define RESULT_BEFORE_TXT "trace-before.txt"
#define RESULT_AFTER_TXT "trace-after.txt"
#define RESULT_SUMMARY_JSON "summary.json"
/* PATH/DIR/FILE into `path` (4096 bytes); -1 with err when it is too long. */
int result_file_path(char path[4096], const struct result *result,
                     const struct result_run *run, const char *file,
                     struct err *err);

/* ---- writing (result_write.c) ---- */

/*
 * Make OUT/NAME-UTC.partial and put scenario.json into it.  `result` has name,
 * what, argv, runs filled; path, start_utc and hashes are set here.
 * Errors: results-exist, results-parent, results-no-space, results-write.
 */
int result_create(struct result *result, const char *out,
                  const char *scenario_text, struct err *err);

/* Two created folders become A and B of pairs; their manifests tell when they
 * are saved next. */
void result_tie(struct result *a, struct result *b);

/* Make the folder of one run. */
int result_make_dir(const struct result *result, const struct result_run *run,
                    struct err *err);

/* Write a small file into the run's folder, or the folder itself (run NULL). */
int result_write_text(const struct result *result, const struct result_run *run,
                      const char *file, const char *text, struct err *err);

/* Add a file that was measured and hashed while it was read. */
int result_enter_file(struct result_run *run, const struct result_file *file,
                      struct err *err);

/* Measure and hash a file of the run and add it to run->files. */
int result_add_file(const struct result *result, struct result_run *run,
                    const char *file, int64_t rows, struct err *err);

/*
 * Cut a file of the run back to its last whole row: its writer was killed.
 * Without any it is removed.
 */
int result_trim_file(const struct result *result, const struct result_run *run,
                     const char *file, struct err *err);

/* Write environment.json (it may be replaced) and remember its hash. */
int result_add_environment(struct result *result, const char *text,
                           struct err *err);

/* Write the manifest as things stand (tmp, fsync, rename). */
int result_save(const struct result *result, struct err *err);

/* 1 while nobody has moved or removed the folder. */
int result_is_there(const struct result *result);

/*
 * Save, then rename to the final name without replacing.  All of it is on the
 * disk then; on failure the folder is .partial as before.  results-damaged when
 * somebody has taken away a file of it.
 */
int result_finish(struct result *result, struct err *err);

/*
 * Remove a folder in which nothing was measured: only files that this module
 * writes.  0, and result->path is empty; -1 when a run has a row, or a file
 * that we do not know: then the folder stays as readable as it was.
 */
int result_discard(struct result *result);

/* ---- reading (result_load.c) ---- */

/*
 * Read the manifest of a folder.  Only complete and degraded folders are
 * accepted unless allow_partial.  The counts are the manifest's; whether the
 * data agree is ledger's business.  Errors (ERR_RESULTS): results-open,
 * results-format, results-partial, results-format-version.
 */
int result_load(struct result *result, const char *path, int allow_partial,
                struct err *err);

#endif
