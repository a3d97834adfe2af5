/*
 * Sockets.  The only module that includes <sys/socket.h>: everybody else
 * works with descriptors and struct net_addr.
 *
 * Descriptors are close-on-exec and never raise SIGPIPE.
 */
#ifndef LIB_NET_H
#define LIB_NET_H

#include "lib/err.h"

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define NET_TEXT_SIZE 80
#define NET_MAX_ADDRS 8
#define NET_NAME_SIZE 256

/* One socket address and its text, "127.0.0.1:2333" or "[::1]:2333". */
struct net_addr {
    _Alignas(8) unsigned char raw[128];
    unsigned len;
    char text[NET_TEXT_SIZE];
};

struct net_addrs {
    struct net_addr at[NET_MAX_ADDRS];
    int n;
};

/* ---- addresses (net_address.c) ---- */

/*
 * 1 when `name` can be a host name or an address literal: letters, digits,
 * and . - _ : % only, no leading '-', no single colon (of a port), at most 253
 * bytes.
 */
int net_is_name(const char *name);

/* Split "host:port" or "[v6]:port".  Returns 0 or -1 (no message). */
int net_split(const char *text, char host[NET_NAME_SIZE], int *port);

/*
 * Look a name up (every address, in the resolver's order).  Errors, all
 * ERR_TARGET but the first: host-name (ERR_USAGE), resolve-failed with the
 * resolver's EAI name, saying whether it may pass.
 */
int net_resolve(const char *host, int port, struct net_addrs *addrs,
                struct err *err);

/* 1 for 127.0.0.0/8 and ::1. */
int net_is_loopback(const struct net_addr *addr);

/* The IP part of the text, without port and brackets. */
void net_host_text(const struct net_addr *addr, char *text, size_t size);
int net_port(const struct net_addr *addr);

/* "('127.0.0.1', 61306)", as the lab's transcripts name a peer. */
#define NET_TUPLE_SIZE 96
void net_tuple_text(const struct net_addr *addr, char text[NET_TUPLE_SIZE]);

/* ---- which are alike (net_range.c) ---- */

/*
 * What all addresses that one host may have begin with: all of IPv4, be it
 * mapped into IPv6, 64 bits of IPv6.  How many bytes that is.
 */
enum { NET_RANGE_BYTES = 16, NET_RANGE_TEXT_SIZE = 52 };
size_t net_host_bytes(const struct net_addr *addr,
                      unsigned char bytes[NET_RANGE_BYTES]);
/* 1 when these are the same: the port does not count. */
int net_is_same_host(const struct net_addr *a, const struct net_addr *b);

/*
 * Addresses that begin with the same bits: "192.0.2.7", "192.0.2.0/24",
 * "fd00::/8".  What stands behind these bits does not count.  Of one family:
 * no range of IPv6 has an address of IPv4, and one that is mapped into IPv6
 * ("::ffff:192.0.2.0/120", 96 bits or more) is a range of IPv4.
 */
struct net_range {
    unsigned char bytes[NET_RANGE_BYTES]; /* IPv4: mapped into IPv6 */
    int bits;                             /* of these */
    char text[NET_RANGE_TEXT_SIZE];       /* as it was given */
};
/* 0, or -1 for what is neither; names are not looked up. */
int net_range_parse(struct net_range *range, const char *text);
int net_range_has(const struct net_range *range, const struct net_addr *addr);

/* ---- being reached (net_listen.c) ---- */

/*
 * A listening TCP socket on host:port (port 0: the kernel chooses), with the
 * address it got.  Errors: address-in-use, address-not-here, listen-failed
 * (ERR_RESOURCE), and those of net_resolve.
 */
int net_listen(const char *host, int port, int backlog, struct net_addr *bound,
               struct err *err);

/* As net_listen, for UDP. */
int net_bind_udp(const char *host, int port, struct net_addr *bound,
                 struct err *err);

/*
 * Accept one connection.  Returns the descriptor, or -1 with errno set; a
 * connection that died in the queue is skipped silently.
 */
int net_accept(int listener, struct net_addr *peer);

/* 1 when the address is one of this machine's. */
int net_is_here(const struct net_addr *addr);

/* ---- reaching others (net_connect.c) ---- */

/*
 * Start a connection, non-blocking.  Returns the descriptor (established or
 * under way), or -1 with errno set.  net_connect_result tells later.
 */
int net_connect_start(const struct net_addr *to);

/*
 * The same from another of our own addresses: 0 is the kernel's choice, n > 0
 * is 127.0.0.(n + 1), which a loopback peer has ports for of its own.  -1 with
 * EADDRNOTAVAIL when the peer is not IPv4 loopback.
 */
int net_connect_from(const struct net_addr *to, unsigned n);

/* 0 once established, EINPROGRESS while under way, else the errno. */
int net_connect_result(int fd);

/*
 * Connect within timeout_ns; the descriptor is blocking afterwards.  Returns
 * it, or -1 with errno set (ETIMEDOUT at the deadline).
 */
int net_connect(const struct net_addr *to, int64_t timeout_ns);

/*
 * A UDP socket that talks to one peer only: others are not heard, and its
 * ICMP refusals arrive as ECONNREFUSED.  The descriptor, or -1 with errno.
 */
int net_connect_udp(const struct net_addr *to);

/*
 * Turn the errno of a failed connection into the message a user needs:
 * connect-refused, connect-timeout, connect-unreachable, connect-failed.
 * Returns -1.
 */
int net_connect_err(struct err *err, const struct net_addr *to, int sys_errno,
                    int64_t after_ns);

/* ---- bytes, and how a socket behaves (net.c) ---- */

/* send/recv, restarted on EINTR only by the _all form; errno as they set it. */
enum { NET_WAIT = 0, NET_DONT_WAIT = 1 };
ssize_t net_send(int fd, const void *bytes, size_t n, int dont_wait);
ssize_t net_recv(int fd, void *bytes, size_t n, int dont_wait);
/* Send everything on a blocking socket.  0, or -1 with errno. */
int net_send_all(int fd, const void *bytes, size_t n);

/* Wait until fd can be read or written, at most timeout_ns. */
void net_wait_io(int fd, int64_t timeout_ns);

int net_set_blocking(int fd, int blocking);
/* No Nagle: an echo must not wait for an acknowledgement. */
int net_set_nodelay(int fd);

/*
 * Of what is sent on fd at most so many bytes wait in the kernel for the peer
 * to take more; the socket is full then.  (TCP)
 */
int net_set_unsent_max(int fd, int bytes);
/* Deadlines of one blocking recv/send; <= 0: none. */
int net_set_timeouts(int fd, int64_t recv_ns, int64_t send_ns);
/* Ask for so much buffer in each direction; the kernel may give less. */
void net_set_buffers(int fd, int bytes);

/* Half of the connection is done: 'r', 'w' or 'b'oth. */
void net_shutdown(int fd, char half);
/* Close with a reset instead of an orderly end. */
void net_close_reset(int fd);

/* ---- datagrams (net_datagram.c) ---- */

/*
 * Receive one datagram.  Its length (also when it was longer than n: then
 * *truncated), or -1 with errno set.
 */
ssize_t net_recv_from(int fd, void *bytes, size_t n, struct net_addr *from,
                      int *truncated);
/* The same, but a blocking socket waits for one. */
ssize_t net_await_from(int fd, void *bytes, size_t n, struct net_addr *from,
                       int *truncated);
ssize_t net_send_to(int fd, const void *bytes, size_t n,
                    const struct net_addr *to);

/*
 * From now on what the network answers to datagrams sent on fd (ICMP: nobody
 * has that port, no way to that host) is kept with what they began with.
 */
void net_keep_errors(int fd);

/*
 * The next of these: its errno, and the first bytes of the datagram, of which
 * *n had room and *n are there; 0: no more.  A send or recv that fails by such
 * an error says only that there are some; all have to be taken.
 */
int net_next_error(int fd, void *bytes, size_t *n);

/* Datagrams that this socket had no room for; -1 when not known. */
int64_t net_socket_drops(int fd);

/* ---- the largest that passes whole (net_path_mtu.c) ---- */

/*
 * The path MTU: datagrams that must not be cut are sent to the port, at most
 * eight and none over 9 kB, until none is too big for a router.  *proved: the
 * last was answered, be it by a refusal.  -1 when it is not known.
 */
int net_path_mtu(const struct net_addr *to, int64_t timeout_ns, int *proved);

/* ---- what the kernel tells of a connection (net_told.c) ---- */

/* What it has no sample of yet. */
#define NET_NONE INT64_MIN

struct net_tcp_info {
    int64_t retransmits;
    int64_t rtt_us, min_rtt_us, rcv_rtt_us;
    int64_t mss_bytes;
};
/* TCP_INFO.  0, or -1 with errno. */
int net_tcp_info(int fd, struct net_tcp_info *info);

/* Of a connected socket, TCP or UDP; nothing is sent. */
struct net_told {
    int mtu;             /* of the way to the peer; -1: not known */
    int nodelay;         /* no Nagle; -1: not TCP */
    char congestion[16]; /* bbr, cubic, ...; "": not TCP */
};
void net_told(int fd, struct net_told *told);

/* ---- both ends here (net_loopback.c) ---- */

/* A connected pair over loopback TCP, for measuring the floor.  0 or -1. */
int net_loopback_pair(int fds[2], struct err *err);
/* The same over UDP: each hears the other only. */
int net_loopback_pair_udp(int fds[2], struct err *err);

#endif
