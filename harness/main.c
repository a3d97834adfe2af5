/* harness: the table of commands, and nothing else. */
#include "harness/cmd.h"
#include "lib/args.h"
#include "lib/finish.h"
#include "lib/start.h"

#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

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
         "A session:\n"
         "  harness doctor                               # is all there?\n"
         "  harness check scenarios/local_rate.json      # what would it do?\n"
         "  dir=$(harness run scenarios/local_rate.json | tail -n 1)\n"
         "  harness list                                 # what is there now\n"
         "  harness verify \"$dir\"                        # as it was "
         "written?\n"
         "  harness report \"$dir\"                        # "
         "report-out/report.pdf\n"
         "  harness run scenarios/local_rate.json scenarios/remote_rate.json "
         "\\\n"
         "      --pairs 6 --set duration_s=5             # two in turn\n"
         "  harness compare results/local_rate-UTC results/remote_rate-UTC");
    return 0;
}

static int unknown(const char *name, struct err *err)
{
    err_set(err, ERR_USAGE, "usage", "unknown command: \"%.60s\"", name);
    return err_hint(err, "harness --help lists the commands");
}

static const struct command *find(const char *name)
{
    for (int i = 0; i < COMMANDS; i++)
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    return NULL;
}

/* "harness help run" is "harness run --help". */
static int help_about(const char *name, struct err *err)
{
    char word[] = "--help", *argv[] = {word, word, NULL};
    const struct command *command = find(name);

    return command ? command->run(2, argv, err) : unknown(name, err);
}

static int dispatch(int argc, char **argv, struct err *err)
{
    const char *name = argc > 1 ? argv[1] : "";
    const struct command *command;

    if (argc < 2) {
        err_set(err, ERR_USAGE, "usage", "which command?");
        return err_hint(err, "harness --help lists them");
    }
    if (strcmp(name, "help") == 0 && argc > 2)
        return help_about(argv[2], err);
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 ||
        strcmp(name, "-help") == 0 || strcmp(name, "help") == 0)
        return help();
    if (strcmp(name, "--version") == 0 || strcmp(name, "-V") == 0)
        return printf("harness (echolab) %s\n", args_version()) < 0;
    command = find(name);
    return command ? command->run(argc - 1, argv + 1, err) : unknown(name, err);
}

int main(int argc, char **argv)
{
    struct err err = {0};

    start_standard_fds();
    /* Who started us may have ignored it: no child's end would be seen. */
    (void)signal(SIGCHLD, SIG_DFL);
    /* Numbers in files have a point, whatever the user's language. */
    (void)setlocale(LC_ALL, "C");
    if (dispatch(argc, argv, &err) == 0 && finish_stdout(&err) == 0)
        return 0;
    return finish_failed(&err, "harness");
}
