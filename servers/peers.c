#include "servers/peers.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* FNV-1a.  Who makes collisions makes no more of them than the limit. */
static size_t bucket_of(const struct net_addr *addr)
{
    uint32_t hash = 2166136261U;

    for (unsigned i = 0; i < addr->len; i++)
        hash = (hash ^ addr->raw[i]) * 16777619U;
    return hash % PEERS_BUCKETS;
}

static int is_same(const struct net_addr *a, const struct net_addr *b)
{
    return a->len == b->len && memcmp(a->raw, b->raw, a->len) == 0;
}

struct peer *peers_find(const struct peers *peers, const struct net_addr *addr)
{
    struct peer *peer = peers->bucket[bucket_of(addr)];

    while (peer && !is_same(&peer->addr, addr))
        peer = peer->chain;
    return peer;
}

static int64_t from_source(const struct peers *peers,
                           const struct net_addr *addr)
{
    int64_t n = 0;

    for (const struct peer *peer = peers->oldest; peer; peer = peer->newer)
        n += net_is_same_host(&peer->addr, addr);
    return n;
}

enum refusal peers_judge(const struct peers *peers, const struct net_addr *addr)
{
    if (peers->n >= peers->max)
        return REFUSED_FULL;
    return from_source(peers, addr) < peers->max_per_source
               ? REFUSED_NOT
               : REFUSED_PER_SOURCE;
}

/* ---- the list by age ---- */

static void append(struct peers *peers, struct peer *peer)
{
    peer->older = peers->newest;
    peer->newer = NULL;
    if (peers->newest)
        peers->newest->newer = peer;
    else
        peers->oldest = peer;
    peers->newest = peer;
}

static void unlink_peer(struct peers *peers, struct peer *peer)
{
    if (peer->older)
        peer->older->newer = peer->newer;
    else
        peers->oldest = peer->newer;
    if (peer->newer)
        peer->newer->older = peer->older;
    else
        peers->newest = peer->older;
}

void peers_touch(struct peers *peers, struct peer *peer, int64_t now_ns)
{
    peer->heard_ns = now_ns;
    if (peers->newest == peer)
        return;
    unlink_peer(peers, peer);
    append(peers, peer);
}

/* ---- coming and going ---- */

struct peer *peers_add(struct peers *peers, const struct net_addr *addr,
                       int64_t now_ns)
{
    struct peer *peer = calloc(1, sizeof *peer);
    struct peer **bucket = &peers->bucket[bucket_of(addr)];

    if (!peer)
        return NULL;
    peer->addr = *addr;
    peer->fd = -1;
    peer->number = peers->came++;
    peer->heard_ns = now_ns;
    peer->chain = *bucket;
    *bucket = peer;
    append(peers, peer);
    peers->n++;
    return peer;
}

void peers_drop(struct peers *peers, struct peer *peer)
{
    struct peer **link = &peers->bucket[bucket_of(&peer->addr)];

    while (*link != peer)
        link = &(*link)->chain;
    *link = peer->chain;
    unlink_peer(peers, peer);
    peers->n--;
    if (peer->fd >= 0) {
        int64_t drops = net_socket_drops(peer->fd);

        peers->local_drops += drops > 0 ? drops : 0;
        close(peer->fd);
    }
    free(peer);
}

void peers_expire(struct peers *peers, int64_t before_ns, int64_t now_ns)
{
    struct peer *next;

    for (struct peer *peer = peers->oldest; peer && peer->heard_ns < before_ns;
         peer = next) {
        next = peer->newer;
        if (peer->on_path)
            peers_touch(peers, peer, now_ns);
        else
            peers_drop(peers, peer);
    }
}

void peers_release(struct peers *peers)
{
    struct peer *next;

    for (struct peer *peer = peers->oldest; peer; peer = next) {
        next = peer->newer;
        peers_drop(peers, peer);
    }
}
