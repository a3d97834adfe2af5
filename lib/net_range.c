#include "lib/net.h"

#include "lib/num.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

enum { V4_AT = 12, BYTE = 8 };

/* One of IPv4 is mapped into IPv6, so that all can be compared. */
static const unsigned char mapped[V4_AT] = {[V4_AT - 2] = 0xff, 0xff};

static void map_v4(const void *v4, unsigned char bytes[NET_RANGE_BYTES])
{
    memcpy(bytes, mapped, V4_AT);
    memcpy(bytes + V4_AT, v4, NET_RANGE_BYTES - V4_AT);
}

static int is_v4(const unsigned char bytes[NET_RANGE_BYTES])
{
    return memcmp(bytes, mapped, V4_AT) == 0;
}

static void take_bytes(const struct net_addr *addr,
                       unsigned char bytes[NET_RANGE_BYTES])
{
    const void *any = addr->raw;
    const struct sockaddr_in *v4 = any;
    const struct sockaddr_in6 *v6 = any;

    if (v4->sin_family == AF_INET)
        map_v4(&v4->sin_addr, bytes);
    else
        memcpy(bytes, &v6->sin6_addr, NET_RANGE_BYTES);
}

static int are_alike(const unsigned char *a, const unsigned char *b, int bits)
{
    int whole = bits / BYTE, rest = bits % BYTE;

    return memcmp(a, b, (size_t)whole) == 0 &&
           (rest == 0 || (a[whole] ^ b[whole]) >> (BYTE - rest) == 0);
}

size_t net_host_bytes(const struct net_addr *addr,
                      unsigned char bytes[NET_RANGE_BYTES])
{
    take_bytes(addr, bytes);
    return is_v4(bytes) ? NET_RANGE_BYTES : NET_RANGE_BYTES / 2;
}

int net_is_same_host(const struct net_addr *a, const struct net_addr *b)
{
    unsigned char one[NET_RANGE_BYTES], two[NET_RANGE_BYTES];
    size_t n = net_host_bytes(a, one);

    return n == net_host_bytes(b, two) && memcmp(one, two, n) == 0;
}

/* The number behind the slash at `at`, or all when there is none. */
static int take_bits(const char *at, int most, int *bits)
{
    int64_t n = most;

    if (*at && num_parse_int(at + 1, 0, most, &n) < 0)
        return -1;
    *bits = (int)n + NET_RANGE_BYTES * BYTE - most;
    return 0;
}

int net_range_parse(struct net_range *range, const char *text)
{
    size_t n = strcspn(text, "/");
    char address[INET6_ADDRSTRLEN + 1];
    struct in_addr v4;
    int most = NET_RANGE_BYTES * BYTE;

    if (n >= sizeof address || strlen(text) >= sizeof range->text)
        return -1;
    memcpy(address, text, n);
    address[n] = '\0';
    if (inet_pton(AF_INET, address, &v4) == 1) {
        map_v4(&v4, range->bytes);
        most = (int)sizeof v4 * BYTE;
    } else if (inet_pton(AF_INET6, address, range->bytes) != 1)
        return -1;
    memcpy(range->text, text, strlen(text) + 1);
    if (take_bits(text + n, most, &range->bits) < 0)
        return -1;
    /* Fewer bits of a mapped one would begin like other families' too. */
    return is_v4(range->bytes) && range->bits < V4_AT * BYTE ? -1 : 0;
}

int net_range_has(const struct net_range *range, const struct net_addr *addr)
{
    unsigned char bytes[NET_RANGE_BYTES];

    take_bytes(addr, bytes);
    return is_v4(bytes) == is_v4(range->bytes) &&
           are_alike(range->bytes, bytes, range->bits);
}
