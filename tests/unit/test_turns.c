#include "servers/turns.h"
#include "tests/unit/check.h"

enum { CROWD = 1000 };

static struct turns turns;
static struct session crowd[CROWD], other[3];

static void come_from(struct session *session, uint32_t host)
{
    *session = (struct session){.host = host};
    turns_join(&turns, session);
}

static void all_come(void)
{
    turns = (struct turns){0};
    for (int i = 0; i < CROWD; i++)
        come_from(&crowd[i], 1);
    for (int i = 0; i < 3; i++)
        come_from(&other[i], 2);
}

static void one_host_is_served_in_order(void)
{
    turns = (struct turns){0};
    for (int i = 0; i < 3; i++)
        come_from(&other[i], 2);
    CHECK(turns_next(&turns, 0) == NULL);
    for (int i = 0; i < 3; i++) {
        turns_ask(&turns, &other[i]);
        turns_ask(&turns, &other[i]); /* that changes nothing */
    }
    CHECK_INT(turns_at_once(&turns, 0), 3);
    for (int i = 0; i < 3; i++)
        CHECK(turns_next(&turns, 0) == &other[i]);
    CHECK(turns_next(&turns, 0) == NULL);
}

static void one_host_pauses_alone(void)
{
    all_come();
    CHECK(turns_wait_ns(&turns, 0) == INT64_MAX);
    turns_ask(&turns, &crowd[0]);
    turns_pause(&turns, &crowd[1], 100);
    CHECK_INT(turns_wait_ns(&turns, 30), 70);
    CHECK(turns_next(&turns, 99) == NULL);
    turns_ask(&turns, &other[0]);
    CHECK_INT(turns_wait_ns(&turns, 30), 0);
    CHECK(turns_next(&turns, 99) == &other[0]);
    CHECK(turns_next(&turns, 99) == NULL);
    CHECK(turns_next(&turns, 100) == &crowd[0]);
}

static void who_comes_from_elsewhere_waits_for_one(void)
{
    all_come();
    for (int i = 0; i < CROWD; i++)
        turns_ask(&turns, &crowd[i]);
    CHECK_INT(turns_at_once(&turns, 0), 1);
    CHECK(turns_next(&turns, 0) == &crowd[0]);
    for (int i = 0; i < 100; i++) {
        turns_ask(&turns, &other[i % 3]);
        CHECK(turns_next(&turns, 0) == &crowd[i + 1]);
        turns_ask(&turns, &crowd[i + 1]);
        CHECK(turns_next(&turns, 0) == &other[i % 3]);
    }
}

static void each_host_that_asks_has_one_turn_at_once(void)
{
    struct session third;

    all_come();
    come_from(&third, 3);
    CHECK_INT(turns_at_once(&turns, 0), 0);
    for (int i = 0; i < CROWD; i++)
        turns_ask(&turns, &crowd[i]);
    turns_ask(&turns, &other[0]);
    turns_ask(&turns, &other[1]);
    turns_ask(&turns, &third);
    CHECK_INT(turns_at_once(&turns, 0), 3);
    turns_pause(&turns, &other[0], 100);
    CHECK_INT(turns_at_once(&turns, 99), 2);
    CHECK_INT(turns_at_once(&turns, 100), 3);
    CHECK(turns_next(&turns, 99) == &crowd[0]);
    CHECK(turns_next(&turns, 99) == &third);
    CHECK_INT(turns_at_once(&turns, 99), 1);
}

static void who_has_gone_has_no_turn(void)
{
    all_come();
    turns_ask(&turns, &crowd[0]);
    for (int i = 0; i < 3; i++)
        turns_ask(&turns, &other[i]);
    turns_leave(&turns, &crowd[0]);
    turns_leave(&turns, &other[1]);
    CHECK(turns_next(&turns, 0) == &other[0]);
    turns_leave(&turns, &other[0]);
    CHECK(turns_next(&turns, 0) == &other[2]);
    CHECK(turns_next(&turns, 0) == NULL);
    turns_leave(&turns, &other[2]);
    turns_ask(&turns, &crowd[1]);
    turns_ask(&turns, &crowd[2]);
    CHECK_INT(turns_at_once(&turns, 0), 2); /* they are among themselves */
}

static uint32_t row(const struct serve *serve, const char *host)
{
    struct net_addrs addrs = {0};
    struct err err = {0};

    if (net_resolve(host, 1, &addrs, &err) < 0)
        return TURNS_HOSTS;
    return serve_host(serve, &addrs.at[0]) % TURNS_HOSTS;
}

/* All that other servers' secrets make of one pair: not one row for ever. */
static void a_row_cannot_be_chosen(void)
{
    enum { SERVERS = 64 };
    int moved = 0, shared = 0;
    uint32_t first = 0;

    for (int i = 0; i < SERVERS; i++) {
        const struct serve serve = {.secret = {{(unsigned char)i}}};
        uint32_t one = row(&serve, "192.0.2.7");

        first = i ? first : one;
        moved += one != first;
        shared += one == row(&serve, "198.51.100.9");
        CHECK(one < TURNS_HOSTS);
        CHECK(one != row(&serve, "192.0.2.8"));
        CHECK(one == row(&serve, "::ffff:192.0.2.7"));
        CHECK(row(&serve, "2001:db8::1") == row(&serve, "2001:db8::2:0:0:7"));
        CHECK(row(&serve, "2001:db8::1") != row(&serve, "2001:db8:0:1::1"));
    }
    CHECK(moved > SERVERS / 2);
    CHECK(shared < SERVERS / 2);
}

static void each_server_has_a_secret(void)
{
    struct key one = {{0}}, two = {{0}};

    key_draw(&one);
    key_draw(&two);
    CHECK(memcmp(&one, &two, sizeof one) != 0);
}

int main(void)
{
    a_row_cannot_be_chosen();
    each_server_has_a_secret();
    one_host_is_served_in_order();
    who_comes_from_elsewhere_waits_for_one();
    one_host_pauses_alone();
    each_host_that_asks_has_one_turn_at_once();
    who_has_gone_has_no_turn();
    return check_done();
}
