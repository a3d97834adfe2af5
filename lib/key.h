/*
 * The key of a run, 128 bits that only its server and its clients have.
 *
 * A keyed message is 64 bytes or more.  Behind its header stands the proof: 16
 * hex digits of SipHash-2-4 under the key over the 48 bytes of the header,
 * the kind among them.  So an answer, which is of another kind, has another
 * proof than its question, and who has no key can make neither from the other.
 *
 * It comes over standard input, never as an argument or a variable, and is
 * never printed.
 */
#ifndef LIB_KEY_H
#define LIB_KEY_H

#include "lib/err.h"
#include "lib/msg.h"

#include <stddef.h>
#include <stdint.h>

#define KEY_BYTES 16
#define KEY_TEXT_SIZE (2 * KEY_BYTES + 2) /* its hex digits, newline, NUL */
#define KEY_MESSAGE_BYTES (MSG_HEADER_BYTES + 16)

struct key {
    unsigned char bytes[KEY_BYTES];
};

/* Its line, newline and all: what key_read wants. */
void key_line(const struct key *key, char text[KEY_TEXT_SIZE]);

/*
 * Take the first line of fd, and not a byte more.  Error: key-missing
 * (ERR_USAGE) when that is not 32 lower-case hex digits.
 */
int key_read(struct key *key, int fd, struct err *err);

/* Put the proof behind the header. */
void key_sign(const struct key *key, char message[KEY_MESSAGE_BYTES]);

/* 1 when the proof is right.  Takes the same time for every wrong one. */
int key_proves(const struct key *key, const char message[KEY_MESSAGE_BYTES]);

/* A header of that kind and its proof: hellos, openings, and their answers. */
void key_message(const struct key *key, char kind,
                 const struct msg_header *header,
                 char message[KEY_MESSAGE_BYTES]);

/* One that nobody can guess, for what is not of a run. */
void key_draw(struct key *key);

/* SipHash-2-4 under the key: who does not have it cannot choose what comes. */
uint64_t key_hash(const struct key *key, const void *bytes, size_t n);

/* Forget it. */
void key_forget(struct key *key);

#endif
