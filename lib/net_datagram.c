#define _GNU_SOURCE
#include "lib/net.h"

#include "lib/net_shared.h"

#include <errno.h>
#include <linux/errqueue.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <string.h>
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

void net_keep_errors(int fd)
{
    int on = 1;

    /* That of the other family comes to nothing. */
    (void)setsockopt(fd, IPPROTO_IP, IP_RECVERR, &on, sizeof on);
    (void)setsockopt(fd, IPPROTO_IPV6, IPV6_RECVERR, &on, sizeof on);
}

/* The errno of an ICMP message; 0: it is not of the network, but our own. */
static int network_errno(struct msghdr *message)
{
    struct sock_extended_err told;

    for (struct cmsghdr *at = CMSG_FIRSTHDR(message); at;
         at = CMSG_NXTHDR(message, at)) {
        if (at->cmsg_len < CMSG_LEN(sizeof told) ||
            !((at->cmsg_level == IPPROTO_IP && at->cmsg_type == IP_RECVERR) ||
              (at->cmsg_level == IPPROTO_IPV6 &&
               at->cmsg_type == IPV6_RECVERR)))
            continue;
        memcpy(&told, CMSG_DATA(at), sizeof told);
        if (told.ee_origin == SO_EE_ORIGIN_ICMP ||
            told.ee_origin == SO_EE_ORIGIN_ICMP6)
            return (int)told.ee_errno;
    }
    return 0;
}

int net_next_error(int fd, void *bytes, size_t *n)
{
    union {
        struct cmsghdr first;
        char room[256];
    } control;
    struct iovec part = {.iov_base = bytes, .iov_len = *n};
    int cause = 0;

    while (cause == 0) {
        struct msghdr message = {.msg_iov = &part,
                                 .msg_iovlen = 1,
                                 .msg_control = &control,
                                 .msg_controllen = sizeof control};
        ssize_t got = recvmsg(fd, &message, MSG_ERRQUEUE | MSG_DONTWAIT);

        if (got < 0)
            return 0;
        *n = (size_t)got;
        cause = network_errno(&message);
    }
    return cause;
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
