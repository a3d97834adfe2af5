#define _GNU_SOURCE
#include "lib/args.h"
#include "tests/unit/check.h"

#include <stdlib.h>
#include <unistd.h>

enum { PORT = 7, NAME, FAST, POND, LOAD = 7 };

static const struct args_option options[] = {
    {"port", PORT, "PORT", "2333", "its port"},
    {"name", NAME, "WORD", NULL, "any word"},
    {"fast", FAST, NULL, NULL, "do not wait"},
    {"pond", POND, "N", "1", "begins like port"},
    {0},
};
static const struct args_option more_options[] = {
    {"load", LOAD, "N", "0", "the same key in another group"},
    {0},
};

/* What the options were found to be, and what was printed. */
struct found {
    long long port, load;
    const char *name;
    int fast, operands, done, status;
    const char *operand;
    struct err err;
    char printed[4096];
};

static int set(int key, const char *value, void *ctx, struct err *err)
{
    struct found *found = ctx;

    if (key == PORT)
        return args_int(value, ARGS_RANGE("port", 1, 65535), &found->port, err);
    if (key == NAME)
        found->name = value;
    if (key == FAST)
        found->fast += value == NULL;
    return 0;
}

static int set_more(int key, const char *value, void *ctx, struct err *err)
{
    struct found *found = ctx;

    (void)key;
    return args_int(value, ARGS_RANGE("load", -5, 5), &found->load, err);
}

static int take(const char *text, void *ctx, struct err *err)
{
    struct found *found = ctx;

    found->operands++;
    found->operand = text;
    return strcmp(text, "bad") == 0
               ? err_set(err, ERR_USAGE, "usage", "bad operand")
               : 0;
}

/* args_parse with its stdout in found->printed. */
static void parse_captured(const struct args_spec *spec, char **argv, int argc,
                           struct found *found)
{
    FILE *file = tmpfile();
    int out = dup(STDOUT_FILENO);

    fflush(stdout);
    dup2(fileno(file), STDOUT_FILENO);
    found->status = args_parse(spec, argc, argv, &found->done, &found->err);
    fflush(stdout);
    dup2(out, STDOUT_FILENO);
    close(out);
    rewind(file);
    (void)!fread(found->printed, 1, sizeof found->printed - 1, file);
    fclose(file);
}

/* Parse the words of `line`; an empty word is written as @. */
static struct found parsed(const char *line, int with_operands)
{
    static char words[1024];
    static struct found found;
    struct args_group groups[] = {{options, set, &found},
                                  {more_options, set_more, &found}};
    struct args_spec spec = {.prog = "prog sub",
                             .usage = "FILE...",
                             .doc = "Does a thing.",
                             .more = "Example: prog x",
                             .groups = groups,
                             .ngroups = 2,
                             .operand = with_operands ? take : NULL,
                             .ctx = &found};
    char *argv[20] = {"prog"};
    int argc = 1;

    memset(&found, 0, sizeof found);
    snprintf(words, sizeof words, "%s", line);
    for (char *word = strtok(words, " "); word; word = strtok(NULL, " "))
        argv[argc++] = strcmp(word, "@") == 0 ? "" : word;
    parse_captured(&spec, argv, argc, &found);
    return found;
}

static void options_in_every_form(void)
{
    static const char *const lines[] = {"--port 80", "--port=80", "-port 80",
                                        "-port=80",  "--por 80",  "-por=80"};

    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        struct found found = parsed(lines[i], 0);

        CHECK_INT(found.status, 0);
        CHECK_INT(found.port, 80);
        CHECK_INT(found.done, 0);
        CHECK_STR(found.printed, "");
    }
}

static void several_options(void)
{
    struct found found = parsed(
        "--fast --name -x --load -3 --port 1 --fast --name y --port 2", 0);

    CHECK_INT(found.status, 0);
    CHECK_INT(found.port, 2);
    CHECK_INT(found.load, -3);
    CHECK_INT(found.fast, 2);
    CHECK_STR(found.name, "y");
    CHECK_STR(parsed("--name @", 0).name, "");
    CHECK_STR(parsed("--name --fast", 0).name, "--fast");
}

static void no_argument_at_all(void)
{
    CHECK_INT(parsed("", 0).status, 0);
}

static void operands(void)
{
    struct found found = parsed("one --port 3 two", 1);

    CHECK_INT(found.status, 0);
    CHECK_INT(found.operands, 2);
    CHECK_STR(found.operand, "two");
    CHECK_INT(found.port, 3);
    found = parsed("-- --port", 1);
    CHECK_INT(found.status, 0);
    CHECK_STR(found.operand, "--port");
    found = parsed("- x", 1);
    CHECK_INT(found.operands, 2);
    CHECK_STR(parsed("bad", 1).err.msg, "bad operand");
}

/* What is refused, and in which words. */
static const struct {
    const char *line, *msg;
} bad[] = {
    {"--port @", "--port: \"\": want a whole number, 1..65535"},
    {"--port=", "--port: \"\": want a whole number, 1..65535"},
    {"--port 0", "--port: \"0\": want a whole number, 1..65535"},
    {"--port 65536", "--port: \"65536\": want a whole number, 1..65535"},
    {"--port -1", "--port: \"-1\": want a whole number, 1..65535"},
    {"--port 1x", "--port: \"1x\": want a whole number, 1..65535"},
    {"--port +1", "--port: \"+1\": want a whole number, 1..65535"},
    {"--port 0x10", "--port: \"0x10\": want a whole number, 1..65535"},
    {"--port 9223372036854775808",
     "--port: \"9223372036854775808\": want a whole number, 1..65535"},
    {"--load 6", "--load: \"6\": want a whole number, -5..5"},
    {"--port --fast", "--port: \"--fast\": want a whole number, 1..65535"},
    {"--port", "option needs a value: --port"},
    {"--fast --name", "option needs a value: --name"},
    {"--fast=1", "option takes no value: --fast"},
    {"--nonsense", "unknown option: --nonsense"},
    {"--nonsense=3", "unknown option: --nonsense=3"},
    {"-x", "unknown option: -x"},
    {"--port 5 --portx 6", "unknown option: --portx"},
    {"--po 5", "ambiguous option"},
    {"extra", "unexpected argument: \"extra\""},
    {"@", "unexpected argument: \"\""},
};

static void what_is_refused(void)
{
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct found found = parsed(bad[i].line, 0);

        CHECK_INT(found.status, -1);
        CHECK_INT(found.err.code, ERR_USAGE);
        CHECK_STR(found.err.id, "usage");
        CHECK_STR(found.err.msg, bad[i].msg);
        CHECK_STR(found.err.hint, "prog sub --help");
        CHECK_STR(found.printed, "");
    }
}

static void a_long_value_is_shown_cut(void)
{
    char value[800];
    char line[1000];

    memset(value, '9', sizeof value);
    value[sizeof value - 1] = '\0';
    snprintf(line, sizeof line, "--port %s", value);
    CHECK_INT(strlen(parsed(line, 0).err.msg),
              strlen("--port: \"\": want a whole number, 1..65535") + 60);
}

static void help(void)
{
    static const char *const lines[] = {"--help", "-h", "-help",
                                        "--port 80 --help", "--help extra"};

    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        struct found found = parsed(lines[i], 0);

        CHECK_INT(found.status, 0);
        CHECK_INT(found.done, 1);
        CHECK(strstr(found.printed, "Usage: prog sub "));
        CHECK(strstr(found.printed, " FILE...\n"));
        CHECK(strstr(found.printed, "Does a thing."));
        CHECK(strstr(found.printed, "Example: prog x"));
        CHECK(strstr(found.printed, "its port (default 2333)"));
        CHECK(strstr(found.printed, "-load=N"));
        CHECK(!strstr(found.printed, "any word (default"));
    }
}

static void version(void)
{
    struct found found = parsed("--version", 0);
    char want[200];

    snprintf(want, sizeof want, "prog sub (echolab) %s\n", args_version());
    CHECK_STR(found.printed, want);
    CHECK_INT(found.done, 1);
    CHECK_STR(parsed("-V", 0).printed, want);
}

/* What the report's tables of options are made of. */
static void the_table_for_programs(void)
{
    CHECK_STR(parsed("--options", 0).printed,
              "--port\tPORT\t2333\tits port\n"
              "--name\tWORD\t-\tany word\n"
              "--fast\t-\t-\tdo not wait\n"
              "--pond\tN\t1\tbegins like port\n"
              "--load\tN\t0\tthe same key in another group\n");
}

static void help_after_an_error_is_an_error(void)
{
    CHECK_INT(parsed("--port x --help", 0).status, -1);
    CHECK_INT(parsed("--nonsense --help", 0).status, -1);
}

int main(void)
{
    options_in_every_form();
    several_options();
    no_argument_at_all();
    operands();
    what_is_refused();
    a_long_value_is_shown_cut();
    help();
    version();
    the_table_for_programs();
    help_after_an_error_is_an_error();
    return check_done();
}
