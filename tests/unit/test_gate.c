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

static enum gate_kind judge(const struct gate *gate, const char *bytes,
                            size_t n)
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

    CHECK_INT(judge(&(struct gate){&here, 0}, "hello", 5), GATE_PLAIN);
    CHECK_INT(judge(&(struct gate){&here, 0}, "", 0), GATE_REFUSED);
    CHECK_INT(judge(&(struct gate){&here, 0}, "EL1", 3), GATE_REFUSED);
    CHECK_INT(judge(&(struct gate){&here, 0}, "EL", 2), GATE_PLAIN);
    CHECK_INT(judge(&(struct gate){&there, 0}, "hello", 5), GATE_REFUSED);
    CHECK_INT(judge(&(struct gate){&any, 0}, "hello", 5), GATE_REFUSED);
    CHECK_INT(judge(&(struct gate){&there, 1}, "hello", 5), GATE_PLAIN);
    CHECK_INT(judge(&(struct gate){&there, 1}, "EL1R", 4), GATE_REFUSED);
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

int main(void)
{
    questions_and_hellos_pass_and_nothing_else_of_ours();
    strangers_pass_on_loopback_or_where_asked_for();
    ports_that_would_answer_back_are_refused();
    damage_is_refused();
    return check_done();
}
