/*
 * What all servers share: options, the listening socket and its line, signals,
 * and the lines they print.
 */
#ifndef SERVERS_SERVE_H
#define SERVERS_SERVE_H

#include "lib/args.h"
#include "lib/err.h"
#include "lib/net.h"

#include <signal.h>
#include <stddef.h>
#include <stdint.h>

struct serve {
    const char *ip;
    int port; /* 0: the kernel chooses */
    int backlog;
    int quiet;
    int64_t timeout_ns;  /* idle limit of a connection; 0: none */
    size_t buffer_bytes; /* most that one recv takes */
    int max_connections; /* 0: by the address, see serve_open */
    int max_per_source;  /* 0: no such limit */
    int fds_per_connection;
    int once;   /* one echo a connection */
    int is_udp; /* datagrams instead of connections */

    int listener; /* -1 until open */
    struct net_addr bound;
    sigset_t waiting; /* the mask to wait with: SIGINT, SIGTERM on */
};

/* The defaults of the lab's table II. */
void serve_init(struct serve *serve);

/* Where to listen: --ip --port --quiet. */
struct args_group serve_listen_group(struct serve *serve);

/* How to treat connections: --listen --timeout --buffer --max-connections. */
struct args_group serve_echo_group(struct serve *serve);

/*
 * Take over SIGINT and SIGTERM (blocked but while waiting with
 * serve->waiting) and listen.  Loopback allows 1024 connections at once,
 * any other address 64 and 16 from one source, unless --max-connections says
 * otherwise.  Errors: those of net_listen, limit-fds when the descriptors for
 * --max-connections cannot be had.
 */
int serve_open(struct serve *serve, struct err *err);

/* The settings, as the lab's servers print them. */
void serve_show_config(const struct serve *serve);

/* Print "listening tcp ADDR" (or udp): the server can be used from here on. */
void serve_ready(const struct serve *serve);

/* 1 after SIGINT or SIGTERM. */
int serve_stopped(void);

/*
 * The same for a loop whose waits never have to wait, so that no signal is
 * delivered in them: asks the kernel.
 */
int serve_stop_is_pending(void);

/*
 * Wait for a connection, a signal, or timeout_ns (-1: no limit).  Returns 1
 * when a connection can be accepted, 0 otherwise.
 */
int serve_wait(const struct serve *serve, int64_t timeout_ns);

/*
 * For a loop of one thread: let SIGINT and SIGTERM in at any time, so that one
 * that always has something to do hears them too.  Its waits must end on
 * their own now and then: a signal may come just before one.
 */
void serve_hear_signals(const struct serve *serve);
#define SERVE_LONGEST_WAIT_NS INT64_C(250000000)

/*
 * The same for a connection: until fd can be read (direction 'r') or written
 * ('w').
 */
int serve_wait_fd(const struct serve *serve, int fd, char direction,
                  int64_t timeout_ns);

/* One line to stdout in one write, so that threads do not mix; not when quiet.
 */
void serve_say(const struct serve *serve, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Such a line even when quiet: the counts at the end. */
void serve_tell(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
