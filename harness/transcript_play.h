/*
 * A scene while it is played: the server's side, the clients' side, and what
 * they share.  A part of transcript: nobody else includes it.
 */
#ifndef HARNESS_TRANSCRIPT_PLAY_H
#define HARNESS_TRANSCRIPT_PLAY_H

#include "harness/capture.h"
#include "harness/cast.h"
#include "harness/command.h"
#include "harness/proc.h"
#include "harness/transcript.h"
#include "lib/net.h"

enum { PLAY_SHOWN_SIZE = 4 * STEPS_TEXT_SIZE + 64 };

/* A person at a terminal. */
struct actor {
    char letter;
    struct proc proc; /* of the last start */
    enum step_program program;
    int starts;
    char tuple[NET_TUPLE_SIZE]; /* as the server calls it; "" not known yet */
    size_t step_at;             /* where in proc.out this step began */
    struct buf *text;           /* of what it has shown before */
};

struct play {
    const struct transcript_request *request;
    struct transcript *transcript;
    struct capture capture;
    char port_word[8];  /* how the transcript tells the server's port */
    struct proc server; /* ours, on this machine */
    struct cast cast;   /* has ours on another host: its words are not seen */
    const char *host;   /* where the clients find it */
    struct actor actor[STEPS_MAX_CLIENTS];
    struct err *err;
};

/* ---- transcript.c ---- */

/*
 * "$ echo-client --ip 127.0.0.1 --port 40113", as a person types it.  A port
 * that is not NULL stands for the last argument.
 */
void play_show_command(const struct command *command, const char *port,
                       struct buf *text);

/*
 * 1 when waiting since start_ns must end, because of its time or of a stop;
 * play->err is then set.
 */
int play_is_over(struct play *play, int64_t start_ns, const char *who);

/* A program of ours does not show what it should: a bug.  Returns -1. */
int play_differs(const struct play *play, const char *who, const char *shows,
                 const char *want);

/* ---- transcript_server.c: all return 0, or -1 with play->err ---- */

/* Here, or on another host; where it runs already, nothing. */
int server_start(struct play *play);

/*
 * With its last words; {0} is allowed.  -1 with play->err when one on another
 * host could not be stopped in order, and nothing is wrong otherwise.
 */
int server_stop(struct play *play);

/* If it has ended, or does so within a second, that is the error. */
int server_check(struct play *play);

/*
 * Its next line tells that the client came or went ("connected"), or what the
 * client said; a text of NULL is any.  Nothing when the server is not ours to
 * watch.
 */
int server_sees(struct play *play, struct actor *actor, const char *does);
int server_hears(struct play *play, struct actor *actor, const char *text);

/* ---- transcript_client.c: all return 0, or -1 with play->err ---- */

int client_start(struct play *play, struct actor *actor,
                 enum step_program program);
int client_say(struct play *play, struct actor *actor, const char *text);
int client_leave(struct play *play, struct actor *actor, enum step_leave how);

/* Append what it showed to its text, and let it go; {0} is allowed. */
void client_close(struct play *play, struct actor *actor);

#endif
