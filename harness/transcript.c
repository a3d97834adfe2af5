#include "harness/transcript_play.h"

#include "lib/clock.h"

#include <stdio.h>
#include <string.h>

void play_show_command(const struct command *command, const char *port,
                       struct buf *text)
{
    const char *slash = strrchr(command->program, '/');

    buf_addf(text, "$ %s", slash ? slash + 1 : command->program);
    for (int i = 1; i < command->n; i++)
        buf_addf(text, " %s",
                 port && i == command->n - 1 ? port : command->argv[i]);
    buf_add(text, "\n");
}

/* ---- what can go wrong ---- */

int play_is_over(struct play *play, int64_t start_ns, const char *who)
{
    const char *scene = play->request->scene->name;

    if (play->request->is_stopped()) {
        err_set(play->err, ERR_CUT, "interrupted",
                "the scene \"%s\" was interrupted", scene);
        return 1;
    }
    if (clock_now_ns() - start_ns < STEPS_TIMEOUT_NS)
        return 0;
    err_set(play->err, ERR_CUT, "scene-stuck",
            "the scene \"%s\" does not go on: nothing from %s for 10 s", scene,
            who);
    err_hint(play->err, "is the machine overloaded? try again");
    return 1;
}

int play_differs(const struct play *play, const char *who, const char *shows,
                 const char *want)
{
    err_set(play->err, ERR_BUG, "scene-differs",
            "%s shows \"%.200s\" where \"%.200s\" belongs", who, shows, want);
    return err_hint(play->err, "please report this with the results folder");
}

/* ---- the scene ---- */

static int take_step(struct play *play, const struct step *step)
{
    struct actor *actor = &play->actor[step->client];

    switch (step->verb) {
    case STEP_START:
        return client_start(play, actor, step->program);
    case STEP_SAY:
        return client_say(play, actor, step->text);
    default:
        return client_leave(play, actor, step->leave);
    }
}

static int take_steps(struct play *play)
{
    const struct steps *steps = play->request->steps;
    const struct scene *scene = play->request->scene;

    for (int i = 0; i < scene->n; i++)
        if (take_step(play, &steps->step[scene->first + i]) < 0)
            return -1;
    return 0;
}

/* Everybody has a text; who takes no part leaves it empty. */
static void set_stage(struct play *play)
{
    struct transcript *transcript = play->transcript;

    memset(transcript, 0, sizeof *transcript);
    memcpy(transcript->party[0].name, "server.txt", sizeof "server.txt");
    for (int i = 0; i < STEPS_MAX_CLIENTS; i++) {
        struct actor *actor = &play->actor[i];

        actor->letter = (char)('A' + i);
        actor->text = &transcript->party[i + 1].text;
        snprintf(transcript->party[i + 1].name,
                 sizeof transcript->party[i + 1].name, "client-%c.txt",
                 actor->letter);
    }
    snprintf(play->port_word, sizeof play->port_word, "%d",
             play->request->run->port);
}

int transcript_play(const struct transcript_request *request,
                    struct transcript *transcript, struct err *err)
{
    struct play play = {
        .request = request, .transcript = transcript, .err = err};
    int status;

    set_stage(&play);
    status = server_start(&play);
    if (status == 0)
        status = take_steps(&play);
    for (int i = 0; i < STEPS_MAX_CLIENTS; i++)
        client_close(&play, &play.actor[i]);
    if (server_stop(&play) < 0)
        status = -1;
    return status;
}

void transcript_release(struct transcript *transcript)
{
    for (int i = 0; i <= STEPS_MAX_CLIENTS; i++)
        buf_release(&transcript->party[i].text);
}
