/* harness: the table of commands, and nothing else. */
#include "harness/cmd.h"
#include "lib/args.h"
#include "lib/start.h"

#include <errno.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const struct command {
    const char *name;
    int (*run)(int argc, char **argv, struct err *err);
    const char *help;
} commands[] = {
    {"check", cmd_check, "say whether a scenario is right, and its plan"},
    {"run", cmd_run, "perform a scenario and record every message"},
    {"report", cmd_report, "make figures and a PDF from results folders"},
    {"compare", cmd_compare, "say whether one target is slower than another"},
    {"verify", cmd_verify, "hold results folders against their manifests"},
    {"trace", cmd_trace, "show the path to a port, hop by hop"},
    {"list", cmd_list, "list results folders"},
    {"doctor", cmd_doctor, "say what is missing, here or at a target"},
};
enum { COMMANDS = sizeof commands / sizeof *commands };

static int help(void)
{
    puts("Usage: harness COMMAND [ARGUMENT...]\n"
         "Measure round trips to an echo server and write the report about "
         "them.\n");
    for (int i = 0; i < COMMANDS; i++)
        printf("  %-8s %s\n", commands[i].name, commands[i].help);
    puts("\nharness COMMAND --help tells more.\n\n"
         "Example:\n"
         "  dir=$(harness run scenarios/local_rate.json | tail -n 1)\n"
         "  harness report \"$dir\"");
    return 0;
}

static int unknown(const char *name, struct err *err)
{
    err_set(err, ERR_USAGE, "usage", "unknown command: \"%.60s\"", name);
    return err_hint(err, "harness --help lists the commands");
}

static int dispatch(int argc, char **argv, struct err *err)
{
    const char *name = argc > 1 ? argv[1] : "";

    if (argc < 2) {
        err_set(err, ERR_USAGE, "usage", "which command?");
        return err_hint(err, "harness --help lists them");
    }

    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 ||
        strcmp(name, "-help") == 0 || strcmp(name, "help") == 0)
        return help();
    if (strcmp(name, "--version") == 0 || strcmp(name, "-V") == 0)
        return printf("harness (echolab) %s\n", args_version()) < 0;
    for (int i = 0; i < COMMANDS; i++)
        if (strcmp(commands[i].name, name) == 0)
            return commands[i].run(argc - 1, argv + 1, err);
    return unknown(name, err);
}

/* What was printed must have arrived: a full disk is an error of its own. */
static int close_stdout(struct err *err)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return 0;
    err_sys(err, ERR_RESULTS, "stdout", "cannot write to stdout");
    if (err->sys_errno == EPIPE)
        err->code = (enum err_code)(ERR_SIGNAL + SIGPIPE);
    return -1;
}

/* A signal that stopped us is also how we end, as shells expect. */
static int leave(int code)
{
    if (code > ERR_SIGNAL) {
        (void)signal(code - ERR_SIGNAL, SIG_DFL);
        (void)raise(code - ERR_SIGNAL);
    }
    return code;
}

int main(int argc, char **argv)
{
    struct err err = {0};
    int failed;

    start_standard_fds();
    /* Numbers in files have a point, whatever the user's language. */
    (void)setlocale(LC_ALL, "C");
    failed = dispatch(argc, argv, &err) < 0;
    if (!failed)
        failed = close_stdout(&err) < 0;
    if (!failed)
        return 0;
    (void)fflush(stdout);
    if ((int)err.code != ERR_SIGNAL + SIGPIPE) /* the reader left: no news */
        err_print(&err, "harness", stderr);
    return leave((int)err.code);
}
