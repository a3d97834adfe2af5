#include "lib/msg.h"
#include "tests/unit/check.h"

#include <string.h>

static void a_header_is_read_back(void)
{
    struct msg_stamp stamp;
    struct msg_header header = {0};

    msg_stamp_init(&stamp, 'Q', UINT64_C(0x0123456789abcdef), 7);
    msg_stamp_seq(&stamp, 42);
    CHECK(memcmp(stamp.header, "EL1Q0123456789abcdef0000000700000000002a",
                 40) == 0);
    CHECK_INT(msg_read(stamp.header, &header), 0);
    CHECK_INT(header.kind, 'Q');
    CHECK(header.run_id == UINT64_C(0x0123456789abcdef));
    CHECK_INT(header.conn, 7);
    CHECK_INT(header.seq, 42);
}

static void a_changed_bit_is_refused(void)
{
    struct msg_stamp stamp;
    struct msg_header header;

    for (int i = 0; i < MSG_HEADER_BYTES; i++) {
        msg_stamp_init(&stamp, 'Q', 1, 2);
        msg_stamp_seq(&stamp, 3);
        stamp.header[i] ^= 1;
        CHECK_INT(msg_read(stamp.header, &header), -1);
    }
}

static void a_long_message_is_padded_with_zeros(void)
{
    struct msg_stamp stamp;
    char bytes[50];

    msg_stamp_init(&stamp, 'Q', 1, 2);
    msg_fill(bytes, 50, &stamp, 0);
    CHECK(memcmp(bytes, stamp.header, 48) == 0);
    CHECK_INT(bytes[48], '0');
    CHECK_INT(bytes[49], '0');
}

static void short_messages_differ_from_their_neighbours(void)
{
    struct msg_stamp stamp;
    char one[3], two[3];

    msg_stamp_init(&stamp, 'Q', 1, 2);
    msg_fill(one, 3, &stamp, 25);
    msg_fill(two, 3, &stamp, 26);
    CHECK(memcmp(one, "zab", 3) == 0);
    CHECK(memcmp(two, "abc", 3) == 0);
}

/* Split in every way, only the H of a leading EL1H becomes a W. */
static void a_hello_is_welcomed_however_it_is_split(void)
{
    for (size_t cut = 0; cut <= 6; cut++) {
        char bytes[] = "EL1HHH";
        int matched = 0;

        msg_welcome(bytes, cut, &matched);
        msg_welcome(bytes + cut, 6 - cut, &matched);
        CHECK_STR(bytes, "EL1WHH");
    }
}

static void other_bytes_pass_unchanged(void)
{
    static const char *const texts[] = {"EL1Q", "xEL1H", "EEL1H", "EL2H", "H"};

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        char bytes[8];
        int matched = 0;

        snprintf(bytes, sizeof bytes, "%s", texts[i]);
        msg_welcome(bytes, strlen(bytes), &matched);
        CHECK_STR(bytes, texts[i]);
    }
}

int main(void)
{
    a_header_is_read_back();
    a_changed_bit_is_refused();
    a_long_message_is_padded_with_zeros();
    short_messages_differ_from_their_neighbours();
    a_hello_is_welcomed_however_it_is_split();
    other_bytes_pass_unchanged();
    return check_done();
}
