/* A load: what is to be sent, where its record goes, what came of it. */
#ifndef CLIENTS_LOAD_H
#define CLIENTS_LOAD_H

#include "clients/arrival.h"
#include "clients/meter.h"
#include "lib/cpu.h"
#include "lib/gaps.h"
#include "lib/net.h"
#include "lib/record.h"

#include <stdint.h>

struct key;

struct load_plan {
    struct net_addr target;
    int is_udp;
    int persists;   /* failures end nothing: connections are made again */
    int reconnects; /* TCP: a connection for each message */
    uint64_t run_id;
    const struct key *key; /* of the run; NULL: none */
    int64_t size_bytes; /* 1 .. MSG_MAX_BYTES; UDP 48 .. 65507, keyed from 64 */
    int64_t buffer_bytes;
    int connections;   /* 1 .. */
    int window;        /* closed loop: messages in flight on each */
    double rate_per_s; /* > 0: an open loop, over all connections */
    enum arrival_kind arrival;
    uint64_t seed;
    int threads; /* each with its connections and its loop; 1 .. */
    int ncpus;   /* thread i runs on CPU cpus[i % ncpus]; 0: anywhere */
    int cpus[CPU_LIST_MAX];
    int busy_poll;       /* look again and again instead of sleeping */
    int64_t duration_ns; /* from the first send; 0: no limit */
    int64_t messages;    /* over all connections; 0: no limit */
    int64_t timeout_ns;  /* Tmax */
    int64_t connect_timeout_ns;
};

/* Where results go; each may be absent. */
struct load_out {
    struct record *messages;
    struct record *connections;
    struct record *unmatched; /* UDP: replies that belong to no row */
    void (*on_progress)(const struct progress *progress, void *ctx);
    void *ctx;
};

struct load_result {
    struct meter meter;
    struct meter response; /* open loop: times from the schedule on */
    double achieved_per_s; /* of rate_per_s */
    int64_t intended;      /* messages begun, or missed = rows */
    int64_t missed;        /* of an open loop: due, and never sent */
    int connected;         /* connections that were established */
    int broken;            /* of these, how many ended before the run did */
    int first_broken_errno;
    enum outcome first_broken;
    int stray;   /* connections on which more came than was asked for */
    int stopped; /* by a signal */
    /* UDP only: flags of rows, and what is in no row */
    int64_t duplicated, reordered, unmatched;
    int64_t local_drops; /* datagrams that our own sockets had no room for */
    int refusing;        /* ended because most messages were refused */
    struct gaps gaps;    /* when the loop itself stood still */
};

#endif
