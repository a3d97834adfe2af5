#define _GNU_SOURCE
#include "harness/cast.h"

#include "harness/command.h"
#include "harness/hash.h"
#include "lib/clock.h"
#include "lib/net.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

static const int64_t ready_timeout_ns = 5 * CLOCK_NS_PER_S;
/* Who has a file to bring to the disk gets longer. */
static const int64_t stop_grace_ns = 2 * CLOCK_NS_PER_S;
static const int64_t save_grace_ns = 10 * CLOCK_NS_PER_S;
static const int64_t hurried_grace_ns = CLOCK_NS_PER_S / 4;

/* Above so many the servers must be told; the hello needs one as well. */
enum { SERVER_DEFAULT_CONNECTIONS = 1000, SPARE_CONNECTIONS = 8 };

/* ---- servers ---- */

/* What a program that ended too early said on stderr, as our error. */
static int died_early(const struct proc *proc, const char *name,
                      struct err *err)
{
    if (err_parse(err, (enum err_code)proc->exit_code, buf_text(&proc->err)) ==
        0)
        return -1;
    err_set(err, ERR_HELPER, "server-died",
            "%s ended before it listened, with status %d", name,
            proc->exit_code);
    return err_hint(err, "try it alone: %s --port 0", name);
}

/* "listening tcp 127.0.0.1:40113" */
static int read_port(const char *line, int *port)
{
    static const char *const ready[] = {"listening tcp ", "listening udp "};
    char host[NET_NAME_SIZE];

    for (int i = 0; i < 2; i++)
        if (strncmp(line, ready[i], strlen(ready[i])) == 0)
            return net_split(line + strlen(ready[i]), host, port);
    return -1;
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

/*
 * How long a connection of an open loop may wait for its turn.  In a Poisson
 * process it takes the sum of as many intervals as there are connections; that
 * of n is practically never (1e-12) above 2 n + 40.
 */
static double turn_s(const struct result_run *run)
{
    double intervals = (double)run->connections;

    if (strcmp(run->arrival, "poisson") == 0)
        intervals = 2 * intervals + 40;
    return run->rate_per_s > 0 ? intervals / run->rate_per_s : 0;
}

/* Longer than any silence that the client allows itself; never: -1. */
static int64_t server_timeout_s(const struct result_run *run)
{
    enum { MOST_S = 3600, MARGIN_S = 10 };
    double turn = fmin(turn_s(run), MOST_S);
    int64_t seconds = run->timeout_ns / CLOCK_NS_PER_S + (int64_t)turn + 1 +
                      MARGIN_S;

    if (seconds <= MOST_S)
        return seconds;
    return run->deployed ? MOST_S : -1; /* where strangers are: a limit */
}

static int is_simple(const struct result_run *run)
{
    return strcmp(run->server, "simple") == 0;
}

static void add_connections(struct command *command,
                            const struct result_run *run)
{
    if (run->connections > SERVER_DEFAULT_CONNECTIONS)
        command_add_int(command, "--max-connections",
                        run->connections + SPARE_CONNECTIONS);
}

static void add_tcp(struct command *command, const struct result_run *run)
{
    if (!is_simple(run))
        command_add_text(command, "--model", run->server);
    command_add_int(command, "--buffer", result_buffer_bytes(run));
    command_add_int(command, "--timeout", server_timeout_s(run));
    add_connections(command, run);
    if (run->connections > 100)
        command_add_int(command, "--listen", run->connections);
}

/* What is lost on purpose, and where that is written down. */
static void add_loss(struct command *command, const struct result_run *run,
                     const char *dir)
{
    const struct result_loss *loss = &run->loss;

    command_add_text(command, "--loss-model", loss->model);
    command_add_share(command, "--loss", loss->p);
    if (loss->burst > 0)
        command_add_real(command, "--loss-burst", loss->burst);
    command_add_text(command, "--loss-direction", loss->direction);
    command_add_share(command, "--duplicate", loss->duplicate);
    command_add_share(command, "--reorder", loss->reorder);
    command_add_path(command, "--log", dir, RESULT_INJECTED_CSV);
}

static int loses(const struct result_run *run, const char *who)
{
    return run->loss.has && strcmp(run->loss.by, who) == 0;
}

static void add_udp(struct command *command, const struct result_run *run,
                    const char *dir)
{
    command_add_int(command, "--seed", run->seed);
    command_add_text(command, "--run-id", run->run_id);
    command_add_path(command, "--served", dir, RESULT_SERVED_CSV);
    if (loses(run, "server"))
        add_loss(command, run, dir);
}

const char *cast_server_program(const char *server)
{
    if (strcmp(server, "udp") == 0)
        return "echo-udp-server";
    return strcmp(server, "simple") == 0 ? "echo-simple-server" : "echo-server";
}

/* ---- the key ---- */

static void make_key(struct cast *cast)
{
    struct key key;

    hash_random(key.bytes, sizeof key.bytes);
    key_line(&key, cast->key);
    key_forget(&key);
}

static void add_key(struct command *command, const struct cast *cast,
                    const struct result_run *run)
{
    if (!run->keyed)
        return;
    command_add(command, "--key-from-stdin");
    command->input = cast->key;
}

/* ---- on another host ---- */

/*
 * How long its name takes: who looks for a name in vain does so before anything
 * is taken anywhere, and who finds it slowly will do so again.
 */
static int ask_name(const struct ssh_meaning *at, int64_t *took_ns,
                    struct err *err)
{
    int64_t start_ns = clock_now_ns();
    struct net_addrs addrs = {0};

    if (net_resolve(at->host, at->port, &addrs, err) < 0)
        return -1;
    *took_ns = clock_now_ns() - start_ns;
    return 0;
}

/* The rows of what an open loop misses are written after its end. */
static int64_t missed_s(const struct result_run *run)
{
    enum { ROWS_PER_S = 1000000 }; /* at the least */
    double run_s = (double)run->duration_ns / CLOCK_NS_PER_S;

    return (int64_t)(run->rate_per_s * run_s / ROWS_PER_S);
}

/* All that this run can need, and a minute. */
static int64_t lifetime_s(const struct result_run *run, int64_t name_ns)
{
    /* Two traces ask for the name, twice each, and the client. */
    enum { MOST_S = 86400, UNTIL_DONE_S = 3600, MARGIN_S = 60, NAMES = 5 };
    int64_t run_s = run->duration_ns / CLOCK_NS_PER_S;
    int64_t seconds = (run->duration_ns ? run_s : UNTIL_DONE_S) + MARGIN_S +
                      2 * (run->timeout_ns / CLOCK_NS_PER_S + 1) +
                      NAMES * name_ns / CLOCK_NS_PER_S + missed_s(run);

    return seconds < MOST_S ? seconds : MOST_S;
}

/* What strangers may do must not be what limits the measurement. */
static void add_allowance(struct command *command, const struct result_run *run)
{
    int64_t connections = run->connections + SPARE_CONNECTIONS;

    /* Else the server sees by itself where ssh comes from. */
    if (strcmp(run->allow, "operator") != 0)
        command_add_text(command, "--allow", run->allow);
    command_add_int(command, "--max-rate", 1000000000);
    command_add_int(command, "--max-packets", 2000000);
    if (result_run_is_udp(run)) {
        command_add_int(command, "--max-message", run->message_size_bytes);
        return;
    }
    if (run->connections <= SERVER_DEFAULT_CONNECTIONS)
        command_add_int(command, "--max-connections", connections);
    command_add_int(command, "--max-per-source", connections);
}

static struct ssh_target ssh_target(const struct result_run *run)
{
    return (struct ssh_target){.host = run->host, .user = run->user};
}

static int start_far_server(struct cast *cast, struct result_run *run,
                            struct err *err)
{
    struct command command;
    struct deploy_request request = {
        .to = ssh_target(run),
        .program = cast_server_program(run->server),
        .args = command.argv + 1,
        .transport = run->transport,
        .port = run->port,
        .allow = run->allow,
        .input = cast->key,
    };
    int64_t name_ns;

    if (ssh_resolve(&cast->at, &request.to, err) < 0 ||
        ask_name(&cast->at, &name_ns, err) < 0 ||
        command_begin(&command, request.program, err) < 0)
        return -1;
    if (result_run_is_udp(run))
        add_udp(&command, run, ".");
    else
        add_tcp(&command, run);
    add_allowance(&command, run);
    if (run->keyed)
        command_add(&command, "--key-from-stdin");
    else if (result_run_is_udp(run))
        command_add(&command, "--plain");
    request.lifetime_s = lifetime_s(run, name_ns);
    if (deploy_start(&cast->server, &request, &cast->far, err) < 0 ||
        pulse_start(&cast->pulse, cast->server.in_fd, err) < 0 ||
        await_ready(&cast->server, request.program, &run->port, err) < 0)
        return -1;
    if (!result_run_is_udp(run))
        cast->at.port = run->port; /* else ssh's own stays */
    return 0;
}

/* ---- all of them ---- */

static int start_server(struct cast *cast, struct result_run *run,
                        const char *dir, struct err *err)
{
    const char *program = cast_server_program(run->server);
    struct command command;

    if (command_begin(&command, program, err) < 0)
        return -1;
    command_add_text(&command, "--ip", run->host);
    command_add_int(&command, "--port", run->port);
    if (result_run_is_udp(run))
        add_udp(&command, run, dir);
    else
        add_tcp(&command, run);
    command_add(&command, "--quiet");
    add_key(&command, cast, run);
    if (command_start(&command, run->cpu_server, &cast->server, err) < 0)
        return -1;
    return await_ready(&cast->server, program, &run->port, err);
}

/* Where the server is not ours, the relay tells what it passed on to it. */
static void add_datagrams(struct command *command, const struct result_run *run,
                          const char *dir)
{
    int64_t timeout_s = server_timeout_s(run);

    command_add_int(command, "--timeout", timeout_s > 0 ? timeout_s : 3600);
    command_add_text(command, "--run-id", run->run_id);
    if (loses(run, "relay"))
        add_loss(command, run, dir);
    if (!run->launched)
        command_add_path(command, "--served", dir, RESULT_SERVED_CSV);
}

static void add_path(struct command *command, const struct result_run *run,
                     const char *dir)
{
    command_add_text(command, "--transport", run->transport);
    command_add_int(command, "--port", 0);
    command_add_real(command, "--delay-ms", run->path_delay_ms);
    command_add_real(command, "--jitter-ms", run->path_jitter_ms);
    command_add_real(command, "--rate-mbit", run->path_rate_mbit);
    add_connections(command, run);
    command_add_int(command, "--seed", run->seed);
    if (result_run_is_udp(run))
        add_datagrams(command, run, dir);
}

static int start_relay(struct cast *cast, struct result_run *run,
                       const char *dir, struct err *err)
{
    struct command command;
    int v6 = strchr(cast->at.host, ':') != NULL;
    char to[300];

    if (command_begin(&command, "echo-relay", err) < 0)
        return -1;
    snprintf(to, sizeof to, v6 ? "[%.250s]:%d" : "%.250s:%d", cast->at.host,
             run->port);
    memcpy(cast->target, to, sizeof cast->target);
    command_add_text(&command, "--to", to);
    add_path(&command, run, dir);
    command_add(&command, "--quiet");
    if (command_start(&command, -1, &cast->relay, err) < 0)
        return -1;
    return await_ready(&cast->relay, "echo-relay", &run->port, err);
}

int cast_begin(struct cast *cast, struct result_run *run, const char *dir,
               struct err *err)
{
    memcpy(cast->at.host, run->host, sizeof cast->at.host);
    if (run->keyed)
        make_key(cast);
    if (run->launched && start_server(cast, run, dir, err) < 0)
        return -1;
    cast->at.port = run->port;
    if (run->deployed && start_far_server(cast, run, err) < 0)
        return -1;
    return run->emulated ? start_relay(cast, run, dir, err) : 0;
}

/* ---- the client ---- */

static void add_pacing(struct command *command, const struct result_run *run)
{
    command_add_int(command, "--seed", run->seed);
    if (run->window > 1)
        command_add_int(command, "--window", run->window);
    if (run->threads > 1)
        command_add_int(command, "--threads", run->threads);
    if (run->busy_poll)
        command_add(command, "--busy-poll");
    if (run->rate_per_s <= 0)
        return;
    command_add_real(command, "--rate", run->rate_per_s);
    command_add_text(command, "--arrival", run->arrival);
}

static void add_load(struct command *command, const struct result_run *run)
{
    command_add_text(command, "--transport", run->transport);
    command_add_int(command, "--length", run->message_size_bytes);
    command_add_int(command, "--buffer", result_buffer_bytes(run));
    command_add_int(command, "--connections", run->connections);
    command_add_real(command, "--duration", (double)run->duration_ns / 1e9);
    command_add_int(command, "--messages", run->messages);
    command_add_real(command, "--timeout", (double)run->timeout_ns / 1e9);
    if (is_simple(run))
        command_add(command, "--reconnect");
    add_pacing(command, run);
}

static const char *client_program(const struct result_run *run)
{
    return strcmp(run->mode, "fail_rate") == 0 ? "echo-fail-rate" : "echo-rate";
}

int cast_start_client(struct cast *cast, const struct result_run *run,
                      const char *dir, struct err *err)
{
    struct command command;

    if (command_begin(&command, client_program(run), err) < 0)
        return -1;
    /* The relay stands here, whatever host it forwards to. */
    command_add_text(&command, "--ip",
                     run->emulated ? "127.0.0.1" : cast->at.host);
    command_add_int(&command, "--port", run->port);
    add_load(&command, run);
    command_add_text(&command, "--run-id", run->run_id);
    if (run->plain)
        command_add(&command, "--plain");
    command_add(&command, "--machine");
    command_add_text(&command, "--record", dir);
    add_key(&command, cast, run);
    return command_start(&command, run->cpu_client, &cast->client, err);
}

/* ---- the end ---- */

int cast_is_lost(struct cast *cast)
{
    cast->was_lost |= cast->server.is_dialog && deploy_is_lost(&cast->server);
    return cast->was_lost;
}

void cast_interrupt(struct cast *cast)
{
    proc_signal(&cast->client, SIGINT);
}

static int64_t nearer(int64_t deadline_ns, int64_t grace_ns)
{
    int64_t at_ns = clock_now_ns() + grace_ns;

    return at_ns < deadline_ns ? at_ns : deadline_ns;
}

static void stop(struct proc *proc, const struct result_run *run,
                 int (*is_hurried)(void))
{
    int64_t deadline_ns = nearer(
        INT64_MAX, result_run_is_udp(run) ? save_grace_ns : stop_grace_ns);
    int was_hurried = 0;

    proc_signal(proc, SIGTERM);
    while (proc_is_running(proc) && clock_now_ns() < deadline_ns) {
        if (!was_hurried && is_hurried()) {
            deadline_ns = nearer(deadline_ns, hurried_grace_ns);
            was_hurried = 1;
        }
        (void)proc_more(proc, hurried_grace_ns);
    }
    proc_stop(proc, 0);
}

int cast_end(struct cast *cast, const struct result_run *run, const char *dir,
             int (*is_hurried)(void), struct err *err)
{
    struct ssh_target to = ssh_target(run);
    char line[512];
    int failed = 0;

    proc_stop(&cast->client, 0); /* it has ended: what it computed counts now */
    stop(&cast->relay, run, is_hurried);
    pulse_stop(&cast->pulse);
    if (run->deployed)
        failed = deploy_end(&cast->server, &to, dir, &cast->far, err);
    stop(&cast->server, run, is_hurried);
    while (proc_line(&cast->server, line, sizeof line, 0))
        ;
    while (proc_line(&cast->relay, line, sizeof line, 0))
        ;
    return failed;
}

void cast_release(struct cast *cast)
{
    pulse_stop(&cast->pulse);
    proc_release(&cast->client);
    proc_release(&cast->relay);
    proc_release(&cast->server);
    explicit_bzero(cast->key, sizeof cast->key);
}
