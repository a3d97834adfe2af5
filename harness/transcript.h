/*
 * A scene played by real programs: a server of its own, and clients at
 * terminals that are typed into as a person does.  What each of them shows is
 * kept word for word (but for harness/capture.h), and what it means is
 * checked: an echo is what was said, every coming and going is told.
 */
#ifndef HARNESS_TRANSCRIPT_H
#define HARNESS_TRANSCRIPT_H

#include "harness/deploy.h"
#include "harness/result.h"
#include "harness/steps.h"
#include "lib/buf.h"
#include "lib/err.h"

struct transcript_request {
    const struct steps *steps;
    const struct scene *scene;
    struct result_run *run;  /* where and which server; its port is set */
    int (*is_stopped)(void); /* 1 when the play is to end at once */
};

struct transcript {
    struct {
        char name[16]; /* server.txt, client-A.txt */
        struct buf text;
    } party[1 + STEPS_MAX_CLIENTS]; /* server first */
    int said, echoed;
    struct deploy_told far; /* of a server on another host */
};

/*
 * Play the scene.  Each step waits for all that it leads to, on both sides, so
 * that the order of lines is the same every time.  A server that runs already
 * (run->launched 0) has no text.  `transcript` holds what was shown also when
 * this fails; release it.  Errors: those of the programs; helper-missing (no
 * telnet); echo-differs (ERR_PEER); server-died, client-left, scene-stuck
 * (nothing for 10 s) and interrupted (ERR_CUT); scene-differs (ERR_BUG) when a
 * program of ours does not say what it should.
 */
int transcript_play(const struct transcript_request *request,
                    struct transcript *transcript, struct err *err);

void transcript_release(struct transcript *transcript);

#endif
