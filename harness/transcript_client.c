/* The clients' side of a scene: what is typed, and what their screens show. */
#include "harness/transcript_play.h"

#include "lib/clock.h"
#include "lib/show.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>

/* What they print when they can be typed into. */
static const char prompt[] = "\nTo server < ";
static const char telnet_connected[] = "Escape character is '^]'.\r\n";
static const char telnet_prompt[] = "telnet> ";

enum { ESCAPE = '\035' }; /* Ctrl-], which calls telnet's own prompt */

/* ---- the screen ---- */

/* What it shows since the step began, with CR LF. */
static const char *screen(const struct actor *actor)
{
    return buf_text(&actor->proc.out) + actor->step_at;
}

static int ends_with(const char *text, const char *end)
{
    size_t n = strlen(text), len = strlen(end);

    return n >= len && strcmp(text + n - len, end) == 0;
}

static const char *name_of(const struct actor *actor, char text[12])
{
    snprintf(text, 12, "client %c", actor->letter);
    return text;
}

/* It is gone too early; the reason may be that the server is. */
static int left_early(struct play *play, const struct actor *actor)
{
    char who[12], last[200];

    if (server_check(play) < 0)
        return -1;
    show_bytes(screen(actor), strlen(screen(actor)), 120, last, sizeof last);
    err_set(play->err, ERR_CUT, "client-left",
            "%s left in the middle of the scene \"%s\": %s",
            name_of(actor, who), play->request->scene->name, last);
    return err_hint(play->err, "all that it showed is in client-%c.txt",
                    actor->letter);
}

/* Wait until the last that it shows is `end`; NULL: until it has ended. */
static int await(struct play *play, struct actor *actor, const char *end)
{
    int64_t start_ns = clock_now_ns();
    char who[12];

    while (end ? !ends_with(screen(actor), end) : !actor->proc.ended) {
        if (actor->proc.ended)
            return left_early(play, actor);
        if (play_is_over(play, start_ns, name_of(actor, who)))
            return -1;
        (void)proc_more(&actor->proc, CLOCK_NS_PER_S);
    }
    return 0;
}

/* What it shows from here on is what these keys lead to. */
static int type(struct play *play, struct actor *actor, const char *keys)
{
    actor->step_at = actor->proc.out.len;
    return proc_type(&actor->proc, keys) == 0 ? 0 : left_early(play, actor);
}

/* ---- coming and going ---- */

static int make_command(struct command *command, const struct actor *actor,
                        const struct play *play)
{
    const struct result_run *run = play->request->run;
    const char *name = steps_program_name(actor->program);
    char port[8];

    snprintf(port, sizeof port, "%d", run->port);
    if (actor->program == STEP_TELNET) {
        command_begin_tool(command, name);
        command_add_text(command, "-c", play->host); /* no ~/.telnetrc */
        command_add(command, port);
    } else {
        if (command_begin(command, name, play->err) < 0)
            return -1;
        command_add_text(command, "--ip", play->host);
        command_add_text(command, "--port", port);
    }
    command->has_terminal = 1;
    return 0;
}

static int start_program(struct play *play, struct actor *actor)
{
    const struct result_run *run = play->request->run;
    struct command command;

    if (make_command(&command, actor, play) < 0)
        return -1;
    play_show_command(&command, play->port_word, actor->text);
    if (command_start(&command, run->cpu_client, &actor->proc, play->err) == 0)
        return 0;
    if (actor->program == STEP_TELNET)
        err_hint(play->err,
                 "the scene \"%s\" types into telnet: apt-get install telnet",
                 play->request->scene->name);
    return -1;
}

void client_close(struct play *play, struct actor *actor)
{
    if (!actor->proc.open)
        return;
    proc_stop(&actor->proc, 0);
    capture_add(&play->capture, buf_text(&actor->proc.out), actor->proc.out.len,
                actor->text);
    proc_release(&actor->proc);
}

/* It has gone, with the status of those who go so. */
static int is_gone(struct play *play, struct actor *actor, int want)
{
    int code = actor->proc.exit_code;
    char who[12], shows[24], wants[24];

    if (code == want) {
        client_close(play, actor);
        return 0;
    }
    if (code == ERR_CUT) /* it says that the server has gone */
        return left_early(play, actor);
    snprintf(shows, sizeof shows, "status %d", code);
    snprintf(wants, sizeof wants, "status %d", want);
    return play_differs(play, name_of(actor, who), shows, wants);
}

/* The screen must begin with that; what differs is the peer's. */
static int is_echo(struct play *play, const struct actor *actor,
                   const char *text, const char *want)
{
    char who[12], is[PLAY_SHOWN_SIZE];

    play->transcript->said++;
    if (strncmp(screen(actor), want, strlen(want)) == 0) {
        play->transcript->echoed++;
        return 0;
    }
    show_bytes(screen(actor), strlen(screen(actor)), 120, is, sizeof is);
    err_set(play->err, ERR_PEER, "echo-differs",
            "%s said \"%s\", and its screen shows \"%s\"", name_of(actor, who),
            text, is);
    return err_hint(play->err, "the peer is no echo server, or a message was "
                               "lost on the way");
}

/* ---- telnet ---- */

/*
 * Wait until telnet has set its terminal up: whole lines at first, then each
 * character and still shown by the terminal.  What is typed before is taken
 * otherwise.  No output tells, so this looks again and again.
 */
static int await_terminal(struct play *play, struct actor *actor, tcflag_t want)
{
    int64_t start_ns = clock_now_ns();
    struct termios mode;
    char who[12];

    for (;;) {
        if (actor->proc.ended)
            return left_early(play, actor);
        if (tcgetattr(actor->proc.out_fd, &mode) == 0 &&
            mode.c_cc[VEOL] == ESCAPE &&
            (mode.c_lflag & (ICANON | ECHO)) == want)
            return 0;
        if (play_is_over(play, start_ns, name_of(actor, who)))
            return -1;
        (void)proc_more(&actor->proc, CLOCK_NS_PER_S / 1000);
    }
}

static int telnet_command(struct play *play, struct actor *actor,
                          const char *command)
{
    const char escape[] = {ESCAPE, '\0'};

    if (type(play, actor, escape) < 0 || await(play, actor, telnet_prompt) < 0)
        return -1;
    return type(play, actor, command);
}

/*
 * To a port that is not its own telnet sends whole lines, unless it is told to
 * send each character.  It asks the server's leave for that, and takes its own
 * questions, which come back as everything does, for the answers.
 */
static int set_character_mode(struct play *play, struct actor *actor)
{
    if (await_terminal(play, actor, ICANON | ECHO) < 0 ||
        telnet_command(play, actor, "mode character\r") < 0 ||
        await(play, actor, "mode character\r\n") < 0 ||
        server_hears(play, actor, NULL) < 0 ||
        server_hears(play, actor, NULL) < 0)
        return -1;
    return await_terminal(play, actor, ECHO);
}

/* The terminal shows each character, then comes its echo. */
static int telnet_say(struct play *play, struct actor *actor, const char *text)
{
    for (const char *c = text; *c; c++) {
        const char key[] = {*c, '\0'}, want[] = {*c, *c, '\0'};

        if (type(play, actor, key) < 0 || await(play, actor, want) < 0 ||
            is_echo(play, actor, key, want) < 0 ||
            server_hears(play, actor, key) < 0)
            return -1;
    }
    return 0;
}

static int telnet_quit(struct play *play, struct actor *actor)
{
    if (telnet_command(play, actor, "quit\r") < 0 ||
        await(play, actor, NULL) < 0 || is_gone(play, actor, 0) < 0)
        return -1;
    return server_sees(play, actor, "shutdown");
}

/* ---- the steps ---- */

int client_start(struct play *play, struct actor *actor,
                 enum step_program program)
{
    int is_telnet = program == STEP_TELNET;

    actor->program = program;
    actor->starts++;
    actor->tuple[0] = '\0';
    actor->step_at = 0;
    if (start_program(play, actor) < 0 ||
        await(play, actor, is_telnet ? telnet_connected : prompt) < 0 ||
        server_sees(play, actor, "connected") < 0)
        return -1;
    return is_telnet ? set_character_mode(play, actor) : 0;
}

static int say_line(struct play *play, struct actor *actor, const char *text,
                    const char *next)
{
    char keys[STEPS_TEXT_SIZE + 1], shown[PLAY_SHOWN_SIZE];
    char want[sizeof keys + sizeof shown + 40];

    snprintf(keys, sizeof keys, "%s\r", text);
    show_bytes(text, strlen(text), strlen(text), shown, sizeof shown);
    snprintf(want, sizeof want, "%s\r\nFrom server > %s\r\n", text, shown);
    if (type(play, actor, keys) < 0 || await(play, actor, next) < 0 ||
        is_echo(play, actor, text, want) < 0)
        return -1;
    return server_hears(play, actor, text);
}

int client_say(struct play *play, struct actor *actor, const char *text)
{
    if (actor->program == STEP_TELNET)
        return telnet_say(play, actor, text);
    if (actor->program != STEP_SIMPLE_CLIENT)
        return say_line(play, actor, text, prompt);
    if (say_line(play, actor, text, NULL) < 0 || is_gone(play, actor, 0) < 0)
        return -1;
    return server_sees(play, actor, "served");
}

int client_leave(struct play *play, struct actor *actor, enum step_leave how)
{
    static const char *const keys[] = {
        [STEP_EXIT] = "exit\r",
        [STEP_INTERRUPT] = "\003",
        [STEP_END] = "\004",
    };
    int is_exit = how == STEP_EXIT && actor->program == STEP_CLIENT;

    if (actor->program == STEP_TELNET)
        return telnet_quit(play, actor);
    if (type(play, actor, keys[how]) < 0 || await(play, actor, NULL) < 0 ||
        is_gone(play, actor, how == STEP_INTERRUPT ? 128 + SIGINT : 0) < 0)
        return -1;
    if (is_exit && server_hears(play, actor, "exit") < 0)
        return -1;
    return server_sees(play, actor, is_exit ? "exit" : "shutdown");
}
