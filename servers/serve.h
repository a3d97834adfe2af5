/*
 * What all servers share: options, the listening socket and its line, signals,
 * and the lines they print.
 */
#ifndef SERVERS_SERVE_H
#define SERVERS_SERVE_H

#include "lib/args.h"
#include "lib/err.h"
#include "lib/key.h"
#include "lib/net.h"
#include "servers/bucket.h"
#include "servers/guard.h"
#include "servers/limits.h"

#include <signal.h>
#include <stddef.h>
#include <stdint.h>

struct serve {
    const char *ip;
    int port; /* 0: the kernel chooses */
    int backlog;
    int quiet;
    int ends_with_stdin;
    int64_t silence_ns;  /* of stdin, that ends it too; 0: none */
    int64_t timeout_ns;  /* idle limit of a connection; 0: none */
    size_t buffer_bytes; /* most that one recv takes */
    struct limits limits;
    struct guard guard;
    int64_t max_connections; /* 0: of the limits */
    int fds_per_connection;
    struct key secret; /* of serve_host */
    int is_one_thread; /* needs no thread for each connection */
    int once;          /* one echo a connection */
    int is_udp;        /* datagrams instead of connections */

    int listener; /* -1 until open */
    struct net_addr bound;
    int unsent_bytes;    /* most that waits in a socket; 0: no limit of ours */
    struct bucket *rate; /* what may come in a second; NULL: no limit */
    struct bucket bucket;
    sigset_t waiting; /* the mask to wait with: SIGINT, SIGTERM, SIGALRM on */
};

/*
 * The defaults of the lab's table II.  Also gives up what no server needs,
 * see start_confined.
 */
void serve_init(struct serve *serve);

/*
 * Where to listen and how long: --ip --port --quiet --exit-with-stdin
 * --stdin-timeout.
 */
struct args_group serve_listen_group(struct serve *serve);

/* How to treat connections: --listen --timeout --buffer. */
struct args_group serve_echo_group(struct serve *serve);

/* What is allowed: the options that fit connections, or datagrams. */
struct args_group serve_limits_group(struct serve *serve);

/*
 * Take the key, where there is one.  Take over SIGINT and SIGTERM (blocked but
 * while waiting with serve->waiting), listen, settle the limits by the address,
 * and begin the lifetime.  With ends_with_stdin the end of standard input is as
 * SIGTERM, and so is a silence of silence_ns there.  Errors: those of
 * net_listen, with who has the port where that can be known; usage for a limit;
 * limit-fds when the descriptors for
 * --max-connections cannot be had.
 */
int serve_open(struct serve *serve, struct err *err);

/* The settings, as the lab's servers print them, and whom it serves. */
void serve_show_config(const struct serve *serve);

/* Print "listening tcp ADDR" (or udp): the server can be used from here on. */
void serve_ready(const struct serve *serve);

/* Not 0 after SIGINT or SIGTERM, and when the lifetime is over. */
int serve_stopped(void);

/*
 * The same for a loop whose waits never have to wait, so that no signal is
 * delivered in them: asks the kernel.
 */
int serve_stop_is_pending(void);

/* Stop listening; says so when it is the lifetime that is over. */
void serve_close(const struct serve *serve);

/*
 * How long a connection may be silent, before its first byte (is_new) or
 * later; INT64_MAX for ever.
 */
int64_t serve_patience_ns(const struct serve *serve, int is_new);

/*
 * A number for the host of a peer, of which tables of hosts take the last bits.
 * It depends on a secret: nobody can look for an address that shares a row with
 * another's.  Neighbours, who differ in the last byte, have rows of their own.
 */
uint32_t serve_host(const struct serve *serve, const struct net_addr *peer);

/*
 * n bytes were taken from a connection of a host: how long to take nothing
 * more from there, so that the rate of all holds.
 */
int64_t serve_throttle_ns(const struct serve *serve, uint32_t host, size_t n);

/* Do nothing for so long; a signal ends it. */
void serve_pause(int64_t pause_ns);

/* May a datagram of n bytes be answered?  Its length and the rate say. */
enum refusal serve_admit(const struct serve *serve, size_t n);

/*
 * Wait for a connection, a signal, or timeout_ns (-1: no limit).  Returns 1
 * when a connection can be accepted, 0 otherwise.
 */
int serve_wait(const struct serve *serve, int64_t timeout_ns);

/*
 * The same for a connection: until fd can be read (direction 'r') or written
 * ('w'), or until its peer has left ('h').
 */
int serve_wait_fd(const struct serve *serve, int fd, char direction,
                  int64_t timeout_ns);

/* Wait until the peer of a connection has left, or it is shut down. */
void serve_outwait(int fd);

/*
 * For a loop of one thread: let SIGINT and SIGTERM in at any time, so that one
 * that always has something to do hears them too.  Its waits must end on
 * their own now and then: a signal may come just before one.
 */
void serve_hear_signals(const struct serve *serve);
#define SERVE_LONGEST_WAIT_NS INT64_C(250000000)

/*
 * From now on any wait of this process ends with EINTR after at most
 * SERVE_LONGEST_WAIT_NS.  A time-out of the socket would do as well, but then
 * the kernel sets and clears a timer for each datagram.
 */
void serve_beat(void);

/* One line to stdout in one write, so that threads do not mix; not when quiet.
 */
void serve_say(const struct serve *serve, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Such a line even when quiet: the counts at the end. */
void serve_tell(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* What was refused, and why; no line when nothing was. */
void serve_tell_refusals(const struct refusals *refusals);

#endif
