#define _GNU_SOURCE
#include "lib/net.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

/*
 * <netinet/tcp.h> of glibc ends before tcpi_min_rtt; the kernel's layout is
 * stable, so the tail is read at its offset (linux/tcp.h, since 4.6).
 */
enum { MIN_RTT_OFFSET = 148 };

/* The kernel says 0, or for the minimum all ones, before its first sample. */
static int64_t sample_us(uint32_t kernel_us)
{
    return kernel_us == 0 || kernel_us == UINT32_MAX ? NET_NONE
                                                     : (int64_t)kernel_us;
}

int net_tcp_info(int fd, struct net_tcp_info *info)
{
    union {
        struct tcp_info known;
        unsigned char raw[256];
    } kernel = {.raw = {0}};
    socklen_t len = sizeof kernel.raw;
    uint32_t min_rtt_us;

    if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &kernel, &len) < 0)
        return -1;
    memcpy(&min_rtt_us, kernel.raw + MIN_RTT_OFFSET, sizeof min_rtt_us);
    info->retransmits = kernel.known.tcpi_total_retrans;
    info->rtt_us = sample_us(kernel.known.tcpi_rtt);
    info->rcv_rtt_us = sample_us(kernel.known.tcpi_rcv_rtt);
    info->min_rtt_us = len >= MIN_RTT_OFFSET + 4 ? sample_us(min_rtt_us)
                                                 : NET_NONE;
    info->mss_bytes = kernel.known.tcpi_snd_mss;
    return 0;
}

/* An option that is a number; -1 when it is not told. */
static int told(int fd, int level, int option)
{
    int value = -1;
    socklen_t len = sizeof value;

    return getsockopt(fd, level, option, &value, &len) < 0 ? -1 : value;
}

void net_told(int fd, struct net_told *out)
{
    socklen_t len = sizeof out->congestion - 1;

    memset(out, 0, sizeof *out);
    out->mtu = told(fd, SOL_SOCKET, SO_DOMAIN) == AF_INET6
                   ? told(fd, IPPROTO_IPV6, IPV6_MTU)
                   : told(fd, IPPROTO_IP, IP_MTU);
    out->nodelay = -1;
    if (told(fd, SOL_SOCKET, SO_PROTOCOL) != IPPROTO_TCP)
        return;
    out->nodelay = told(fd, IPPROTO_TCP, TCP_NODELAY);
    if (getsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, out->congestion, &len) < 0)
        out->congestion[0] = '\0';
}
