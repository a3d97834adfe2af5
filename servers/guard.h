/*
 * Who is served: those whose address may come, and of them, with a key, those
 * who prove that they have it.  Without a key and on loopback everybody is.
 */
#ifndef SERVERS_GUARD_H
#define SERVERS_GUARD_H

#include "lib/args.h"
#include "lib/key.h"
#include "lib/net.h"
#include "servers/refusals.h"
#include "servers/replay.h"

enum { GUARD_RANGES = 32 };

struct guard {
    int was_told; /* by --allow */
    int has_key;
    struct key key;
    struct replay replay;
    int n; /* ranges of addresses that may come; 0: all */
    struct net_range range[GUARD_RANGES];
};

/* --allow. */
struct args_group guard_group(struct guard *guard);
/* --allow --key-from-stdin. */
struct args_group guard_key_group(struct guard *guard);

/* Take the key from standard input, where one was asked for: see key_read. */
int guard_take_key(struct guard *guard, struct err *err);

/*
 * Where strangers can connect, and no --allow said who may, it is the address
 * from which the operator is here over ssh, if so; and always this machine's
 * loopback.
 */
void guard_settle(struct guard *guard, int is_public);

/* 1 when this address is served. */
int guard_admits(const struct guard *guard, const struct net_addr *from);

/*
 * Is a message of ours, whose header was read, to be answered?  n is its whole
 * length.  REFUSED_NOT at most once for each.
 */
enum refusal guard_judge(struct guard *guard, const char *message, size_t n,
                         const struct msg_header *header);

/* Make an answer of a message: turn its kind, and sign it. */
void guard_answer(const struct guard *guard, char *message, char kind);

#endif
