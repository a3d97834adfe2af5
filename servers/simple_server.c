/*
 * echo-simple-server: one echo for each connection, then it is closed; a
 * thread serves each.
 */
#include "lib/args.h"
#include "lib/start.h"
#include "servers/model.h"

#include <stdio.h>

static int parse(struct serve *serve, int argc, char **argv, int *done,
                 struct err *err)
{
    struct args_group groups[] = {
        serve_listen_group(serve),
        serve_echo_group(serve),
        serve_limits_group(serve),
        guard_key_group(&serve->guard),
    };
    struct args_spec spec = {
        .prog = "echo-simple-server",
        .usage = "",
        .doc = "Send back, on TCP, the first message of each client, then "
               "close the connection.",
        .more = "A message is what one read takes: at most --buffer bytes.\n\n"
                "Example: echo-simple-server --port 2334",
        .groups = groups,
        .ngroups = 4,
    };

    return args_parse(&spec, argc, argv, done, err);
}

static int run(struct serve *serve, struct crowd *crowd, int argc, char **argv,
               struct err *err)
{
    int done = 0;

    if (parse(serve, argc, argv, &done, err) < 0)
        return -1;
    if (done)
        return 0;
    if (serve_open(serve, err) < 0 || crowd_init(crowd, serve, err) < 0)
        return -1;
    serve_show_config(serve);
    return model_thread(crowd, err);
}

int main(int argc, char **argv)
{
    /* Static: a thread that outlives the drain may still look at them. */
    static struct serve serve;
    static struct crowd crowd;
    struct err err = {0};

    start_standard_fds();
    serve_init(&serve);
    serve.once = 1;
    if (run(&serve, &crowd, argc, argv, &err) == 0)
        return 0;
    err_print(&err, "echo-simple-server", stderr);
    return (int)err.code;
}
