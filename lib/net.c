#define _GNU_SOURCE
#include "lib/net.h"

#include "lib/clock.h"
#include "lib/net_shared.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

/* ---- bytes ---- */

ssize_t net_send(int fd, const void *bytes, size_t n, int dont_wait)
{
    return send(fd, bytes, n, MSG_NOSIGNAL | (dont_wait ? MSG_DONTWAIT : 0));
}

ssize_t net_recv(int fd, void *bytes, size_t n, int dont_wait)
{
    return recv(fd, bytes, n, dont_wait ? MSG_DONTWAIT : 0);
}

int net_send_all(int fd, const void *bytes, size_t n)
{
    const char *from = bytes;

    while (n > 0) {
        ssize_t sent = net_send(fd, from, n, NET_WAIT);

        if (sent < 0 && errno == EINTR)
            continue;
        if (sent < 0)
            return -1;
        from += sent;
        n -= (size_t)sent;
    }
    return 0;
}

void net_wait_for(int fd, short what, int64_t left_ns)
{
    struct pollfd ready = {.fd = fd, .events = what};
    struct timespec left = {.tv_sec = (time_t)(left_ns / CLOCK_NS_PER_S),
                            .tv_nsec = (long)(left_ns % CLOCK_NS_PER_S)};

    (void)ppoll(&ready, 1, &left, NULL);
}

void net_wait_io(int fd, int64_t timeout_ns)
{
    net_wait_for(fd, POLLIN | POLLOUT, timeout_ns);
}

/* ---- what a socket does ---- */

int net_set_blocking(int fd, int blocking)
{
    int flags = fcntl(fd, F_GETFL);

    if (flags < 0)
        return -1;
    flags = blocking ? flags & ~O_NONBLOCK : flags | O_NONBLOCK;
    return fcntl(fd, F_SETFL, flags);
}

int net_set_unsent_max(int fd, int bytes)
{
    return setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &bytes, sizeof bytes);
}

int net_set_nodelay(int fd)
{
    int on = 1;

    return setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

static int set_deadline(int fd, int which, int64_t ns)
{
    struct timeval tv = {
        .tv_sec = ns > 0 ? (time_t)(ns / CLOCK_NS_PER_S) : 0,
        .tv_usec = ns > 0 ? (suseconds_t)(ns % CLOCK_NS_PER_S / 1000) : 0};

    return setsockopt(fd, SOL_SOCKET, which, &tv, sizeof tv);
}

int net_set_timeouts(int fd, int64_t recv_ns, int64_t send_ns)
{
    if (set_deadline(fd, SO_RCVTIMEO, recv_ns) < 0)
        return -1;
    return set_deadline(fd, SO_SNDTIMEO, send_ns);
}

void net_set_buffers(int fd, int bytes)
{
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
    (void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
}

/* ---- the end ---- */

void net_shutdown(int fd, char half)
{
    (void)shutdown(fd, half == 'r'   ? SHUT_RD
                       : half == 'w' ? SHUT_WR
                                     : SHUT_RDWR);
}

void net_close_reset(int fd)
{
    struct linger now = {.l_onoff = 1, .l_linger = 0};

    (void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    close(fd);
}
