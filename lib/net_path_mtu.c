#include "lib/net.h"

#include "lib/net_shared.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

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
    net_wait_for(fd, POLLIN, timeout_ns);
    if (recv(fd, bytes, sizeof bytes, MSG_DONTWAIT) >= 0 ||
        errno == ECONNREFUSED)
        return 0;
    return errno;
}

int net_path_mtu(const struct net_addr *to, int64_t timeout_ns, int *proved)
{
    int is_v6 = net_csa(to)->sa_family == AF_INET6, header;
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
