#define _GNU_SOURCE
#include "lib/net.h"

#include "lib/clock.h"
#include "lib/num.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/sock_diag.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

_Static_assert(sizeof(struct sockaddr_storage) <= 128, "net_addr holds any");

int net_is_name(const char *name)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "0123456789.-_:%";
    size_t n = strlen(name);
    const char *colon = strchr(name, ':');

    /* One colon is a port's; an IPv6 address has two or more. */
    return n > 0 && n <= 253 && name[0] != '-' && strspn(name, allowed) == n &&
           (!colon || strchr(colon + 1, ':'));
}

int net_split(const char *text, char host[NET_NAME_SIZE], int *port)
{
    const char *colon = strrchr(text, ':');
    size_t n = colon ? (size_t)(colon - text) : 0;
    int bracket = n > 2 && text[0] == '[' && text[n - 1] == ']';
    int64_t number;

    if (n == 0 || n >= NET_NAME_SIZE ||
        num_parse_int(colon + 1, 0, 65535, &number) < 0)
        return -1;
    if (!bracket && memchr(text, ':', n))
        return -1;
    memcpy(host, text + bracket, n - 2 * (size_t)bracket);
    host[n - 2 * (size_t)bracket] = '\0';
    *port = (int)number;
    return net_is_name(host) ? 0 : -1;
}

static struct sockaddr *sa(struct net_addr *addr)
{
    return (struct sockaddr *)(void *)addr->raw;
}

static const struct sockaddr *csa(const struct net_addr *addr)
{
    return (const struct sockaddr *)(const void *)addr->raw;
}

void net_host_text(const struct net_addr *addr, char *text, size_t size)
{
    if (getnameinfo(csa(addr), addr->len, text, (socklen_t)size, NULL, 0,
                    NI_NUMERICHOST) != 0)
        snprintf(text, size, "?");
}

int net_port(const struct net_addr *addr)
{
    const struct sockaddr *any = csa(addr);

    if (any->sa_family == AF_INET6)
        return ntohs(
            ((const struct sockaddr_in6 *)(const void *)any)->sin6_port);
    return ntohs(((const struct sockaddr_in *)(const void *)any)->sin_port);
}

void net_tuple_text(const struct net_addr *addr, char text[NET_TUPLE_SIZE])
{
    char host[64];

    net_host_text(addr, host, sizeof host);
    snprintf(text, NET_TUPLE_SIZE, "('%s', %d)", host, net_port(addr));
}

static void describe(struct net_addr *addr)
{
    char host[INET6_ADDRSTRLEN + 20];
    int v6 = csa(addr)->sa_family == AF_INET6;

    net_host_text(addr, host, sizeof host);
    snprintf(addr->text, sizeof addr->text, v6 ? "[%.60s]:%d" : "%.60s:%d",
             host, net_port(addr));
}

/* 1 and the address when it is of IPv4, or one mapped into IPv6. */
static int get_v4(const struct net_addr *addr, uint32_t *v4)
{
    const void *any = addr->raw;
    const struct in6_addr *v6 = &((const struct sockaddr_in6 *)any)->sin6_addr;

    if (csa(addr)->sa_family == AF_INET)
        *v4 = ntohl(((const struct sockaddr_in *)any)->sin_addr.s_addr);
    else if (IN6_IS_ADDR_V4MAPPED(v6))
        *v4 = (uint32_t)v6->s6_addr[12] << 24 |
              (uint32_t)v6->s6_addr[13] << 16 | (uint32_t)v6->s6_addr[14] << 8 |
              v6->s6_addr[15];
    else
        return 0;
    return 1;
}

int net_is_loopback(const struct net_addr *addr)
{
    const void *any = addr->raw;
    uint32_t v4;

    if (get_v4(addr, &v4))
        return v4 >> 24 == 127;
    return IN6_IS_ADDR_LOOPBACK(&((const struct sockaddr_in6 *)any)->sin6_addr);
}

static const char *eai_name(int code)
{
    switch (code) {
    case EAI_AGAIN:
        return "EAI_AGAIN";
    case EAI_NONAME:
        return "EAI_NONAME";
    case EAI_NODATA:
        return "EAI_NODATA";
    case EAI_FAIL:
        return "EAI_FAIL";
    default:
        return "EAI_SYSTEM";
    }
}

static int resolve_err(struct err *err, const char *host, int code)
{
    err_set(err, ERR_TARGET, "resolve-failed", "cannot resolve: %s: %s (%s)",
            host, gai_strerror(code), eai_name(code));
    return err_hint(err, "%s",
                    code == EAI_AGAIN
                        ? "the name service did not answer; try again, or "
                          "give an address"
                        : "check the spelling of the name, or give an "
                          "address");
}

static void keep_addrs(const struct addrinfo *found, struct net_addrs *addrs)
{
    addrs->n = 0;
    for (; found && addrs->n < NET_MAX_ADDRS; found = found->ai_next) {
        struct net_addr *addr = &addrs->at[addrs->n++];

        memset(addr, 0, sizeof *addr);
        memcpy(addr->raw, found->ai_addr, found->ai_addrlen);
        addr->len = found->ai_addrlen;
        describe(addr);
    }
}

int net_resolve(const char *host, int port, struct net_addrs *addrs,
                struct err *err)
{
    struct addrinfo want = {.ai_socktype = SOCK_STREAM,
                            .ai_flags = AI_NUMERICSERV};
    struct addrinfo *found = NULL;
    char service[8];
    int code;

    if (!net_is_name(host)) {
        err_set(err, ERR_USAGE, "host-name", "bad host: \"%.80s\"", host);
        return err_hint(err, "a name or an address alone, fd00::1 for IPv6; "
                             "the port goes to --port");
    }
    snprintf(service, sizeof service, "%d", port);
    code = getaddrinfo(host, service, &want, &found);
    if (code != 0)
        return resolve_err(err, host, code);
    keep_addrs(found, addrs);
    freeaddrinfo(found);
    return 0;
}

static int local_addr(int fd, struct net_addr *addr)
{
    socklen_t len = sizeof addr->raw;

    memset(addr, 0, sizeof *addr);
    if (getsockname(fd, sa(addr), &len) < 0)
        return -1;
    addr->len = len;
    describe(addr);
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
    int fd = socket(csa(at)->sa_family, type | SOCK_CLOEXEC, 0), on = 1;
    int cause;

    if (fd >= 0 &&
        (type != SOCK_STREAM ||
         setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0) &&
        bind(fd, csa(at), at->len) == 0 &&
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
    struct sockaddr *any = sa(&at);
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

int net_connect_udp(const struct net_addr *to)
{
    int fd = socket(csa(to)->sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    int cause;

    if (fd < 0 || connect(fd, csa(to), to->len) == 0)
        return fd;
    cause = errno;
    close(fd);
    errno = cause;
    return -1;
}

static ssize_t recv_from(int fd, struct iovec part, int flags,
                         struct net_addr *from, int *truncated)
{
    socklen_t len = sizeof from->raw;
    ssize_t got = recvfrom(fd, part.iov_base, part.iov_len, flags | MSG_TRUNC,
                           sa(from), &len);

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
        sent = sendto(fd, bytes, n, MSG_NOSIGNAL, csa(to), to->len);
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

void net_set_buffers(int fd, int bytes)
{
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
    (void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
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
        fd = accept4(listener, sa(peer), &len, SOCK_CLOEXEC);
    } while (fd < 0 && died_in_queue(errno));
    if (fd < 0)
        return -1;
    peer->len = len;
    describe(peer);
    return fd;
}

/* The port is chosen at connect, when the peer is known. */
static int bind_loopback(int fd, const struct net_addr *to, unsigned n)
{
    struct sockaddr_in from = {.sin_family = AF_INET,
                               .sin_addr.s_addr = htonl(INADDR_LOOPBACK + n)};
    int on = 1;

    if (csa(to)->sa_family != AF_INET || !net_is_loopback(to)) {
        errno = EADDRNOTAVAIL;
        return -1;
    }
    if (setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on) < 0)
        return -1;
    return bind(fd, (const struct sockaddr *)(const void *)&from, sizeof from);
}

int net_connect_from(const struct net_addr *to, unsigned n)
{
    int type = SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK;
    int fd = socket(csa(to)->sa_family, type, 0);
    int cause;

    if (fd < 0)
        return -1;
    if ((n == 0 || bind_loopback(fd, to, n) == 0) &&
        (connect(fd, csa(to), to->len) == 0 || errno == EINPROGRESS))
        return fd;
    cause = errno;
    close(fd);
    errno = cause;
    return -1;
}

int net_connect_start(const struct net_addr *to)
{
    return net_connect_from(to, 0);
}

int net_connect_result(int fd)
{
    struct pollfd ready = {.fd = fd, .events = POLLOUT};
    int cause = 0;
    socklen_t len = sizeof cause;

    if (poll(&ready, 1, 0) <= 0)
        return EINPROGRESS;
    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &cause, &len) < 0)
        return errno;
    return cause;
}

static void wait_for(int fd, short what, int64_t left_ns)
{
    struct pollfd ready = {.fd = fd, .events = what};
    struct timespec left = {.tv_sec = (time_t)(left_ns / CLOCK_NS_PER_S),
                            .tv_nsec = (long)(left_ns % CLOCK_NS_PER_S)};

    (void)ppoll(&ready, 1, &left, NULL);
}

void net_wait_io(int fd, int64_t timeout_ns)
{
    wait_for(fd, POLLIN | POLLOUT, timeout_ns);
}

int net_connect(const struct net_addr *to, int64_t timeout_ns)
{
    int64_t deadline_ns = clock_now_ns() + timeout_ns;
    int fd = net_connect_start(to);
    int cause;

    if (fd < 0)
        return -1;
    while ((cause = net_connect_result(fd)) == EINPROGRESS) {
        int64_t left_ns = deadline_ns - clock_now_ns();

        if (left_ns <= 0) {
            cause = ETIMEDOUT;
            break;
        }
        wait_for(fd, POLLOUT, left_ns);
    }
    if (cause == 0 && net_set_blocking(fd, 1) == 0)
        return fd;
    cause = cause ? cause : errno;
    close(fd);
    errno = cause;
    return -1;
}

int net_connect_err(struct err *err, const struct net_addr *to, int sys_errno,
                    int64_t after_ns)
{
    char after[24];
    const char *id = "connect-failed";
    const char *hint = "check the address and the route to it";

    num_duration((double)after_ns, after, sizeof after);
    if (sys_errno == ECONNREFUSED) {
        id = "connect-refused";
        hint = "nothing listens there: start it with echo-server --port PORT, "
               "or check the port";
    } else if (sys_errno == ETIMEDOUT) {
        id = "connect-timeout";
        hint = "no answer at all: a firewall or a cloud security group that "
               "drops the port, or a wrong address";
    } else if (sys_errno == EHOSTUNREACH || sys_errno == ENETUNREACH) {
        id = "connect-unreachable";
    }
    err_set(err, ERR_TARGET, id, "cannot connect: %s: %s (%s) after %s",
            to->text, strerrordesc_np(sys_errno), err_name(sys_errno), after);
    err->sys_errno = sys_errno;
    return err_hint(err, "%s", hint);
}

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

/* ---- path MTU ---- */

enum { MTU_TRIES = 8, MTU_MAX_PROBE = 9000, IPV4_UDP = 28, IPV6_UDP = 48 };

static int known_mtu(int fd, int is_v6)
{
    int mtu = -1;
    socklen_t len = sizeof mtu;

    if (getsockopt(fd, is_v6 ? IPPROTO_IPV6 : IPPROTO_IP,
                   is_v6 ? IPV6_MTU : IP_MTU, &mtu, &len) < 0)
        return -1;
    return mtu;
}

static int forbid_cutting(int fd, int is_v6)
{
    int never = IP_PMTUDISC_DO;

    _Static_assert(IP_PMTUDISC_DO == IPV6_PMTUDISC_DO, "one for both");
    return setsockopt(fd, is_v6 ? IPPROTO_IPV6 : IPPROTO_IP,
                      is_v6 ? IPV6_MTU_DISCOVER : IP_MTU_DISCOVER, &never,
                      sizeof never);
}

/* One datagram: 0 when it was answered, else the errno: EMSGSIZE, EAGAIN. */
static int probe_mtu(int fd, size_t n, int64_t timeout_ns)
{
    char bytes[MTU_MAX_PROBE] = {0};

    if (send(fd, bytes, n, MSG_NOSIGNAL) < 0)
        return errno;
    wait_for(fd, POLLIN, timeout_ns);
    if (recv(fd, bytes, sizeof bytes, MSG_DONTWAIT) >= 0 ||
        errno == ECONNREFUSED)
        return 0;
    return errno;
}

int net_path_mtu(const struct net_addr *to, int64_t timeout_ns, int *proved)
{
    int is_v6 = csa(to)->sa_family == AF_INET6, header;
    int fd = net_connect_udp(to), cause = EMSGSIZE, mtu = -1;

    *proved = 0;
    header = is_v6 ? IPV6_UDP : IPV4_UDP;
    if (fd >= 0 && forbid_cutting(fd, is_v6) == 0)
        mtu = known_mtu(fd, is_v6);
    for (int i = 0; i < MTU_TRIES && cause == EMSGSIZE && mtu > header; i++) {
        int most = mtu - header < MTU_MAX_PROBE ? mtu - header : MTU_MAX_PROBE;

        cause = probe_mtu(fd, (size_t)most, timeout_ns);
        *proved = cause == 0 && most == mtu - header;
        mtu = known_mtu(fd, is_v6);
    }
    if (fd >= 0)
        close(fd);
    return mtu;
}

int net_loopback_pair(int fds[2], struct err *err)
{
    struct net_addr at = {0}, peer;
    int listener = net_listen("127.0.0.1", 0, 1, &at, err);

    if (listener < 0)
        return -1;
    fds[0] = net_connect(&at, CLOCK_NS_PER_S);
    fds[1] = fds[0] < 0 ? -1 : net_accept(listener, &peer);
    close(listener);
    if (fds[1] >= 0 && net_set_nodelay(fds[0]) == 0 &&
        net_set_nodelay(fds[1]) == 0)
        return 0;
    err_sys(err, ERR_RESOURCE, "loopback-failed", "cannot use loopback");
    if (fds[0] >= 0)
        close(fds[0]);
    if (fds[1] >= 0)
        close(fds[1]);
    return -1;
}

static int connect_back(int fd, int to)
{
    struct net_addr at = {0};
    socklen_t len = sizeof at.raw;

    return getsockname(to, sa(&at), &len) < 0 ? -1 : connect(fd, sa(&at), len);
}

int net_loopback_pair_udp(int fds[2], struct err *err)
{
    struct net_addr at = {0};

    fds[1] = net_bind_udp("127.0.0.1", 0, &at, err);
    if (fds[1] < 0)
        return -1;
    fds[0] = net_connect_udp(&at);
    if (fds[0] >= 0 && connect_back(fds[1], fds[0]) == 0)
        return 0;
    err_sys(err, ERR_RESOURCE, "loopback-failed", "cannot use loopback");
    if (fds[0] >= 0)
        close(fds[0]);
    close(fds[1]);
    return -1;
}
