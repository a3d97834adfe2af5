#include "lib/crc.h"
#include "tests/unit/check.h"

#include <string.h>

static void published_vectors(void)
{
    char zeros[32] = {0};

    /* RFC 3720, B.4, and the check value of the CRC catalogue. */
    CHECK_INT(crc_32c(0, "123456789", 9), 0xe3069283);
    CHECK_INT(crc_32c(0, zeros, sizeof zeros), 0x8a9136aa);
    CHECK_INT(crc_32c(crc_32c(0, "1234", 4), "56789", 5), 0xe3069283);
    CHECK_INT(crc_32c_table(0, "123456789", 9), 0xe3069283);
}

/* Every length and every start within a word, and in two parts. */
static void both_ways_agree(void)
{
    unsigned char bytes[80];

    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (unsigned char)(i * 167 + 13);
    for (size_t at = 0; at < 8; at++)
        for (size_t n = 0; at + n <= sizeof bytes; n++) {
            uint32_t whole = crc_32c_table(7, bytes + at, n);
            uint32_t first = crc_32c(7, bytes + at, n / 3);

            CHECK_INT(crc_32c(7, bytes + at, n), whole);
            CHECK_INT(crc_32c(first, bytes + at + n / 3, n - n / 3), whole);
        }
}

int main(void)
{
    published_vectors();
    both_ways_agree();
    return check_done();
}
