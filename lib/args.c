#define _GNU_SOURCE
#include "lib/args.h"

#include "lib/finish.h"
#include "lib/num.h"

#include <argp.h>
#include <stdlib.h>
#include <string.h>

/* argp wants one flat table with program-wide keys: KEY0 + row number. */
enum { KEY0 = 1000, KEY_HELP = 'h', KEY_VERSION = 'V', KEY_OPTIONS = 900 };

struct parse {
    const struct args_spec *spec;
    struct err *err;
    int failed;
    int wish; /* KEY_HELP, KEY_VERSION or KEY_OPTIONS when asked */
};

int args_bad(struct err *err, const char *option, const char *value,
             const char *want)
{
    return err_set(err, ERR_USAGE, "usage", "--%s: \"%.60s\": want %s", option,
                   value, want);
}

int args_int(const char *value, struct args_range range, long long *to,
             struct err *err)
{
    char want[64];
    int64_t number;

    if (num_parse_int(value, range.lo, range.hi, &number) < 0) {
        snprintf(want, sizeof want, "a whole number, %lld..%lld", range.lo,
                 range.hi);
        return args_bad(err, range.option, value, want);
    }
    *to = number;
    return 0;
}

/* The option behind an argp key, and the group it came from. */
static const struct args_option *find(const struct args_spec *spec, int key,
                                      const struct args_group **group)
{
    int row = key - KEY0;

    for (int g = 0; g < spec->ngroups; g++) {
        const struct args_option *o = spec->groups[g].options;

        for (; o->name; o++, row--) {
            if (row == 0) {
                *group = &spec->groups[g];
                return o;
            }
        }
    }
    return NULL;
}

static int set_option(struct parse *parse, int key, const char *value)
{
    const struct args_group *group = NULL;
    const struct args_option *option = find(parse->spec, key, &group);

    if (!option)
        return -1;
    return group->set(option->key, value, group->ctx, parse->err);
}

static int set_operand(struct parse *parse, const char *text)
{
    if (parse->spec->operand)
        return parse->spec->operand(text, parse->spec->ctx, parse->err);
    return err_set(parse->err, ERR_USAGE, "usage",
                   "unexpected argument: \"%.80s\"", text);
}

static error_t on_key(int key, char *value, struct argp_state *state)
{
    struct parse *parse = state->input;

    if (key == KEY_HELP || key == KEY_VERSION || key == KEY_OPTIONS) {
        parse->wish = parse->wish ? parse->wish : key;
        return 0;
    }
    if (key != ARGP_KEY_ARG && key >= ARGP_KEY_END)
        return ARGP_ERR_UNKNOWN; /* argp telling us where it is */
    if (parse->wish)
        return 0;
    if ((key == ARGP_KEY_ARG ? set_operand(parse, value)
                             : set_option(parse, key, value)) == 0)
        return 0;
    parse->failed = 1;
    return EINVAL;
}

static int count_options(const struct args_spec *spec)
{
    const struct args_group *group;
    int n = 0;

    while (find(spec, KEY0 + n, &group))
        n++;
    return n;
}

static char *help_text(const struct args_option *option)
{
    size_t size = strlen(option->doc) + 80;
    char *text = malloc(size);

    if (text && option->fallback)
        snprintf(text, size, "%s (default %s)", option->doc, option->fallback);
    else if (text)
        snprintf(text, size, "%s", option->doc);
    return text;
}

static void free_table(struct argp_option *table, int n)
{
    for (int i = 0; table && i < n; i++)
        free((char *)(uintptr_t)table[i].doc);
    free(table);
}

static struct argp_option *build_table(const struct args_spec *spec, int n)
{
    static const struct argp_option common[] = {
        {"help", KEY_HELP, NULL, 0, "Print this help", -1},
        {"version", KEY_VERSION, NULL, 0, "Print the version", -1},
        {"options", KEY_OPTIONS, NULL, OPTION_HIDDEN, NULL, -1},
        {0},
    };
    struct argp_option *table = calloc((size_t)n + 4, sizeof *table);
    const struct args_group *group;

    for (int i = 0; table && i < n; i++) {
        const struct args_option *o = find(spec, KEY0 + i, &group);

        table[i] = (struct argp_option){
            .name = o->name, .key = KEY0 + i, .arg = o->arg, .group = 1};
        table[i].doc = help_text(o);
    }
    if (table)
        memcpy(table + n, common, sizeof common);
    return table;
}

static void print_options(const struct args_spec *spec)
{
    const struct args_group *group;
    const struct args_option *o;

    for (int i = 0; (o = find(spec, KEY0 + i, &group)); i++)
        printf("--%s\t%s\t%s\t%s\n", o->name, o->arg ? o->arg : "-",
               o->fallback ? o->fallback : "-", o->doc);
}

static void grant(const struct parse *parse, const struct argp *argp)
{
    char *prog = (char *)(uintptr_t)parse->spec->prog;

    if (parse->wish == KEY_HELP)
        argp_help(argp, stdout,
                  ARGP_HELP_USAGE | ARGP_HELP_PRE_DOC | ARGP_HELP_LONG |
                      ARGP_HELP_POST_DOC,
                  prog);
    else if (parse->wish == KEY_VERSION)
        printf("%s (echolab) %s\n", parse->spec->prog, args_version());
    else
        print_options(parse->spec);
}

/* The option that argv[i] names, in full or abbreviated; NULL: none. */
static const struct args_option *named(const struct args_spec *spec,
                                       const char *text)
{
    const struct args_group *group;
    const struct args_option *o;
    size_t n;

    text += strspn(text, "-");
    n = strcspn(text, "=");
    for (int i = 0; (o = find(spec, KEY0 + i, &group)); i++)
        if (n > 0 && strncmp(o->name, text, n) == 0)
            return o;
    return NULL;
}

/* argp does not tell which option it could not take: look for it. */
static int refuse_option(const struct args_spec *spec, int argc, char **argv,
                         struct err *err)
{
    for (int i = 1; i < argc; i++) {
        const struct args_option *o = named(spec, argv[i]);

        if (argv[i][0] != '-' || !argv[i][1])
            continue;
        if (!o)
            return err_set(err, ERR_USAGE, "usage", "unknown option: %.80s",
                           argv[i]);
        if (o->arg && !strchr(argv[i], '=') && ++i == argc)
            return err_set(err, ERR_USAGE, "usage",
                           "option needs a value: --%s", o->name);
        if (!o->arg && strchr(argv[i], '='))
            return err_set(err, ERR_USAGE, "usage",
                           "option takes no value: --%s", o->name);
    }
    return err_set(err, ERR_USAGE, "usage", "ambiguous option");
}

static char *usage_doc(const struct args_spec *spec)
{
    size_t size = strlen(spec->doc) + strlen(spec->more) + 2;
    char *text = malloc(size);

    if (text)
        snprintf(text, size, "%s\v%s", spec->doc, spec->more);
    return text;
}

int args_parse(const struct args_spec *spec, int argc, char **argv, int *done,
               struct err *err)
{
    struct parse parse = {.spec = spec, .err = err};
    char **order = calloc((size_t)argc + 1, sizeof *order);
    int n = count_options(spec), failed;
    struct argp argp = {.options = build_table(spec, n),
                        .parser = on_key,
                        .args_doc = spec->usage,
                        .doc = usage_doc(spec)};

    /* argp puts options first, in place: give it an order of its own. */
    if (order)
        memcpy(order, argv, (size_t)argc * sizeof *order);
    failed = !argp.options || !argp.doc || !order ||
             argp_parse(&argp, argc, order,
                        ARGP_LONG_ONLY | ARGP_NO_ERRS | ARGP_NO_HELP |
                            (spec->is_in_order ? ARGP_IN_ORDER : 0),
                        NULL, &parse) != 0;
    if (failed && !parse.failed)
        refuse_option(spec, argc, argv, err);
    if (failed && !err->hint[0])
        err_hint(err, "%s --help", spec->prog);
    if (!failed && parse.wish) {
        grant(&parse, &argp);
        failed = finish_stdout(err) < 0;
    }
    *done = parse.wish != 0;
    free_table((struct argp_option *)(uintptr_t)argp.options, n);
    free((char *)(uintptr_t)argp.doc);
    free(order);
    return failed ? -1 : 0;
}
