#include "harness/steps.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const programs[] = {
    [STEP_CLIENT] = "echo-client",
    [STEP_SIMPLE_CLIENT] = "echo-simple-client",
    [STEP_UDP_CLIENT] = "echo-udp-client",
    [STEP_TELNET] = "telnet",
    NULL,
};
static const char *const leaves[] = {
    [STEP_EXIT] = "exit",
    [STEP_INTERRUPT] = "interrupt",
    [STEP_END] = "end",
    NULL,
};

const char *steps_program_name(enum step_program program)
{
    return programs[program];
}

/* ---- messages ---- */

/* "FILE:LINE", or "FILE, command line". */
static const char *place(const char *file, int line, char text[300])
{
    if (line > 0)
        snprintf(text, 300, "%.280s:%d", file, line);
    else
        snprintf(text, 300, "%.270s, command line", file);
    return text;
}

static int conflict(const char *file, int line, struct err *err,
                    const char *what)
{
    char where[300];

    err_set(err, ERR_USAGE, "scenario-conflict", "%s: %s",
            place(file, line, where), what);
    return err_hint(err, "a step is {\"scene\": NAME}, or a \"client\" with "
                         "one of \"start\", \"say\" and \"leave\"");
}

/* The value that is read just now. */
struct reader {
    const struct json_doc *doc;
    struct err *err;
    const struct cJSON *item;
    char path[128]; /* steps[3].say */

    struct scene scene; /* what the step holds */
    struct step step;
};

static int line_of(const struct reader *reader)
{
    return json_line(reader->doc, reader->path);
}

/* FILE:LINE: "PATH" = VALUE REST */
static int refuse(const struct reader *reader, const char *id, const char *rest)
{
    char where[300];
    char *value = json_show(reader->item);

    err_set(reader->err, ERR_USAGE, id, "%s: \"%s\" = %.60s %s",
            place(reader->doc->name, line_of(reader), where), reader->path,
            value ? value : "?", rest);
    free(value);
    return err_hint(reader->err, "scenarios/schema.json and README.md explain "
                                 "every key");
}

/* ---- one value ---- */

static int read_word(const struct reader *reader, const char *text,
                     const char *const *words)
{
    char rest[160] = "is none of:";

    for (int i = 0; words[i]; i++) {
        size_t used = strlen(rest);

        if (strcmp(words[i], text) == 0)
            return i;
        snprintf(rest + used, sizeof rest - used, " %s", words[i]);
    }
    return refuse(reader, "scenario-range", rest);
}

static int read_scene(struct reader *reader, const char *text)
{
    size_t n = strlen(text);

    if (n < 1 || n >= STEPS_NAME_SIZE ||
        strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_-") != n)
        return refuse(reader, "scenario-range",
                      "is not allowed: want 1 to 32 of a-z 0-9 _ -");
    memcpy(reader->scene.name, text, n + 1);
    return 0;
}

static int read_client(struct reader *reader, const char *text)
{
    if (text[0] < 'A' || text[0] >= 'A' + STEPS_MAX_CLIENTS || text[1])
        return refuse(reader, "scenario-range",
                      "is not allowed: want a letter, A to F");
    reader->step.client = text[0] - 'A';
    return 0;
}

static int read_start(struct reader *reader, const char *text)
{
    int program = read_word(reader, text, programs);

    reader->step.verb = STEP_START;
    reader->step.program = (enum step_program)(program < 0 ? 0 : program);
    return program < 0 ? -1 : 0;
}

/* It must be possible to type it: no control characters. */
static int read_say(struct reader *reader, const char *text)
{
    const unsigned char *c = (const unsigned char *)text;

    while (*c >= ' ' && *c != 0x7f && !(c[0] == 0xc2 && c[1] < 0xa0))
        c++;
    if (*c || !text[0] || strlen(text) >= STEPS_TEXT_SIZE)
        return refuse(reader, "scenario-range",
                      "is not allowed: want 1 to 64 bytes without control "
                      "characters");
    reader->step.verb = STEP_SAY;
    memcpy(reader->step.text, text, strlen(text) + 1);
    return 0;
}

static int read_leave(struct reader *reader, const char *text)
{
    int leave = read_word(reader, text, leaves);

    reader->step.verb = STEP_LEAVE;
    reader->step.leave = (enum step_leave)(leave < 0 ? 0 : leave);
    return leave < 0 ? -1 : 0;
}

/* ---- one step ---- */

static const struct {
    const char *name;
    int (*read)(struct reader *reader, const char *text);
} keys[] = {
    {"scene", read_scene}, {"client", read_client}, {"start", read_start},
    {"say", read_say},     {"leave", read_leave},
};
enum { KEYS = sizeof keys / sizeof *keys };

static int read_member(struct reader *reader, const char *key)
{
    const char *text = json_text(reader->item);
    char where[300];

    for (int i = 0; i < KEYS; i++) {
        if (strcmp(keys[i].name, key) != 0)
            continue;
        return text ? keys[i].read(reader, text)
                    : refuse(reader, "scenario-type", "is not a string");
    }
    err_set(reader->err, ERR_USAGE, "scenario-unknown-key",
            "%s: \"%s\" is not a key",
            place(reader->doc->name, line_of(reader), where), reader->path);
    return err_hint(reader->err, "keys here: scene client start say leave");
}

/* A scene alone, or a client and one thing that it does. */
static int is_one_step(const struct cJSON *object)
{
    int verbs = (json_get(object, "start") != NULL) +
                (json_get(object, "say") != NULL) +
                (json_get(object, "leave") != NULL);

    if (json_get(object, "scene"))
        return !json_get(object, "client") && verbs == 0;
    return json_get(object, "client") && verbs == 1;
}

static int read_step(struct reader *reader, const struct cJSON *object,
                     int index)
{
    const char *key;

    snprintf(reader->path, sizeof reader->path, "steps[%d]", index);
    reader->item = object;
    if (!json_is_object(object))
        return refuse(reader, "scenario-type", "is not an object");
    reader->step.line = reader->scene.line = line_of(reader);
    for (int i = 0; (key = json_key(object, i)); i++) {
        snprintf(reader->path, sizeof reader->path, "steps[%d].%.80s", index,
                 key);
        reader->item = json_get(object, key);
        if (read_member(reader, key) < 0)
            return -1;
    }
    return is_one_step(object) ? 0
                               : conflict(reader->doc->name, reader->step.line,
                                          reader->err, "a step says one thing");
}

/* ---- all of them ---- */

static int add_scene(struct steps *steps, const struct reader *reader)
{
    const char *file = reader->doc->name;
    int line = reader->scene.line;

    if (steps->nscenes == STEPS_MAX_SCENES)
        return conflict(file, line, reader->err, "more than 8 scenes");
    for (int i = 0; i < steps->nscenes; i++)
        if (strcmp(steps->scene[i].name, reader->scene.name) == 0)
            return conflict(file, line, reader->err,
                            "two scenes of the same name");
    steps->scene[steps->nscenes] = reader->scene;
    steps->scene[steps->nscenes++].first = steps->nsteps;
    return 0;
}

static int add_step(struct steps *steps, const struct reader *reader)
{
    const char *file = reader->doc->name;
    int line = reader->step.line;

    if (steps->nscenes == 0)
        return conflict(file, line, reader->err,
                        "the first step names no scene");
    if (steps->nsteps == STEPS_MAX)
        return conflict(file, line, reader->err, "more than 100 steps");
    steps->step[steps->nsteps++] = reader->step;
    steps->scene[steps->nscenes - 1].n++;
    return 0;
}

int steps_read(struct steps *steps, const struct json_doc *doc,
               const struct cJSON *value, struct err *err)
{
    struct reader top = {
        .doc = doc, .err = err, .item = value, .path = "steps"};

    memset(steps, 0, sizeof *steps);
    if (!json_is_array(value))
        return refuse(&top, "scenario-type", "is not an array");
    for (int i = 0; i < json_count(value); i++) {
        struct reader reader = {.doc = doc, .err = err};

        if (read_step(&reader, json_at(value, i), i) < 0 ||
            (reader.scene.name[0] ? add_scene(steps, &reader)
                                  : add_step(steps, &reader)) < 0)
            return -1;
    }
    return steps->nscenes > 0 ? 0
                              : conflict(doc->name, line_of(&top), err,
                                         "\"steps\" holds no scene");
}

/* ---- can they be played? ---- */

struct stage {
    const char *file, *server;
    struct err *err;
    int is_there[STEPS_MAX_CLIENTS];
    enum step_program program[STEPS_MAX_CLIENTS];
};

static int clash(const struct stage *stage, const struct step *step,
                 const char *what)
{
    char where[300];

    err_set(stage->err, ERR_USAGE, "scenario-conflict", "%s: client %c %s",
            place(stage->file, step->line, where), 'A' + step->client, what);
    return err_hint(stage->err,
                    "a client starts, speaks and leaves, in that order; "
                    "harness check FILE starts nothing");
}

static int is_server(const struct stage *stage, const char *server)
{
    return strcmp(stage->server, server) == 0;
}

static int start_fits(struct stage *stage, const struct step *step)
{
    int is_udp = is_server(stage, "udp"),
        is_simple = is_server(stage, "simple");

    if (stage->is_there[step->client])
        return clash(stage, step, "starts twice");
    if (is_udp != (step->program == STEP_UDP_CLIENT))
        return clash(stage, step,
                     is_udp ? "does not speak UDP" : "speaks only UDP");
    if (is_simple && step->program != STEP_SIMPLE_CLIENT)
        return clash(stage, step,
                     "expects more than the one echo of a simple server");
    for (int i = 0; i < STEPS_MAX_CLIENTS && is_server(stage, "single"); i++)
        if (stage->is_there[i])
            return clash(stage, step,
                         "would wait: a single server has one client at a "
                         "time");
    stage->is_there[step->client] = 1;
    stage->program[step->client] = step->program;
    return 0;
}

static int is_ascii(const char *text)
{
    while (*text > 0)
        text++;
    return *text == '\0';
}

static int say_fits(struct stage *stage, const struct step *step)
{
    enum step_program program = stage->program[step->client];

    if (strcmp(step->text, "exit") == 0 && program != STEP_TELNET)
        return clash(stage, step, "leaves by \"leave\": \"exit\"");
    if (program == STEP_TELNET && !is_ascii(step->text))
        return clash(stage, step, "types ASCII only into telnet");
    if (program == STEP_SIMPLE_CLIENT)
        stage->is_there[step->client] = 0;
    return 0;
}

static int leave_fits(struct stage *stage, const struct step *step)
{
    enum step_program program = stage->program[step->client];

    if (step->leave != STEP_END && program == STEP_TELNET)
        return clash(stage, step, "leaves telnet by \"end\" only");
    if (step->leave == STEP_EXIT && program == STEP_SIMPLE_CLIENT)
        return clash(stage, step, "has one message, and exit would be it");
    stage->is_there[step->client] = 0;
    return 0;
}

static int step_fits(struct stage *stage, const struct step *step)
{
    if (step->verb == STEP_START)
        return start_fits(stage, step);
    if (!stage->is_there[step->client])
        return clash(stage, step, "is not there");
    return step->verb == STEP_SAY ? say_fits(stage, step)
                                  : leave_fits(stage, step);
}

static int scene_fits(const struct steps *steps, const struct scene *scene,
                      struct stage *stage)
{
    const struct step *step = &steps->step[scene->first];

    if (scene->n == 0)
        return conflict(stage->file, scene->line, stage->err,
                        "nothing happens in this scene");
    for (int i = 0; i < scene->n; i++)
        if (step_fits(stage, &step[i]) < 0)
            return -1;
    for (int i = scene->n - 1; i >= 0; i--)
        if (stage->is_there[step[i].client])
            return clash(stage, &step[i], "never leaves");
    return 0;
}

int steps_check(const struct steps *steps, const char *file, const char *server,
                struct err *err)
{
    for (int i = 0; i < steps->nscenes; i++) {
        struct stage stage = {.file = file, .server = server, .err = err};

        if (scene_fits(steps, &steps->scene[i], &stage) < 0)
            return -1;
    }
    return 0;
}

int steps_clients(const struct steps *steps, const struct scene *scene)
{
    int seen[STEPS_MAX_CLIENTS] = {0}, n = 0;

    for (int i = 0; i < scene->n; i++)
        seen[steps->step[scene->first + i].client] = 1;
    for (int i = 0; i < STEPS_MAX_CLIENTS; i++)
        n += seen[i];
    return n;
}

int steps_said(const struct steps *steps, const struct scene *scene)
{
    int n = 0;

    for (int i = 0; i < scene->n; i++)
        n += steps->step[scene->first + i].verb == STEP_SAY;
    return n;
}
