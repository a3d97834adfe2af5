/*
 * One connection of an echo server: what comes in goes out again.  How to wait
 * is the model's business, what to do is here.
 */
#ifndef SERVERS_SESSION_H
#define SERVERS_SESSION_H

#include "lib/net.h"
#include "servers/apart.h"
#include "servers/serve.h"

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

enum session_step {
    SESSION_WAIT, /* nothing to do before the socket is ready again */
    SESSION_GO,   /* go on */
    SESSION_MUTE, /* not to be read or answered until its time is over */
    SESSION_OVER, /* it has ended: see `end` */
};

struct session {
    struct serve *serve;
    struct session *prev, *next; /* of the crowd */
    int fd;
    int matched;     /* of the hello, see msg_welcome */
    const char *end; /* why it is over: one word for the log */
    int is_proven;   /* with a key: until then it is new */
    uint32_t host;   /* the same for all from there */
    int64_t bytes_in, bytes_out;
    int64_t active_ns; /* last seen to make a step */
    /* Those who ask for a turn, see struct turns. */
    struct session *asks_before, *asks_after;
    int64_t pause_ns; /* before more is taken from there, for the rate's sake */
    short asks;
    short is_ending; /* nothing more will come after what is there */
    short is_behind; /* its thread lets those of other hosts go first */
    short is_urgent; /* urgent data has come: each read may be cut short */
    /* What its socket did not take, for a model that does not wait. */
    char *rest;
    size_t rest_bytes, rest_sent;
    /* A thread counts its steps; who watches it sees them stand still. */
    atomic_uint steps;
    unsigned steps_seen;
    atomic_int timed_out;
    int is_leaving; /* see struct crowd */
    enum refusal refusal;
    struct apart apart; /* once it has been busy, see model_thread */
    /* Long, and not for an echo: behind all that each message needs. */
    struct net_addr peer;
    char proof[KEY_MESSAGE_BYTES]; /* with a key it begins with that */
    size_t proof_bytes;
};

/* Take an accepted socket; NULL when out of memory (fd is then still ours). */
struct session *session_new(struct serve *serve, int fd,
                            const struct net_addr *peer);

/* 1 until its first byte has come; with a key, until it is proven. */
int session_is_new(const struct session *session);

/*
 * Read once into buffer.  SESSION_GO with *n bytes to be sent back (already
 * logged, a hello already welcomed), SESSION_WAIT when nothing was there, or a
 * part of the proof, SESSION_MUTE when that was wrong, SESSION_OVER at the end
 * of input, on `exit` and on an error.  May set session->pause_ns.
 */
enum session_step session_receive(struct session *session, char *buffer,
                                  size_t size, size_t *n, int dont_wait);

/* For who serves it alone: pause as long as the last read says. */
void session_pause(struct session *session);

/*
 * Send what fits of n bytes and tell how much: *sent.  SESSION_GO when all
 * went, SESSION_WAIT when the socket is full, SESSION_OVER on an error or,
 * for a server of one echo a connection, when all went.
 */
enum session_step session_send(struct session *session, const char *bytes,
                               size_t n, size_t *sent, int dont_wait);

/* Say how it ended, close, free. */
void session_free(struct session *session);

#endif
