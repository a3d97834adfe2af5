#include "lib/rng.h"
#include "servers/gate.h"
#include "tests/unit/check.h"

static struct net_addr address(const char *host, int port)
{
    struct net_addrs addrs = {0};
    struct err err = {0};

    (void)net_resolve(host, port, &addrs, &err);
    return addrs.at[0];
}

/* A message of ours with 12 bytes behind its header. */
static size_t make(char kind, char bytes[60])
{
    struct msg_stamp stamp;

    msg_stamp_init(&stamp, kind, 0xaa, 7);
    msg_stamp_seq(&stamp, 9);
    msg_fill(bytes, 60, &stamp, 9);
    return 60;
}

static enum gate_kind judge(struct gate *gate, const char *bytes, size_t n)
{
    struct net_addr from = address("127.0.0.1", 40000);
    struct msg_header header = {0};

    return gate_judge(gate, bytes, n, &from, &header);
}

static void questions_and_hellos_pass_and_nothing_else_of_ours(void)
{
    struct net_addr here = address("127.0.0.1", 2333);
    struct gate gate = {.bound = &here};
    struct net_addr from = address("127.0.0.1", 40000);
    struct msg_header header = {0};
    char bytes[60];

    make('Q', bytes);
    CHECK_INT(gate_judge(&gate, bytes, 60, &from, &header), GATE_QUESTION);
    CHECK(header.conn == 7 && header.seq == 9 && header.run_id == 0xaa);
    CHECK_INT(judge(&gate, bytes, 48), GATE_QUESTION);
    CHECK_INT(judge(&gate, bytes, 47), GATE_REFUSED);
    bytes[MSG_KIND_AT] = 'R'; /* as our server answers */
    CHECK_INT(judge(&gate, bytes, 60), GATE_REFUSED);
    make('H', bytes);
    CHECK_INT(judge(&gate, bytes, 60), GATE_HELLO);
    for (const char *kind = "RWXqh0"; *kind; kind++) {
        make(*kind, bytes);
        CHECK_INT(judge(&gate, bytes, 60), GATE_REFUSED);
    }
}

static void strangers_pass_on_loopback_or_where_asked_for(void)
{
    struct net_addr here = address("127.0.0.1", 2333);
    struct net_addr there = address("192.0.2.1", 2333);
    struct net_addr any = address("::", 2333);

    CHECK_INT(judge(&(struct gate){.bound = &here}, "hello", 5), GATE_PLAIN);
    CHECK_INT(judge(&(struct gate){.bound = &here}, "", 0), GATE_REFUSED);
    CHECK_INT(judge(&(struct gate){.bound = &here}, "EL1", 3), GATE_REFUSED);
    CHECK_INT(judge(&(struct gate){.bound = &here}, "EL", 2), GATE_PLAIN);
    CHECK_INT(judge(&(struct gate){.bound = &there}, "hello", 5), GATE_REFUSED);
    CHECK_INT(judge(&(struct gate){.bound = &any}, "hello", 5), GATE_REFUSED);
    CHECK_INT(judge(&(struct gate){.bound = &there, .plain = 1}, "hello", 5),
              GATE_PLAIN);
    CHECK_INT(judge(&(struct gate){.bound = &there, .plain = 1}, "EL1R", 4),
              GATE_REFUSED);
}

static void ports_that_would_answer_back_are_refused(void)
{
    static const struct {
        int port;
        enum gate_kind kind;
    } table[] = {{7, GATE_REFUSED},    {19, GATE_REFUSED},
                 {1023, GATE_REFUSED}, {1024, GATE_QUESTION},
                 {2333, GATE_REFUSED}, {2334, GATE_QUESTION}};
    struct net_addr here = address("127.0.0.1", 2333);
    struct gate gate = {.bound = &here, .plain = 1};
    struct msg_header header = {0};
    char bytes[60];

    make('Q', bytes);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct net_addr from = address("127.0.0.9", table[i].port);

        CHECK_INT(gate_judge(&gate, bytes, 60, &from, &header), table[i].kind);
    }
}

/* A changed byte of the header makes it no question, whichever it is. */
static void damage_is_refused(void)
{
    struct net_addr there = address("192.0.2.1", 2333);
    struct gate gate = {.bound = &there};
    char bytes[60];

    for (uint64_t i = 0; i < 2000; i++) {
        size_t at = rng_bits(3, 1, i) % MSG_HEADER_BYTES;
        char flip = (char)(1 + rng_bits(3, 2, i) % 255);

        make('Q', bytes);
        bytes[at] = (char)(bytes[at] ^ flip);
        CHECK_INT(judge(&gate, bytes, 60), GATE_REFUSED);
    }
}

/* A keyed message of that kind and number; its length. */
static size_t sign(struct guard *guard, char kind, uint64_t seq,
                   char bytes[KEY_MESSAGE_BYTES])
{
    struct msg_header header = {
        .kind = kind, .run_id = 0xaa, .conn = 7, .seq = seq};

    key_message(&guard->key, kind, &header, bytes);
    return KEY_MESSAGE_BYTES;
}

static void with_a_key_only_new_proofs_pass(void)
{
    static struct guard guard = {.has_key = 1};
    struct net_addr here = address("127.0.0.1", 2333);
    struct gate gate = {.bound = &here, .plain = 1, .guard = &guard};
    char bytes[KEY_MESSAGE_BYTES];

    replay_init(&guard.replay);
    sign(&guard, 'Q', 1, bytes);
    CHECK_INT(judge(&gate, bytes, KEY_MESSAGE_BYTES - 1), GATE_REFUSED);
    CHECK_INT(judge(&gate, bytes, sizeof bytes), GATE_QUESTION);
    CHECK_INT(judge(&gate, bytes, sizeof bytes), GATE_REFUSED);
    CHECK_INT(gate.refusals.count[REFUSED_REPLAYED], 1);
    guard_answer(&guard, bytes, 'R');
    CHECK_INT(judge(&gate, bytes, sizeof bytes), GATE_REFUSED);
    CHECK_INT(gate.refusals.count[REFUSED_FOREIGN], 1);
    sign(&guard, 'H', 1, bytes);
    CHECK_INT(judge(&gate, bytes, sizeof bytes), GATE_HELLO);
    sign(&guard, 'Q', 2, bytes);
    bytes[KEY_MESSAGE_BYTES - 1] ^= 1;
    CHECK_INT(judge(&gate, bytes, sizeof bytes), GATE_REFUSED);
    bytes[KEY_MESSAGE_BYTES - 1] ^= 1;
    CHECK_INT(judge(&gate, bytes, sizeof bytes), GATE_QUESTION);
    CHECK_INT(judge(&gate, "hello", 5), GATE_REFUSED);
    CHECK_INT(judge(&gate, "", 0), GATE_REFUSED);
    CHECK_INT(gate.refusals.count[REFUSED_UNKEYED], 4);
    CHECK_INT(refusals_sum(&gate.refusals), 6);
    replay_release(&guard.replay);
}

static void addresses_that_are_not_served_are_refused(void)
{
    static struct guard guard;
    struct args_group group = guard_group(&guard);
    struct net_addr any = address("::", 2333);
    struct gate gate = {.bound = &any, .guard = &guard};
    static const struct {
        const char *host;
        enum gate_kind kind;
    } table[] = {{"192.0.2.1", GATE_QUESTION},
                 {"::ffff:192.0.2.1", GATE_QUESTION},
                 {"2001:db8::1", GATE_QUESTION},
                 {"127.0.0.1", GATE_QUESTION},
                 {"::1", GATE_QUESTION},
                 {"::ffff:127.0.0.1", GATE_QUESTION},
                 {"192.0.2.2", GATE_REFUSED},
                 {"2001:db8::2", GATE_REFUSED},
                 {"::ffff:192.0.2.2", GATE_REFUSED}};
    struct msg_header header = {0};
    struct err err = {0};
    char bytes[60];

    CHECK_INT(
        group.set(group.options->key, "192.0.2.1,2001:db8::1", group.ctx, &err),
        0);
    guard_settle(&guard, 1);
    make('Q', bytes);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct net_addr from = address(table[i].host, 40000);

        CHECK_INT(gate_judge(&gate, bytes, 60, &from, &header), table[i].kind);
    }
    CHECK_INT(gate.refusals.count[REFUSED_ADDRESS], 3);
}

int main(void)
{
    with_a_key_only_new_proofs_pass();
    addresses_that_are_not_served_are_refused();
    questions_and_hellos_pass_and_nothing_else_of_ours();
    strangers_pass_on_loopback_or_where_asked_for();
    ports_that_would_answer_back_are_refused();
    damage_is_refused();
    return check_done();
}
