/*
 * The path to a port: is it open, which hops lead there, how big may a packet
 * be.  The hops come from traceroute or mtr, which send TCP to the port under
 * test and so take the way that its messages take.
 */
#ifndef HARNESS_TRACE_H
#define HARNESS_TRACE_H

#include "harness/hops.h"
#include "lib/err.h"
#include "lib/net.h"

#include <stdint.h>
#include <stdio.h>

struct trace_request {
    const char *host; /* as net_is_name allows */
    int port;         /* 1..65535 */
    int max_hops;     /* 1..HOPS_MAX */
    int timeout_s;    /* for traceroute or mtr */
    int is_brief;     /* a few seconds in any case: before and after a run */
    int if_reached;   /* no hops when nothing answers at the port */
};

struct trace {
    char host[NET_NAME_SIZE];
    int port, max_hops;
    struct net_addr to; /* that connected, else the host's first */
    char address[HOPS_ADDRESS_SIZE];
    int connect_errno;  /* 0: a connection was established */
    int64_t connect_ns; /* so long that took, or its failure */
    int mtu_bytes;      /* -1: not known */
    int mtu_proved;     /* a packet of that size was answered */
    const char *tool;   /* "traceroute", "mtr"; NULL: none ran to its end */
    struct hops hops;   /* also after an error: what was seen until then */
};

/*
 * Look.  That the port is not open is no error here: see trace_verdict.
 * Errors: those of net_resolve; trace-missing (neither tool is there),
 * trace-failed, trace-timeout, trace-output (ERR_HELPER).
 * trace->address is "" when it got no further than the name.
 */
int trace_run(const struct trace_request *request, struct trace *trace,
              struct err *err);

/* 0 when the port is open, else -1 and the connect-* of net_connect_err. */
int trace_verdict(const struct trace *trace, struct err *err);

/* The listing of the lab, like that of tracetcp. */
void trace_text(const struct trace *trace, FILE *to);

/* The same as a JSON text, which the caller frees.  NULL: out of memory. */
char *trace_json(const struct trace *trace);

#endif
