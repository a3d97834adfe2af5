#include "lib/msg.h"

#include "lib/crc.h"
#include "lib/num.h"

#include <string.h>

enum { CONN_AT = 20, SEQ_AT = 28, CRC_AT = 40, SEQ_DIGITS = 12 };

static const char magic[] = "EL1";

void msg_stamp_init(struct msg_stamp *stamp, char kind, uint64_t run_id,
                    uint32_t conn)
{
    char *to = stamp->header;

    memset(to, '0', MSG_HEADER_BYTES);
    memcpy(to, magic, sizeof magic - 1);
    to[MSG_KIND_AT] = kind;
    num_put_hex(to + MSG_KIND_AT + 1, run_id, 16);
    num_put_hex(to + CONN_AT, conn, 8);
    stamp->crc_before_seq = crc_32c(0, to, SEQ_AT);
    msg_stamp_seq(stamp, 0);
}

void msg_stamp_seq(struct msg_stamp *stamp, uint64_t seq)
{
    char *at = stamp->header + SEQ_AT;

    num_put_hex(at, seq, SEQ_DIGITS);
    num_put_hex(stamp->header + CRC_AT,
                crc_32c(stamp->crc_before_seq, at, SEQ_DIGITS), 8);
}

char msg_pattern(uint64_t seq, size_t offset)
{
    return (char)('a' + (seq + offset) % 26);
}

void msg_fill(char *to, size_t n, const struct msg_stamp *stamp, uint64_t seq)
{
    if (n >= MSG_HEADER_BYTES) {
        memcpy(to, stamp->header, MSG_HEADER_BYTES);
        memset(to + MSG_HEADER_BYTES, '0', n - MSG_HEADER_BYTES);
        return;
    }
    for (size_t i = 0; i < n; i++)
        to[i] = msg_pattern(seq, i);
}

int msg_read(const char bytes[MSG_HEADER_BYTES], struct msg_header *header)
{
    uint64_t conn, crc;

    if (memcmp(bytes, magic, sizeof magic - 1) != 0 ||
        num_get_hex(bytes + MSG_KIND_AT + 1, 16, &header->run_id) < 0 ||
        num_get_hex(bytes + CONN_AT, 8, &conn) < 0 ||
        num_get_hex(bytes + SEQ_AT, SEQ_DIGITS, &header->seq) < 0 ||
        num_get_hex(bytes + CRC_AT, 8, &crc) < 0 ||
        crc != crc_32c(0, bytes, CRC_AT))
        return -1;
    header->kind = bytes[MSG_KIND_AT];
    header->conn = (uint32_t)conn;
    return 0;
}

void msg_welcome(char *bytes, size_t n, int *matched)
{
    enum { OVER = -1 };

    for (size_t i = 0; i < n && *matched != OVER; i++) {
        if (*matched < MSG_KIND_AT && bytes[i] == magic[*matched]) {
            ++*matched;
            continue;
        }
        if (*matched == MSG_KIND_AT && bytes[i] == 'H')
            bytes[i] = 'W';
        *matched = OVER;
    }
}
