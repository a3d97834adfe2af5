#include "lib/crc.h"

#include <string.h>

/* CRC-32C of each nibble: 64 bytes of table, two steps per byte. */
static const uint32_t nibble_crc[16] = {
    0x00000000, 0x105ec76f, 0x20bd8ede, 0x30e349b1, 0x417b1dbc, 0x5125dad3,
    0x61c69362, 0x7198540d, 0x82f63b78, 0x92a8fc17, 0xa24bb5a6, 0xb21572c9,
    0xc38d26c4, 0xd3d3e1ab, 0xe330a81a, 0xf36e6f75,
};

uint32_t crc_32c_table(uint32_t crc, const void *bytes, size_t n)
{
    const unsigned char *c = bytes;

    crc = ~crc;
    for (; n > 0; n--, c++) {
        crc ^= *c;
        crc = crc >> 4 ^ nibble_crc[crc & 15];
        crc = crc >> 4 ^ nibble_crc[crc & 15];
    }
    return ~crc;
}

/* A header's CRC by table takes longer than all else that is done with it. */
#if defined(__x86_64__)
__attribute__((target("sse4.2"))) static uint32_t
by_instruction(uint32_t crc, const unsigned char *c, size_t n)
{
    uint64_t sum = ~crc, eight;

    for (; n >= sizeof eight; n -= sizeof eight, c += sizeof eight) {
        memcpy(&eight, c, sizeof eight);
        sum = __builtin_ia32_crc32di(sum, eight);
    }
    for (; n > 0; n--, c++)
        sum = __builtin_ia32_crc32qi((uint32_t)sum, *c);
    return ~(uint32_t)sum;
}

uint32_t crc_32c(uint32_t crc, const void *bytes, size_t n)
{
    return __builtin_cpu_supports("sse4.2") ? by_instruction(crc, bytes, n)
                                            : crc_32c_table(crc, bytes, n);
}
#else
uint32_t crc_32c(uint32_t crc, const void *bytes, size_t n)
{
    return crc_32c_table(crc, bytes, n);
}
#endif
