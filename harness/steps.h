/*
 * The steps of a transcript: who says what to whom, scene after scene.
 *
 *     [{"scene": "many"},
 *      {"client": "A", "start": "echo-client"},
 *      {"client": "A", "say": "hi1"},
 *      {"client": "A", "leave": "exit"}]
 *
 * A scene has a server of its own.  Clients are persons at a terminal, A to F;
 * one that has left may start again.
 */
#ifndef HARNESS_STEPS_H
#define HARNESS_STEPS_H

#include "lib/err.h"
#include "lib/json.h"

#include <stdint.h>

enum { STEPS_MAX_SCENES = 8, STEPS_MAX = 100, STEPS_MAX_CLIENTS = 6 };
enum { STEPS_NAME_SIZE = 33, STEPS_TEXT_SIZE = 65 };

/* No step takes longer. */
#define STEPS_TIMEOUT_NS INT64_C(10000000000)

enum step_verb { STEP_START, STEP_SAY, STEP_LEAVE };

enum step_program {
    STEP_CLIENT,        /* echo-client */
    STEP_SIMPLE_CLIENT, /* echo-simple-client: it leaves after one echo */
    STEP_UDP_CLIENT,    /* echo-udp-client */
    STEP_TELNET,        /* types a character at a time */
};

enum step_leave {
    STEP_EXIT,      /* types the word exit */
    STEP_INTERRUPT, /* presses Ctrl-C */
    STEP_END,       /* ends the input: Ctrl-D; in telnet quit */
};

struct step {
    int line;   /* of the file; 0: from the command line */
    int client; /* 0: A */
    enum step_verb verb;
    enum step_program program;  /* STEP_START */
    enum step_leave leave;      /* STEP_LEAVE */
    char text[STEPS_TEXT_SIZE]; /* STEP_SAY: 1 to 64 bytes, printable */
};

struct scene {
    char name[STEPS_NAME_SIZE]; /* a-z 0-9 _ - */
    int line;
    int first, n; /* its steps; n > 0 */
};

struct steps {
    struct scene scene[STEPS_MAX_SCENES];
    int nscenes;
    struct step step[STEPS_MAX];
    int nsteps;
};

/*
 * Read the value of "steps" of a document.  Errors, all ERR_USAGE:
 * scenario-type, scenario-range, scenario-unknown-key; scenario-conflict for
 * what does not go together within a step, and too many of them.
 */
int steps_read(struct steps *steps, const struct json_doc *doc,
               const struct cJSON *value, struct err *err);

/*
 * Can the steps be played against this server ("thread", "single", "epoll",
 * "simple", "udp")?  Every client starts before it speaks and leaves before
 * the scene ends.  `file` is for messages.  Error: scenario-conflict.
 */
int steps_check(const struct steps *steps, const char *file, const char *server,
                struct err *err);

/* "echo-client": what is started. */
const char *steps_program_name(enum step_program program);

/* How many clients of the scene take part, and how often they speak. */
int steps_clients(const struct steps *steps, const struct scene *scene);
int steps_said(const struct steps *steps, const struct scene *scene);

#endif
