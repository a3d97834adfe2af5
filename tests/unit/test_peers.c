#include "lib/err.h"
#include "servers/peers.h"
#include "tests/unit/check.h"

static struct net_addr address(const char *host, int port)
{
    struct net_addrs addrs = {0};
    struct err err = {0};

    (void)net_resolve(host, port, &addrs, &err);
    return addrs.at[0];
}

static void everybody_is_found_again(void)
{
    static struct peers peers = {.max = 5000, .max_per_source = 5000};
    struct net_addr addr;

    for (int port = 2000; port < 5000; port++) {
        addr = address("127.0.0.1", port);
        CHECK(peers_find(&peers, &addr) == NULL);
        CHECK_INT(peers_add(&peers, &addr, port)->number, port - 2000);
    }
    for (int port = 2000; port < 5000; port += 7) {
        addr = address("127.0.0.1", port);
        CHECK_INT(peers_find(&peers, &addr)->number, port - 2000);
        peers_drop(&peers, peers_find(&peers, &addr));
        CHECK(peers_find(&peers, &addr) == NULL);
    }
    addr = address("127.0.0.2", 2001);
    CHECK(peers_find(&peers, &addr) == NULL);
    addr = address("::1", 2001);
    CHECK(peers_find(&peers, &addr) == NULL);
    peers_release(&peers);
    CHECK(peers.n == 0 && peers.oldest == NULL && peers.newest == NULL);
}

static void limits_hold(void)
{
    static struct peers peers = {.max = 3, .max_per_source = 2};
    struct net_addr addr = address("192.0.2.1", 2000);

    CHECK_INT(peers_judge(&peers, &addr), REFUSED_NOT);
    peers_add(&peers, &addr, 0);
    addr = address("192.0.2.1", 2001);
    CHECK_INT(peers_judge(&peers, &addr), REFUSED_NOT);
    peers_add(&peers, &addr, 0);
    addr = address("192.0.2.1", 2002);
    CHECK_INT(peers_judge(&peers, &addr), REFUSED_PER_SOURCE);
    addr = address("192.0.2.2", 2002);
    CHECK_INT(peers_judge(&peers, &addr), REFUSED_NOT);
    peers_add(&peers, &addr, 0);
    addr = address("192.0.2.3", 2002);
    CHECK_INT(peers_judge(&peers, &addr), REFUSED_FULL);
    peers_release(&peers);
    CHECK_INT(peers_judge(&peers, &addr), REFUSED_NOT);
}

/* Whoever has one address of IPv6 has 2^64 of them. */
static void addresses_of_one_64_are_one_source(void)
{
    static struct peers peers = {.max = 5, .max_per_source = 2};
    const char *hosts[] = {"2001:db8::1", "2001:db8::2:0:0:7"};
    struct net_addr addr;

    for (int i = 0; i < 2; i++) {
        addr = address(hosts[i], 2000);
        CHECK_INT(peers_judge(&peers, &addr), REFUSED_NOT);
        peers_add(&peers, &addr, 0);
        CHECK(peers_find(&peers, &addr) != NULL);
    }
    addr = address("2001:db8::3", 2000);
    CHECK(peers_find(&peers, &addr) == NULL);
    CHECK_INT(peers_judge(&peers, &addr), REFUSED_PER_SOURCE);
    addr = address("2001:db8:0:1::1", 2000);
    CHECK_INT(peers_judge(&peers, &addr), REFUSED_NOT);
    peers_release(&peers);
}

static void the_silent_fall_out_but_not_with_something_on_the_path(void)
{
    static struct peers peers = {.max = 10, .max_per_source = 10};
    struct net_addr addr[4];
    struct peer *peer[4];

    for (int i = 0; i < 4; i++) {
        addr[i] = address("127.0.0.1", 3000 + i);
        peer[i] = peers_add(&peers, &addr[i], i);
    }
    peer[1]->on_path = 1;
    peers_touch(&peers, peer[0], 10);
    peers_expire(&peers, 3, 20);
    CHECK(peers_find(&peers, &addr[0]) == peer[0]);
    CHECK(peers_find(&peers, &addr[1]) == peer[1]);
    CHECK(peers_find(&peers, &addr[2]) == NULL);
    CHECK(peers_find(&peers, &addr[3]) == peer[3]);
    CHECK_INT(peers.n, 3);
    CHECK(peers.oldest == peer[3] && peers.newest == peer[1]);
    CHECK_INT(peer[1]->heard_ns, 20);
    peer[1]->on_path = 0;
    peers_expire(&peers, 100, 100);
    CHECK_INT(peers.n, 0);
    CHECK(peers_find(&peers, &addr[1]) == NULL);
}

int main(void)
{
    everybody_is_found_again();
    limits_hold();
    addresses_of_one_64_are_one_source();
    the_silent_fall_out_but_not_with_something_on_the_path();
    return check_done();
}
