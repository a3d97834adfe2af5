#define _GNU_SOURCE
#include "lib/net.h"

#include "lib/net_shared.h"

#include <errno.h>
#include <linux/sock_diag.h>
#include <sys/socket.h>
#include <sys/uio.h>

static ssize_t recv_from(int fd, struct iovec part, int flags,
                         struct net_addr *from, int *truncated)
{
    socklen_t len = sizeof from->raw;
    ssize_t got = recvfrom(fd, part.iov_base, part.iov_len, flags | MSG_TRUNC,
                           net_sa(from), &len);

    if (got < 0)
        return -1;
    from->len = len;
    *truncated = (size_t)got > part.iov_len;
    return got;
}

ssize_t net_recv_from(int fd, void *bytes, size_t n, struct net_addr *from,
                      int *truncated)
{
    struct iovec part = {.iov_base = bytes, .iov_len = n};

    return recv_from(fd, part, MSG_DONTWAIT, from, truncated);
}

ssize_t net_await_from(int fd, void *bytes, size_t n, struct net_addr *from,
                       int *truncated)
{
    struct iovec part = {.iov_base = bytes, .iov_len = n};

    return recv_from(fd, part, 0, from, truncated);
}

ssize_t net_send_to(int fd, const void *bytes, size_t n,
                    const struct net_addr *to)
{
    ssize_t sent;

    do /* it may have waited for room */
        sent = sendto(fd, bytes, n, MSG_NOSIGNAL, net_csa(to), to->len);
    while (sent < 0 && errno == EINTR);
    return sent;
}

int64_t net_socket_drops(int fd)
{
    uint32_t info[SK_MEMINFO_VARS];
    socklen_t len = sizeof info;

    if (getsockopt(fd, SOL_SOCKET, SO_MEMINFO, info, &len) < 0 ||
        len <= SK_MEMINFO_DROPS * sizeof *info)
        return -1;
    return info[SK_MEMINFO_DROPS];
}
