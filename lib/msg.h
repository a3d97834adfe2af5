/*
 * The message format.  A message of 48 bytes or more begins with 48 ASCII
 * characters, so that it passes through any echo server and reads well in
 * a packet dump; the rest is '0':
 *
 *     EL1 k rrrrrrrrrrrrrrrr cccccccc ssssssssssss xxxxxxxx   (no blanks)
 *         |  run id (16 hex)  conn (8)  sequence (12)  CRC-32C of the 40 before
 *         kind: Q request, R reply, H hello, W welcome; K opens a connection
 *               to a server with a key, see lib/key.h
 *
 * Our servers change only the kind (H to W on TCP, Q to R on UDP), never the
 * rest, so a reply is compared byte for byte.  A shorter message carries a
 * pattern that differs from its neighbours'.
 */
#ifndef LIB_MSG_H
#define LIB_MSG_H

#include <stddef.h>
#include <stdint.h>

#define MSG_HEADER_BYTES 48
#define MSG_MAX_BYTES (16 << 20)
#define MSG_KIND_AT 3
#define MSG_SEQ_MAX ((INT64_C(1) << 48) - 1)

/* The part of a header that stays the same for all messages of a connection. */
struct msg_stamp {
    char header[MSG_HEADER_BYTES];
    uint32_t crc_before_seq;
};

void msg_stamp_init(struct msg_stamp *stamp, char kind, uint64_t run_id,
                    uint32_t conn);

/* Put the sequence number (0 .. MSG_SEQ_MAX) and the CRC into the header. */
void msg_stamp_seq(struct msg_stamp *stamp, uint64_t seq);

/*
 * Fill a whole message of n bytes: the stamp's header and '0's, or for
 * n < 48 the pattern of its sequence number.
 */
void msg_fill(char *to, size_t n, const struct msg_stamp *stamp, uint64_t seq);

/* The byte at `offset` of the short pattern of message `seq`. */
char msg_pattern(uint64_t seq, size_t offset);

struct msg_header {
    char kind;
    uint64_t run_id;
    uint32_t conn;
    uint64_t seq;
};

/* Read a header: 0, or -1 when magic, hex or CRC are not right. */
int msg_read(const char bytes[MSG_HEADER_BYTES], struct msg_header *header);

/*
 * What a TCP echo server must do to greet our clients: when the first bytes
 * of a connection are "EL1H", turn the H into a W, in place, however the
 * bytes are split.  *matched starts at 0 and belongs to the connection.
 */
void msg_welcome(char *bytes, size_t n, int *matched);

#endif
