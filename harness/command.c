#include "harness/command.h"

#include "harness/paths.h"

#include <stdio.h>
#include <string.h>

static void clear(struct command *command)
{
    command->argv[0] = command->program;
    command->argv[1] = NULL;
    command->n = 1;
    command->failed = 0;
    command->has_terminal = 0;
    command->input = NULL;
    command->used = 0;
}

int command_begin(struct command *command, const char *name, struct err *err)
{
    clear(command);
    return paths_program(command->program, name, err);
}

void command_begin_tool(struct command *command, const char *name)
{
    clear(command);
    snprintf(command->program, sizeof command->program, "%s", name);
}

void command_add(struct command *command, const char *text)
{
    size_t size = strlen(text) + 1;
    char *slot = command->text + command->used;

    if (command->n >= COMMAND_ARGS || size > COMMAND_BYTES - command->used) {
        command->failed = 1;
        return;
    }
    memcpy(slot, text, size);
    command->used += size;
    command->argv[command->n++] = slot;
    command->argv[command->n] = NULL;
}

void command_add_text(struct command *command, const char *option,
                      const char *value)
{
    command_add(command, option);
    command_add(command, value);
}

void command_add_int(struct command *command, const char *option, int64_t n)
{
    char text[24];

    snprintf(text, sizeof text, "%lld", (long long)n);
    command_add_text(command, option, text);
}

void command_add_real(struct command *command, const char *option, double x)
{
    char text[48];

    snprintf(text, sizeof text, "%.9f", x);
    command_add_text(command, option, text);
}

void command_add_share(struct command *command, const char *option, double x)
{
    char text[48];

    snprintf(text, sizeof text, "%.15f", x);
    command_add_text(command, option, text);
}

void command_add_path(struct command *command, const char *option,
                      const char *dir, const char *file)
{
    char path[4096];
    int n = snprintf(path, sizeof path, "%s/%s", dir, file);

    command->failed |= n < 0 || n >= (int)sizeof path;
    command_add_text(command, option, path);
}

int command_start(const struct command *command, int cpu, struct proc *proc,
                  struct err *err)
{
    struct proc_spec spec = {.argv = command->argv,
                             .cpu = cpu,
                             .input = command->input,
                             .has_terminal = command->has_terminal};

    if (command->failed)
        return err_set(err, ERR_BUG, "command",
                       "cannot start %s: too many arguments", command->program);
    return proc_start(proc, &spec, err);
}
