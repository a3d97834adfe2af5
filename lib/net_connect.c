#define _GNU_SOURCE
#include "lib/net.h"

#include "lib/clock.h"
#include "lib/net_shared.h"
#include "lib/num.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int net_connect_udp(const struct net_addr *to)
{
    int fd = socket(net_csa(to)->sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    int cause;

    if (fd < 0 || connect(fd, net_csa(to), to->len) == 0)
        return fd;
    cause = errno;
    close(fd);
    errno = cause;
    return -1;
}

/* The port is chosen at connect, when the peer is known. */
static int bind_loopback(int fd, const struct net_addr *to, unsigned n)
{
    struct sockaddr_in from = {.sin_family = AF_INET,
                               .sin_addr.s_addr = htonl(INADDR_LOOPBACK + n)};
    int on = 1;

    if (net_csa(to)->sa_family != AF_INET || !net_is_loopback(to)) {
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
    int fd = socket(net_csa(to)->sa_family, type, 0);
    int cause;

    if (fd < 0)
        return -1;
    if ((n == 0 || bind_loopback(fd, to, n) == 0) &&
        (connect(fd, net_csa(to), to->len) == 0 || errno == EINPROGRESS))
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
        net_wait_for(fd, POLLOUT, left_ns);
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
