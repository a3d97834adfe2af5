#include "lib/net.h"

#include "lib/clock.h"
#include "lib/net_shared.h"

#include <sys/socket.h>
#include <unistd.h>

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

    return getsockname(to, net_sa(&at), &len) < 0
               ? -1
               : connect(fd, net_sa(&at), len);
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
