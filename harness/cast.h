/*
 * The cast of one run: server, relay and client processes, started in that
 * order and ended in the other.
 */
#ifndef HARNESS_CAST_H
#define HARNESS_CAST_H

#include "harness/deploy.h"
#include "harness/proc.h"
#include "harness/pulse.h"
#include "harness/result.h"
#include "lib/err.h"
#include "lib/gaps.h"
#include "lib/key.h"
#include "lib/progress.h"

struct cast {
    struct ssh_meaning at;             /* the server: its host, and a TCP */
                                       /* port that should be open there */
    char target[300];                  /* what the relay forwards to */
    struct proc server, relay, client; /* server: its ssh, when deployed */
    struct deploy_told far;            /* of a server on another host */
    struct pulse pulse;                /* which it hears */
    int was_lost;                      /* before it was to end */
    char key[KEY_TEXT_SIZE]; /* of a keyed run; "" before and after it */
};

/* What the client said at its end. */
struct cast_counts {
    int told; /* the client came to its end */
    int64_t intended;
    int64_t connected, broken, plain;
    int64_t outcomes[OUTCOME_COUNT];
    int64_t duplicated, reordered, unmatched, local_drops; /* udp */
    struct gaps gaps;      /* the client itself stood still */
    double achieved_per_s; /* open loop */
};

/* The program that is SERVER in a scenario: "simple" is echo-simple-server. */
const char *cast_server_program(const char *server);

/*
 * Start the server (when run->launched, or on another host when
 * run->deployed) and the relay (when run->emulated),
 * with a key of its own when run->keyed; they write what they did on purpose,
 * and what was served, into `dir`. run->port becomes the port that the client
 * must use.  Errors: those of the programs themselves, server-silent when no
 * listening line comes in 5 s, those of deploy_start.
 */
int cast_begin(struct cast *cast, struct result_run *run, const char *dir,
               struct err *err);

/* Start the client, which records into `dir`. */
int cast_start_client(struct cast *cast, const struct result_run *run,
                      const char *dir, struct err *err);

/*
 * Wait at most timeout_ns for the client's next progress.  1 and the progress,
 * 0 when nothing came, -1 when the client has ended.
 */
int cast_progress(struct cast *cast, struct progress *progress,
                  struct cast_counts *counts, int64_t timeout_ns);

/*
 * 1 when a server on another host, or the connection to it, is gone; to be
 * asked now and then between cast_begin and cast_end.
 */
int cast_is_lost(struct cast *cast);

/* Pass a stop on to the client: it keeps what it has. */
void cast_interrupt(struct cast *cast);

/*
 * The client's own error, or 0 when it ended well (or by the stop that we
 * passed on).  port-filtered (ERR_TARGET) when a server that we have started
 * on another host cannot be reached, address-refused when it serves others.
 */
int cast_client_error(const struct cast *cast, const struct result_run *run,
                      int stopped, struct err *err);

/*
 * 1 when nothing came back because all was to be lost, or, once the run is
 * reconciled, because all that was lost was lost on purpose.
 */
int cast_lost_on_purpose(const struct result_run *run, const struct err *err);

/*
 * After cast_end: 0 when server and relay wrote all that they had to.  Else
 * their own error when it is about their files or counts, or server-died
 * (ERR_CUT) of one that has files to write and did not come to its end.
 */
int cast_witness_error(const struct cast *cast, const struct result_run *run,
                       struct err *err);

/* What the server refused for its address; after cast_end. */
int64_t cast_refused_addresses(const struct cast *cast);

/* Connections that the relay could not pass on; after cast_end. */
int64_t cast_refused_forwards(const struct cast *cast);

/* Datagrams for which the relay's queue had no room; after cast_end. */
int64_t cast_queue_drops(const struct cast *cast);

/* And those for which a socket of our server or relay had none. */
int64_t cast_socket_drops(const struct cast *cast);

/*
 * After the client's end: stop relay and server.  Their logs, and what they
 * wrote into `dir`, are complete afterwards, and all three have been waited
 * for, so that what they computed counts as ours.  Who does not stop is killed,
 * very soon once is_hurried says so.  Errors: those of deploy_end.
 */
int cast_end(struct cast *cast, const struct result_run *run, const char *dir,
             int (*is_hurried)(void), struct err *err);

void cast_release(struct cast *cast);

#endif
