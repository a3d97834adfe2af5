/* The server's side of a scene: started, listened to line by line, stopped. */
#include "harness/transcript_play.h"

#include "harness/cast.h"
#include "lib/clock.h"
#include "lib/num.h"
#include "lib/show.h"

#include <stdio.h>
#include <string.h>

enum { LINE_SIZE = 1024 };

static const int64_t stop_grace_ns = 2 * CLOCK_NS_PER_S;

/* Its sockets close before it has ended. */
static const int64_t end_grace_ns = CLOCK_NS_PER_S;

static const struct result_run *run_of(const struct play *play)
{
    return play->request->run;
}

static int is_udp(const struct play *play)
{
    return strcmp(run_of(play)->transport, "udp") == 0;
}

static struct buf *text_of(const struct play *play)
{
    return &play->transcript->party[0].text;
}

int server_check(struct play *play)
{
    int64_t deadline_ns = clock_now_ns() + end_grace_ns;

    if (!play->server.open)
        return 0;
    while (!play->server.ended && clock_now_ns() < deadline_ns)
        (void)proc_more(&play->server, end_grace_ns);
    if (!play->server.ended)
        return 0;
    if (err_parse(play->err, (enum err_code)play->server.exit_code,
                  buf_text(&play->server.err)) == 0)
        return -1;
    err_set(play->err, ERR_CUT, "server-died",
            "the server ended in the middle of the scene \"%s\", with status "
            "%d",
            play->request->scene->name, play->server.exit_code);
    return err_hint(play->err, "its last words are in server.txt");
}

/* ---- line by line ---- */

static void keep(struct play *play, const char *line)
{
    capture_add(&play->capture, line, strlen(line), text_of(play));
    buf_add(text_of(play), "\n");
}

static int next_line(struct play *play, char line[LINE_SIZE])
{
    int64_t start_ns = clock_now_ns();

    while (!proc_line(&play->server, line, LINE_SIZE, CLOCK_NS_PER_S))
        if ((proc_ended(&play->server) && server_check(play) < 0) ||
            play_is_over(play, start_ns, "the server"))
            return -1;
    return 0;
}

/* The port in "('127.0.0.1', 61306)"; 0 when there is none. */
static int port_in(const char *tuple)
{
    const char *at = strstr(tuple, "', ");
    char digits[8];
    int64_t port = 0;

    if (!at)
        return 0;
    at += 3;
    snprintf(digits, sizeof digits, "%.*s", (int)strspn(at, "0123456789"), at);
    (void)num_parse_int(digits, 1, 65535, &port);
    return (int)port;
}

/* "PREFIX('127.0.0.1', 61306)...": whom the server calls so. */
static void learn_tuple(struct play *play, struct actor *actor,
                        const char *line, const char *prefix)
{
    size_t n = strlen(prefix);
    const char *end = strchr(line, ')');
    char word[CAPTURE_WORD_SIZE];

    if (strncmp(line, prefix, n) != 0 || !end)
        return;
    snprintf(actor->tuple, sizeof actor->tuple, "%.*s",
             (int)(end + 1 - line - (int)n), line + n);
    if (actor->starts > 1)
        snprintf(word, sizeof word, "PORT-%c%d", actor->letter, actor->starts);
    else
        snprintf(word, sizeof word, "PORT-%c", actor->letter);
    if (port_in(actor->tuple))
        capture_name_port(&play->capture, port_in(actor->tuple), word);
}

/* The next line is PREFIX, who, REST; a rest of NULL is any. */
static int says(struct play *play, struct actor *actor, const char *prefix,
                const char *rest)
{
    char line[LINE_SIZE], want[LINE_SIZE];

    if (!play->server.open)
        return 0;
    if (next_line(play, line) < 0)
        return -1;
    if (!actor->tuple[0])
        learn_tuple(play, actor, line, prefix);
    keep(play, line);
    snprintf(want, sizeof want, "%s%s%s", prefix, actor->tuple,
             rest ? rest : "");
    if (rest ? strcmp(line, want) == 0 : strncmp(line, want, strlen(want)) == 0)
        return 0;
    return play_differs(play, "the server", line, want);
}

int server_sees(struct play *play, struct actor *actor, const char *does)
{
    char rest[40];

    if (is_udp(play))
        return 0; /* nobody comes or goes */
    snprintf(rest, sizeof rest, " %s!", does);
    return says(play, actor, "Client ", rest);
}

int server_hears(struct play *play, struct actor *actor, const char *text)
{
    char rest[2 + PLAY_SHOWN_SIZE] = ": ";

    if (text)
        (void)show_bytes(text, strlen(text), strlen(text), rest + 2,
                         PLAY_SHOWN_SIZE);
    return says(play, actor, "From client ", text ? rest : NULL);
}

/* ---- its beginning and end ---- */

static int read_port(const char *line, int *port)
{
    static const char ready[] = "listening tcp "; /* or udp */
    char host[NET_NAME_SIZE];

    if (strncmp(line, ready, 10) != 0 || strlen(line) < sizeof ready)
        return -1;
    return net_split(line + sizeof ready - 1, host, port);
}

/* The port is known from its last line on, and stands in one before. */
static int await_listening(struct play *play)
{
    struct result_run *run = play->request->run;
    int is_chosen = run->port == 0, status;
    struct buf lines = {0};
    char line[LINE_SIZE];

    do {
        status = next_line(play, line);
        if (status == 0)
            buf_addf(&lines, "%s\n", line);
    } while (status == 0 && read_port(line, &run->port) < 0);
    if (status == 0 && is_chosen)
        capture_name_port(&play->capture, run->port, "PORT");
    if (is_chosen)
        memcpy(play->port_word, "PORT", sizeof "PORT");
    capture_add(&play->capture, buf_text(&lines), lines.len, text_of(play));
    buf_release(&lines);
    return status;
}

static int start_here(struct play *play)
{
    const struct result_run *run = run_of(play);
    const char *program = cast_server_program(run->server);
    struct command command;

    if (command_begin(&command, program, play->err) < 0)
        return -1;
    command_add_text(&command, "--ip", run->host);
    command_add_int(&command, "--port", run->port);
    if (!is_udp(play))
        command_add_text(&command, "--timeout", "30"); /* the lab's */
    if (strcmp(program, "echo-server") == 0)
        command_add_text(&command, "--model", run->server);
    play_show_command(&command, NULL, text_of(play));
    if (command_start(&command, run->cpu_server, &play->server, play->err) < 0)
        return -1;
    return await_listening(play);
}

int server_start(struct play *play)
{
    struct result_run *run = play->request->run;

    play->host = run->host;
    if (run->launched)
        return start_here(play);
    if (!run->deployed)
        return 0;
    if (cast_begin(&play->cast, run, NULL, play->err) < 0)
        return -1;
    play->host = play->cast.at.host;
    return 0;
}

static int stop_there(struct play *play)
{
    struct err later = {0};

    (void)cast_end(&play->cast, run_of(play), NULL, play->request->is_stopped,
                   &later);
    play->transcript->far = play->cast.far;
    cast_release(&play->cast);
    if (play->err->code || !later.code)
        return 0;
    *play->err = later;
    return -1;
}

int server_stop(struct play *play)
{
    char line[LINE_SIZE];

    if (play->cast.server.open)
        return stop_there(play);
    if (!play->server.open)
        return 0;
    proc_stop(&play->server, stop_grace_ns);
    while (proc_line(&play->server, line, sizeof line, 0))
        keep(play, line);
    proc_release(&play->server);
    return 0;
}
