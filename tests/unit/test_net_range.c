#include "lib/net.h"
#include "tests/unit/check.h"

static int has(const char *text, const char *host)
{
    struct net_range range;
    struct net_addrs addrs = {0};
    struct err err = {0};

    CHECK_INT(net_range_parse(&range, text), 0);
    CHECK_INT(net_resolve(host, 1, &addrs, &err), 0);
    return net_range_has(&range, &addrs.at[0]);
}

static void an_address_is_a_range_of_one(void)
{
    CHECK(has("192.0.2.7", "192.0.2.7"));
    CHECK(!has("192.0.2.7", "192.0.2.6"));
    CHECK(has("fd00::7", "fd00:0::7"));
    CHECK(!has("fd00::7", "fd00::8"));
    CHECK(!has("192.0.2.7", "fd00::7"));
}

static void bits_behind_the_prefix_do_not_count(void)
{
    CHECK(has("192.0.2.7/24", "192.0.2.255"));
    CHECK(!has("192.0.2.7/24", "192.0.3.7"));
    CHECK(has("192.0.2.128/25", "192.0.2.130"));
    CHECK(!has("192.0.2.128/25", "192.0.2.127"));
    CHECK(has("192.0.2.6/31", "192.0.2.7"));
    CHECK(!has("192.0.2.6/31", "192.0.2.8"));
    CHECK(has("fd00::/7", "fc12::1"));
    CHECK(!has("fd00::/8", "fc12::1"));
    CHECK(!has("fd00::/127", "fd00::2"));
}

static void all_of_one_family(void)
{
    CHECK(has("0.0.0.0/0", "255.255.255.255"));
    CHECK(!has("0.0.0.0/0", "fd00::1"));
    CHECK(has("::/0", "fd00::1"));
}

/* Mapped into IPv6 an address of IPv4 begins with 80 bits of 0. */
static void a_range_of_one_family_has_none_of_the_other(void)
{
    static const char *const v6[] = {"::/0",      "::/64",         "::1/64",
                                     "::/80",     "::fffe:0:0/95", "::/1",
                                     "::1.2.3.4", "::1.2.3.4/80"};

    for (size_t i = 0; i < sizeof v6 / sizeof *v6; i++) {
        CHECK(!has(v6[i], "203.0.113.9"));
        CHECK(!has(v6[i], "::ffff:203.0.113.9"));
    }
    CHECK(has("::ffff:0:0/96", "203.0.113.9"));
    CHECK(!has("::ffff:0:0/96", "::203.0.113.9"));
    CHECK(has("::1/64", "::2"));
}

/* As a socket of IPv6 sees one of IPv4. */
static void an_address_mapped_into_the_other_family(void)
{
    CHECK(has("192.0.2.0/24", "::ffff:192.0.2.7"));
    CHECK(has("::ffff:192.0.2.0/120", "192.0.2.7"));
    CHECK(!has("192.0.2.0/24", "::ffff:192.0.3.7"));
}

static int are_one_host(const char *one, const char *two)
{
    struct net_addrs a = {0}, b = {0};
    struct err err = {0};

    CHECK_INT(net_resolve(one, 1, &a, &err), 0);
    CHECK_INT(net_resolve(two, 2, &b, &err), 0);
    return net_is_same_host(&a.at[0], &b.at[0]);
}

static void a_host_has_one_address_or_one_64(void)
{
    CHECK(are_one_host("192.0.2.7", "192.0.2.7"));
    CHECK(are_one_host("192.0.2.7", "::ffff:192.0.2.7"));
    CHECK(!are_one_host("192.0.2.7", "192.0.2.8"));
    CHECK(!are_one_host("::ffff:192.0.2.7", "::ffff:192.0.2.8"));
    CHECK(are_one_host("2001:db8::1", "2001:db8::2:0:0:7"));
    CHECK(!are_one_host("2001:db8::1", "2001:db8:0:1::1"));
    CHECK(!are_one_host("::1", "0.0.0.0"));
}

static void nothing_else_is_one(void)
{
    static const char *const wrong[] = {
        "",
        "any",
        "192.0.2",
        "192.0.2.7/",
        "1.2.3.4/33",
        "1.2.3.4/-1",
        "1.2.3.4/8/8",
        "1.2.3.4/ 8",
        "fd00::/129",
        "localhost",
        "fd00::1%lo",
        " 1.2.3.4",
        "1.2.3.4 ",
        "1.2.3.4/0x10",
        "256.0.0.1/24",
        "/24",
        "::ffff:192.0.2.0/24",
        "::ffff:0:0/95",
        "::ffff:192.0.2.0/0",
    };
    struct net_range range;

    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        CHECK_INT(net_range_parse(&range, wrong[i]), -1);
}

int main(void)
{
    an_address_is_a_range_of_one();
    bits_behind_the_prefix_do_not_count();
    all_of_one_family();
    a_range_of_one_family_has_none_of_the_other();
    an_address_mapped_into_the_other_family();
    a_host_has_one_address_or_one_64();
    nothing_else_is_one();
    return check_done();
}
