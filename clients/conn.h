/*
 * One connection of a test: it sends a message, collects its echo, compares
 * it, and says how that ended.  It never waits unless told to.
 */
#ifndef CLIENTS_CONN_H
#define CLIENTS_CONN_H

#include "lib/msg.h"
#include "lib/net.h"
#include "lib/outcome.h"

#include <stddef.h>
#include <stdint.h>

enum conn_state {
    CONN_CLOSED, /* not connected, or no more */
    CONN_CONNECTING,
    CONN_IDLE, /* connected, nothing in flight */
    CONN_BUSY, /* a message is in flight */
};

enum conn_step {
    CONN_WAIT,   /* more to come */
    CONN_DONE,   /* the message is final: see outcome */
    CONN_BROKEN, /* the same, and the connection is of no more use */
};

/* Shared by all connections of a run: one message out, one buffer in. */
struct conn_shared {
    size_t size_bytes;   /* of a message */
    size_t buffer_bytes; /* of one recv */
    char *message;       /* size_bytes; the header is put in per send */
    char *buffer;        /* buffer_bytes */
    char *zeros;         /* buffer_bytes of '0', to compare with */
};

struct conn {
    int fd; /* -1 when closed */
    enum conn_state state;
    uint32_t number;
    struct msg_stamp stamp;
    uint64_t seq; /* of the next message */

    size_t sent, got;     /* bytes of the message in flight */
    int differs;          /* some byte came back wrong */
    enum outcome outcome; /* once final */
    int sys_errno;
    /* CLOCK_MONOTONIC; 0: not yet */
    int64_t sent_ns, received_ns;

    int64_t connect_start_ns, connect_end_ns, first_byte_ns, last_byte_ns;
    enum outcome end; /* OUTCOME_OK while the connection is sound */
    int end_errno;
    int recorded;                 /* its line is in connections.csv */
    int64_t retry_ns, backoff_ns; /* when to connect again, and the wait */
};

/* 0, or -1 when out of memory.  {0} is releasable. */
int conn_shared_init(struct conn_shared *shared, size_t size_bytes,
                     size_t buffer_bytes);
void conn_shared_release(struct conn_shared *shared);

void conn_init(struct conn *conn, uint32_t number, uint64_t run_id);

/* Start a new message and send what the socket takes. */
enum conn_step conn_send(struct conn *conn, const struct conn_shared *shared);

/* Send more of a message that did not fit at once. */
enum conn_step conn_push(struct conn *conn, const struct conn_shared *shared);

/* Take what has come; with NET_WAIT block for it until a signal comes. */
enum conn_step conn_receive(struct conn *conn, const struct conn_shared *shared,
                            int dont_wait);

/* 1 while part of the message still has to be sent. */
int conn_wants_write(const struct conn *conn, const struct conn_shared *shared);

/* End the message in flight as `outcome`; the connection is broken. */
void conn_give_up(struct conn *conn, enum outcome outcome, int sys_errno);

#endif
