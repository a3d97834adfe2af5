#define _GNU_SOURCE
#include "lib/net.h"

#include "lib/net_shared.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int local_addr(int fd, struct net_addr *addr)
{
    socklen_t len = sizeof addr->raw;

    memset(addr, 0, sizeof *addr);
    if (getsockname(fd, net_sa(addr), &len) < 0)
        return -1;
    addr->len = len;
    net_describe(addr);
    return 0;
}

static int listen_err(struct err *err, const struct net_addr *at)
{
    if (errno == EADDRINUSE) {
        err_sys(err, ERR_RESOURCE, "address-in-use", "cannot listen: %s",
                at->text);
        return err_hint(err,
                        "another program has port %d: ss -lntup 'sport = "
                        ":%d' tells which; or use --port 0",
                        net_port(at), net_port(at));
    }
    if (errno == EADDRNOTAVAIL) {
        err_sys(err, ERR_RESOURCE, "address-not-here", "cannot listen: %s",
                at->text);
        return err_hint(err, "--ip takes an address of this machine; 0.0.0.0 "
                             "or :: for all of them");
    }
    err_sys(err, ERR_RESOURCE, "listen-failed", "cannot listen: %s", at->text);
    return err_hint(err, "ports below 1024 need root; choose --port 2333");
}

static int bind_socket(const struct net_addr *at, int type, int backlog,
                       struct net_addr *bound)
{
    int fd = socket(net_csa(at)->sa_family, type | SOCK_CLOEXEC, 0), on = 1;
    int cause;

    if (fd >= 0 &&
        (type != SOCK_STREAM ||
         setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0) &&
        bind(fd, net_csa(at), at->len) == 0 &&
        (type != SOCK_STREAM || listen(fd, backlog) == 0) &&
        local_addr(fd, bound) == 0)
        return fd;
    cause = errno;
    if (fd >= 0)
        close(fd);
    errno = cause;
    return -1;
}

int net_is_here(const struct net_addr *addr)
{
    struct net_addr at = *addr, bound;
    struct sockaddr *any = net_sa(&at);
    int fd;

    if (any->sa_family == AF_INET6)
        ((struct sockaddr_in6 *)(void *)any)->sin6_port = 0;
    else
        ((struct sockaddr_in *)(void *)any)->sin_port = 0;
    fd = bind_socket(&at, SOCK_DGRAM, 0, &bound);
    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

int net_listen(const char *host, int port, int backlog, struct net_addr *bound,
               struct err *err)
{
    struct net_addrs addrs = {0};
    int fd;

    if (net_resolve(host, port, &addrs, err) < 0)
        return -1;
    fd = bind_socket(&addrs.at[0], SOCK_STREAM, backlog, bound);
    return fd >= 0 ? fd : listen_err(err, &addrs.at[0]);
}

int net_bind_udp(const char *host, int port, struct net_addr *bound,
                 struct err *err)
{
    struct net_addrs addrs = {0};
    int fd;

    if (net_resolve(host, port, &addrs, err) < 0)
        return -1;
    fd = bind_socket(&addrs.at[0], SOCK_DGRAM, 0, bound);
    return fd >= 0 ? fd : listen_err(err, &addrs.at[0]);
}

static int died_in_queue(int sys_errno)
{
    return sys_errno == ECONNABORTED || sys_errno == EPROTO ||
           sys_errno == ENETDOWN || sys_errno == EHOSTUNREACH ||
           sys_errno == ENETUNREACH;
}

int net_accept(int listener, struct net_addr *peer)
{
    socklen_t len;
    int fd;

    do {
        memset(peer, 0, sizeof *peer);
        len = sizeof peer->raw;
        fd = accept4(listener, net_sa(peer), &len, SOCK_CLOEXEC);
    } while (fd < 0 && died_in_queue(errno));
    if (fd < 0)
        return -1;
    peer->len = len;
    net_describe(peer);
    return fd;
}
