/*
 * echo-server: echo until the client leaves, says `exit`, errs, or is silent
 * for too long.
 */
#include "lib/args.h"
#include "lib/start.h"
#include "servers/model.h"

#include <stdio.h>

struct server {
    struct serve serve;
    const char *model_name;
    int (*model)(struct crowd *crowd, struct err *err);
};

static int set_model(int key, const char *value, void *ctx, struct err *err)
{
    struct server *server = ctx;

    (void)key;
    server->model_name = value;
    server->model = model_find(value);
    server->serve.is_one_thread = server->model != model_thread;
    return server->model
               ? 0
               : args_bad(err, "model", value, "thread, single or epoll");
}

static int parse(struct server *server, int argc, char **argv, int *done,
                 struct err *err)
{
    static const struct args_option own[] = {
        {"model", 'm', "MODEL", "thread",
         "thread: a thread for each connection; single: one connection after "
         "the other; epoll: many connections in one thread, on loopback as "
         "many as "
         "there can be descriptors for"},
        {0},
    };
    struct args_group groups[] = {
        serve_listen_group(&server->serve),
        serve_echo_group(&server->serve),
        serve_limits_group(&server->serve),
        guard_key_group(&server->serve.guard),
        {own, set_model, server},
    };
    struct args_spec spec = {
        .prog = "echo-server",
        .usage = "",
        .doc = "Send back, on TCP, every byte that a client sends, until the "
               "client leaves, says exit, or is silent for too long.",
        .more = "Any RFC 862 echo client can use it: telnet, nc, socat. "
                "SIGTERM and Ctrl-C end it after answering what is under "
                "way. Where others than this machine can connect it allows "
                "less, see the defaults above.\n\nExample: echo-server --port "
                "2333 --ip 0.0.0.0",
        .groups = groups,
        .ngroups = 5,
    };

    return args_parse(&spec, argc, argv, done, err);
}

static int run(struct server *server, struct crowd *crowd, int argc,
               char **argv, struct err *err)
{
    int done = 0;

    if (parse(server, argc, argv, &done, err) < 0)
        return -1;
    if (done)
        return 0;
    if (serve_open(&server->serve, err) < 0 ||
        crowd_init(crowd, &server->serve, err) < 0)
        return -1;
    serve_show_config(&server->serve);
    serve_say(&server->serve, "    model: %s", server->model_name);
    return server->model(crowd, err);
}

int main(int argc, char **argv)
{
    /* Static: a thread that outlives the drain may still look at them. */
    static struct server server = {.model_name = "thread",
                                   .model = model_thread};
    static struct crowd crowd;
    struct err err = {0};

    start_standard_fds();
    serve_init(&server.serve);
    if (run(&server, &crowd, argc, argv, &err) == 0)
        return 0;
    err_print(&err, "echo-server", stderr);
    return (int)err.code;
}
