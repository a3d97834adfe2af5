#include "lib/key.h"

#include "lib/num.h"

#include <errno.h>
#include <sodium.h>
#include <string.h>
#include <unistd.h>

enum { DIGITS = 2 * KEY_BYTES, PROOF_DIGITS = 16 };

_Static_assert(KEY_BYTES == crypto_shorthash_KEYBYTES, "SipHash's own");

/* ---- to and from text ---- */

void key_line(const struct key *key, char text[KEY_TEXT_SIZE])
{
    for (size_t i = 0; i < KEY_BYTES; i++)
        num_put_hex(text + 2 * i, key->bytes[i], 2);
    memcpy(text + DIGITS, "\n", 2);
}

/* One byte at a time: what follows the line belongs to somebody else. */
static int read_digits(int fd, char digits[DIGITS])
{
    char byte;

    for (int n = 0; n <= DIGITS; n++) {
        ssize_t got;

        do
            got = read(fd, &byte, 1);
        while (got < 0 && errno == EINTR);
        if (got <= 0 || byte == '\n')
            return got > 0 && n == DIGITS ? 0 : -1;
        if (n < DIGITS)
            digits[n] = byte;
    }
    return -1;
}

static int parse(struct key *key, const char digits[DIGITS])
{
    uint64_t byte;

    for (size_t i = 0; i < KEY_BYTES; i++) {
        if (num_get_hex(digits + 2 * i, 2, &byte) < 0)
            return -1;
        key->bytes[i] = (unsigned char)byte;
    }
    return 0;
}

int key_read(struct key *key, int fd, struct err *err)
{
    char digits[DIGITS];
    int failed = read_digits(fd, digits) < 0 || parse(key, digits) < 0;

    sodium_memzero(digits, sizeof digits);
    if (!failed)
        return 0;
    key_forget(key);
    err_set(err, ERR_USAGE, "key-missing",
            "no key: the first line of standard input is not one");
    return err_hint(err, "--key-from-stdin wants 32 lower-case hex digits and "
                         "a newline, over a pipe");
}

void key_forget(struct key *key)
{
    sodium_memzero(key, sizeof *key);
}

void key_draw(struct key *key)
{
    randombytes_buf(key, sizeof *key);
}

uint64_t key_hash(const struct key *key, const void *bytes, size_t n)
{
    unsigned char hash[crypto_shorthash_BYTES];
    uint64_t out = 0;

    crypto_shorthash(hash, bytes, n, key->bytes);
    for (size_t i = sizeof hash; i-- > 0;)
        out = out << 8 | hash[i];
    return out;
}

/* ---- proofs ---- */

static void prove(const struct key *key, const char *header,
                  char proof[PROOF_DIGITS])
{
    unsigned char hash[crypto_shorthash_BYTES];

    crypto_shorthash(hash, (const unsigned char *)header, MSG_HEADER_BYTES,
                     key->bytes);
    for (size_t i = 0; i < sizeof hash; i++)
        num_put_hex(proof + 2 * i, hash[i], 2);
}

void key_sign(const struct key *key, char message[KEY_MESSAGE_BYTES])
{
    prove(key, message, message + MSG_HEADER_BYTES);
}

int key_proves(const struct key *key, const char message[KEY_MESSAGE_BYTES])
{
    char proof[PROOF_DIGITS];

    prove(key, message, proof);
    return sodium_memcmp(proof, message + MSG_HEADER_BYTES, sizeof proof) == 0;
}

void key_message(const struct key *key, char kind,
                 const struct msg_header *header,
                 char message[KEY_MESSAGE_BYTES])
{
    struct msg_stamp stamp;

    msg_stamp_init(&stamp, header->kind, header->run_id, header->conn);
    msg_stamp_seq(&stamp, header->seq);
    memcpy(message, stamp.header, MSG_HEADER_BYTES);
    message[MSG_KIND_AT] = kind;
    key_sign(key, message);
}
