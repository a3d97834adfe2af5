#define _GNU_SOURCE
#include "lib/net.h"

#include "lib/net_shared.h"
#include "lib/num.h"

#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

/* ---- names and texts ---- */

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

void net_host_text(const struct net_addr *addr, char *text, size_t size)
{
    if (getnameinfo(net_csa(addr), addr->len, text, (socklen_t)size, NULL, 0,
                    NI_NUMERICHOST) != 0)
        snprintf(text, size, "?");
}

int net_port(const struct net_addr *addr)
{
    const struct sockaddr *any = net_csa(addr);

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

void net_describe(struct net_addr *addr)
{
    char host[INET6_ADDRSTRLEN + 20];
    int v6 = net_csa(addr)->sa_family == AF_INET6;

    net_host_text(addr, host, sizeof host);
    snprintf(addr->text, sizeof addr->text, v6 ? "[%.60s]:%d" : "%.60s:%d",
             host, net_port(addr));
}

/* ---- which machine ---- */

/* 1 and the address when it is of IPv4, or one mapped into IPv6. */
static int get_v4(const struct net_addr *addr, uint32_t *v4)
{
    const void *any = addr->raw;
    const struct in6_addr *v6 = &((const struct sockaddr_in6 *)any)->sin6_addr;

    if (net_csa(addr)->sa_family == AF_INET)
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

/* ---- looking up ---- */

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
        net_describe(addr);
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
