#include "harness/cast.h"

#include "harness/paths.h"
#include "lib/clock.h"
#include "lib/net.h"
#include "lib/num.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

static const int64_t ready_timeout_ns = 5 * CLOCK_NS_PER_S;
static const int64_t stop_grace_ns = 2 * CLOCK_NS_PER_S;

enum { MAX_ARGS = 40, ARG_SIZE = 300 };

/* Above so many the servers must be told; the hello needs one as well. */
enum { SERVER_DEFAULT_CONNECTIONS = 1000, SPARE_CONNECTIONS = 8 };

/* An argument vector: "--option" "value" pairs, in storage of its own. */
struct command {
    const char *argv[MAX_ARGS];
    char text[MAX_ARGS][ARG_SIZE];
    char program[4096];
    int n;
};

static int command_begin(struct command *command, const char *program,
                         struct err *err)
{
    command->argv[0] = command->program;
    command->argv[1] = NULL;
    command->n = 1;
    return paths_program(command->program, program, err);
}

static void add(struct command *command, const char *text)
{
    char *slot = command->text[command->n];

    if (command->n + 1 >= MAX_ARGS)
        return;
    snprintf(slot, ARG_SIZE, "%s", text);
    command->argv[command->n++] = slot;
    command->argv[command->n] = NULL;
}

static void add_text(struct command *command, const char *option,
                     const char *value)
{
    add(command, option);
    add(command, value);
}

static void add_int(struct command *command, const char *option, int64_t n)
{
    char text[24];

    snprintf(text, sizeof text, "%lld", (long long)n);
    add_text(command, option, text);
}

static void add_real(struct command *command, const char *option, double x)
{
    char text[48];

    snprintf(text, sizeof text, "%.9f", x);
    add_text(command, option, text);
}

/* ---- servers ---- */

/* What a program that ended too early said on stderr, as our error. */
static int died_early(const struct proc *proc, const char *name,
                      struct err *err)
{
    if (err_parse(err, (enum err_code)proc->exit_code, buf_text(&proc->err)) ==
        0)
        return -1;
    return err_set(err, ERR_HELPER, "server-died",
                   "%s ended before it listened, with status %d", name,
                   proc->exit_code);
}

static int read_port(const char *line, int *port)
{
    static const char ready[] = "listening tcp ";
    char host[NET_NAME_SIZE];

    if (strncmp(line, ready, sizeof ready - 1) != 0)
        return -1;
    return net_split(line + sizeof ready - 1, host, port);
}

/* The line by which a server says that it can be used. */
static int await_ready(struct proc *proc, const char *name, int *port,
                       struct err *err)
{
    int64_t deadline_ns = clock_now_ns() + ready_timeout_ns;
    char line[512];

    while (!proc_ended(proc) && clock_now_ns() < deadline_ns) {
        if (proc_line(proc, line, sizeof line, CLOCK_NS_PER_S / 10) &&
            read_port(line, port) == 0)
            return 0;
    }
    if (proc_ended(proc))
        return died_early(proc, name, err);
    err_set(err, ERR_HELPER, "server-silent",
            "%s did not say that it listens within 5 s", name);
    return err_hint(err, "is the machine overloaded? try again");
}

/* Longer than any silence that the client allows itself; never: -1. */
static int64_t server_timeout_s(const struct result_run *run)
{
    enum { MOST_S = 3600, MARGIN_S = 10 };
    int64_t seconds = run->timeout_ns / CLOCK_NS_PER_S + 1 + MARGIN_S;

    return seconds <= MOST_S ? seconds : -1;
}

static int start_server(struct cast *cast, struct result_run *run,
                        struct err *err)
{
    struct command command;
    struct proc_spec spec = {.argv = command.argv, .cpu = run->cpu_server};

    if (command_begin(&command, "echo-server", err) < 0)
        return -1;
    add_text(&command, "--ip", run->host);
    add_int(&command, "--port", run->port);
    add_text(&command, "--model", run->server);
    add_int(&command, "--buffer", result_buffer_bytes(run));
    add_int(&command, "--timeout", server_timeout_s(run));
    if (run->connections > SERVER_DEFAULT_CONNECTIONS)
        add_int(&command, "--max-connections",
                run->connections + SPARE_CONNECTIONS);
    if (run->connections > 100)
        add_int(&command, "--listen", run->connections);
    add(&command, "--quiet");
    if (proc_start(&cast->server, &spec, err) < 0)
        return -1;
    return await_ready(&cast->server, "echo-server", &run->port, err);
}

static int start_relay(struct cast *cast, struct result_run *run,
                       struct err *err)
{
    struct command command;
    struct proc_spec spec = {.argv = command.argv, .cpu = -1};
    int v6 = strchr(run->host, ':') != NULL;
    char to[300];

    if (command_begin(&command, "echo-relay", err) < 0)
        return -1;
    snprintf(to, sizeof to, v6 ? "[%.250s]:%d" : "%.250s:%d", run->host,
             run->port);
    memcpy(cast->target, to, sizeof cast->target);
    add_text(&command, "--to", to);
    add_int(&command, "--port", 0);
    add_real(&command, "--delay-ms", run->path_delay_ms);
    add_real(&command, "--jitter-ms", run->path_jitter_ms);
    add_real(&command, "--rate-mbit", run->path_rate_mbit);
    if (run->connections > SERVER_DEFAULT_CONNECTIONS)
        add_int(&command, "--max-connections",
                run->connections + SPARE_CONNECTIONS);
    add_int(&command, "--seed", run->seed);
    add(&command, "--quiet");
    if (proc_start(&cast->relay, &spec, err) < 0)
        return -1;
    return await_ready(&cast->relay, "echo-relay", &run->port, err);
}

int cast_begin(struct cast *cast, struct result_run *run, struct err *err)
{
    if (run->launched && start_server(cast, run, err) < 0)
        return -1;
    return run->emulated ? start_relay(cast, run, err) : 0;
}

/* The relay answers for a target that does not: name the one that is meant. */
static int target_gone(const struct cast *cast, struct err *err)
{
    err_set(err, ERR_TARGET, "connect-refused",
            "cannot connect: %s, behind the emulated path",
            cast->target[0] ? cast->target : "our server");
    return err_hint(err, "nothing listens there: start it with echo-server "
                         "--port PORT, or check the port");
}

/* ---- the client ---- */

static void add_limits(struct command *command, const struct result_run *run)
{
    add_int(command, "--length", run->message_size_bytes);
    add_int(command, "--buffer", result_buffer_bytes(run));
    add_int(command, "--connections", run->connections);
    add_real(command, "--duration", (double)run->duration_ns / 1e9);
    add_int(command, "--messages", run->messages);
    add_real(command, "--timeout", (double)run->timeout_ns / 1e9);
}

int cast_start_client(struct cast *cast, const struct result_run *run,
                      const char *dir, struct err *err)
{
    struct command command;
    struct proc_spec spec = {.argv = command.argv, .cpu = run->cpu_client};

    if (command_begin(&command, "echo-rate", err) < 0)
        return -1;
    /* The relay stands here, whatever host it forwards to. */
    add_text(&command, "--ip", run->emulated ? "127.0.0.1" : run->host);
    add_int(&command, "--port", run->port);
    add_limits(&command, run);
    add_text(&command, "--run-id", run->run_id);
    if (run->plain)
        add(&command, "--plain");
    add(&command, "--machine");
    add(&command, "--record");
    command.argv[command.n++] = dir;
    command.argv[command.n] = NULL;
    return proc_start(&cast->client, &spec, err);
}

/* " NAME=NUMBER" somewhere in the line; 0 when it is not there. */
static int64_t number_of(const char *line, const char *name)
{
    char key[40], digits[24];
    const char *at;
    int64_t value = 0;

    snprintf(key, sizeof key, " %s=", name);
    at = strstr(line, key);
    if (!at)
        return 0;
    at += strlen(key);
    snprintf(digits, sizeof digits, "%.*s", (int)strspn(at, "0123456789"), at);
    (void)num_parse_int(digits, 0, INT64_MAX, &value);
    return value;
}

static void read_counts(const char *line, struct cast_counts *counts)
{
    counts->told = 1;
    counts->intended = number_of(line, "intended");
    counts->connected = number_of(line, "connected");
    counts->broken = number_of(line, "broken");
    counts->plain = number_of(line, "plain");
    for (int i = 0; i < OUTCOME_COUNT; i++)
        counts->outcomes[i] = number_of(line, outcome_name((enum outcome)i));
}

int cast_progress(struct cast *cast, struct progress *progress,
                  struct cast_counts *counts, int64_t timeout_ns)
{
    char line[1024];

    if (proc_line(&cast->client, line, sizeof line, timeout_ns)) {
        if (strncmp(line, "counts ", 7) == 0)
            read_counts(line, counts);
        return progress_parse(line, progress) == 0;
    }
    return proc_ended(&cast->client) ? -1 : 0;
}

void cast_interrupt(struct cast *cast)
{
    proc_signal(&cast->client, SIGINT);
}

int cast_client_error(const struct cast *cast, int stopped, struct err *err)
{
    int code = cast->client.exit_code;

    if (code == 0 || (stopped && code > 128))
        return 0;
    if (code == ERR_PEER && number_of(buf_text(&cast->relay.log), "failed") > 0)
        return target_gone(cast, err);
    if (err_parse(err, (enum err_code)code, buf_text(&cast->client.err)) == 0)
        return -1;
    return err_set(err, ERR_CUT, "client-died",
                   "cut short: echo-rate ended with status %d", code);
}

void cast_end(struct cast *cast)
{
    char line[512];

    proc_stop(&cast->relay, stop_grace_ns);
    proc_stop(&cast->server, stop_grace_ns);
    while (proc_line(&cast->server, line, sizeof line, 0))
        ;
    while (proc_line(&cast->relay, line, sizeof line, 0))
        ;
}

void cast_release(struct cast *cast)
{
    proc_release(&cast->client);
    proc_release(&cast->relay);
    proc_release(&cast->server);
}
