/*
 * What the clients that a person types into share: options, the lab's lines,
 * and one exchange with the server.
 */
#ifndef CLIENTS_TALK_H
#define CLIENTS_TALK_H

#include "lib/args.h"
#include "lib/err.h"
#include "lib/net.h"

#include <stddef.h>
#include <stdint.h>

struct talk_program;

struct talk {
    const struct talk_program *program;
    const char *ip;
    int port;
    int is_udp;
    int64_t timeout_ns; /* 0: wait for ever */
    size_t buffer_bytes;

    int fd; /* -1 when not connected */
    struct net_addr server;
    char *reply; /* the last echo */
    char *line;  /* what was typed, grown as needed */
    size_t line_size;
    int prompting; /* a prompt stands on the last line */
};

/* How something ended that waits for the person or the server. */
enum talk_end {
    TALK_OK,
    TALK_BYE,         /* end of input, or the word `exit` */
    TALK_INTERRUPTED, /* Ctrl-C */
    TALK_CLOSED,      /* the server closed the connection */
    TALK_TIMEOUT,     /* the server did not answer in time */
    TALK_FAILED,      /* a broken connection; errno says how */
};

/* What one such client is. */
struct talk_program {
    const char *name;
    const char *doc;
    const char *more;
    int is_udp;
    /* Everything between "Connected" and "Disconnected". */
    enum talk_end (*converse)(struct talk *talk);
};

/*
 * The whole program: options of the lab's table I, connect, converse, say how
 * it ended.  Returns the exit status: 0 for the person's own goodbye, 4 when
 * the server ended it; Ctrl-C ends it by SIGINT.
 */
int talk_main(const struct talk_program *program, int argc, char **argv);

/* ---- what to converse with (talk_converse.c) ---- */

/*
 * Prompt and read a line, watching the server meanwhile.  *text (without
 * newline, valid until the next call) and *n hold it when TALK_OK.
 */
enum talk_end talk_read(struct talk *talk, const char **text, size_t *n);

/*
 * Send a message; show the echo, all of it, as it comes.  Over UDP a message
 * that gets none in time is told and ends nothing.
 */
enum talk_end talk_exchange(struct talk *talk, const char *text, size_t n);

/* Line after line, until the word `exit` or the end. */
enum talk_end talk_until_exit(struct talk *talk);

#endif
