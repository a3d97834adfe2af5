#include "harness/tex_numbers.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A number, a name of what is brought in, or a command. */
struct number {
    const char *at; /* in the text */
    size_t len;
    const char *start; /* of its line */
    int line;
    int is_paired; /* with one of the other text */
};

struct numbers {
    struct number *all;
    size_t n;
};

/* ---- what is a number ---- */

static int is_one_of(const char *command, size_t len, const char *const *names,
                     size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strlen(names[i]) == len && strncmp(command, names[i], len) == 0)
            return 1;
    return 0;
}

/* What their first braces hold is a name. */
static int is_naming(const char *command, size_t len)
{
    static const char *const naming[] = {"R",     "Rna",   "IfR",  "ref",
                                         "eqref", "label", "cite", "pageref"};

    return is_one_of(command, len, naming, sizeof naming / sizeof *naming);
}

/* Nothing but letters, signs and space comes of them. */
static int is_plain(const char *command, size_t len)
{
    static const char *const plain[] = {
        "emph",      "textbf",       "textit",      "texttt",
        "textsc",    "mbox",         "item",        "caption",
        "footnote",  "section",      "subsection",  "paragraph",
        "small",     "footnotesize", "medskip",     "smallskip",
        "noindent",  "par",          "quad",        "qquad",
        "enskip",    "ldots",        "dots",        "cdot",
        "times",     "pm",           "mathrm",      "text",
        "frac",      "operatorname", "ln",          "le",
        "ge",        "approx",       "infty",       "delta",
        "mu",        "bullet",       "checkmark",   "bar",
        "centering", "raggedright",  "columnwidth", "textwidth"};

    return len == 0 ||
           is_one_of(command, len, plain, sizeof plain / sizeof *plain);
}

static int is_plain_place(const char *name, size_t len)
{
    static const char *const plain[] = {"itemize", "enumerate", "quote"};

    return is_one_of(name, len, plain, sizeof plain / sizeof *plain);
}

/* They bring in a file and the numbers in it, or do what they name. */
static int is_including(const char *command, size_t len)
{
    static const char *const including[] = {"input", "include",
                                            "includegraphics", "begin", "end"};

    return is_one_of(command, len, including,
                     sizeof including / sizeof *including);
}

/*
 * Behind [OPTIONS] that say only how a figure is shown.  ^^ may stand for the
 * bracket that ends them.
 */
static const char *skip_options(const char *at)
{
    at += strspn(at, " \t");
    if (*at == '[')
        at += strcspn(at, "]\n\\^");
    return *at == ']' ? at + 1 : at;
}

/* Behind the {NAME of a command, where it has one: no command and no ^^. */
static const char *skip_name(const char *at)
{
    at += strspn(at, " \t");
    return *at == '{' ? at + strcspn(at, "}\n\\^") : at;
}

static const char *end_of_command(const char *at)
{
    at++;
    while (isalpha((unsigned char)*at))
        at++;
    return at;
}

/* Behind a command, and what it names: \R{local.rtt.p50}. */
static const char *skip_command(const char *at)
{
    const char *end = end_of_command(at++);

    if (end > at)
        return is_naming(at, (size_t)(end - at)) ? skip_name(end) : end;
    /* \% begins no comment; what ^^ stands for may begin a long command. */
    return *at && *at != '\n' && strncmp(at, "^^", 2) != 0 ? at + 1 : at;
}

/*
 * Where the file that a command brings in is named: \input{NAME}, or without
 * braces \input NAME; NULL when it is another command.
 */
static const char *find_file(const char *at, size_t *len)
{
    const char *end = end_of_command(at);

    if (!is_including(at + 1, (size_t)(end - at - 1)))
        return NULL;
    end = skip_options(end);
    end += strspn(end, " \t\n");
    if (*end == '{')
        *len = strcspn(++end, "}\n");
    else
        *len = strcspn(end, " \t\n\\%{}");
    return end;
}

static const char *skip_number(const char *at)
{
    while (isdigit((unsigned char)*at) ||
           ((*at == '.' || *at == ',') && isdigit((unsigned char)at[1])))
        at++;
    return at;
}

/* One half and the like, or a digit above the line: two bytes of UTF-8. */
static int is_odd_digit(const char *at)
{
    return at[0] == '\xc2' && at[1] &&
           strchr("\xb2\xb3\xb9\xbc\xbd\xbe", at[1]);
}

/* Where a text is being read. */
struct place {
    const char *at;
    const char *start; /* of its line */
    int line;
};

static void add(struct numbers *numbers, const struct place *place,
                const char *at, size_t len)
{
    numbers->all[numbers->n++] = (struct number){at, len, place->start,
                                                 place->line, 0};
}

/* Returns where to go on. */
static const char *find_in_command(struct numbers *numbers,
                                   const struct place *place)
{
    size_t len = 0;
    const char *file = find_file(place->at, &len);
    const char *name = place->at + 1, *end = end_of_command(place->at);

    if (!file) {
        if (!is_naming(name, (size_t)(end - name)) &&
            !is_plain(name, (size_t)(end - name)))
            add(numbers, place, place->at, (size_t)(end - place->at));
        return skip_command(place->at);
    }
    if (len > 0 && !is_plain_place(file, len))
        add(numbers, place, file, len);
    /* Its line may end before the name: that end is to be counted. */
    return memchr(place->at, '\n', (size_t)(file - place->at)) ? end
                                                               : file + len;
}

static void find(struct numbers *numbers, const char *text, int line)
{
    struct place place = {text, text, line};

    for (const char *end; *place.at; place.at = end) {
        end = place.at + 1;
        if (*place.at == '\n') {
            place.start = end;
            place.line++;
        } else if (*place.at == '\\') {
            end = find_in_command(numbers, &place);
        } else if (*place.at == '%') {
            end = place.at + strcspn(place.at, "\n");
        } else if (isdigit((unsigned char)*place.at)) {
            end = skip_number(place.at);
            add(numbers, &place, place.at, (size_t)(end - place.at));
        } else if (strncmp(place.at, "^^", 2) == 0 || is_odd_digit(place.at)) {
            add(numbers, &place, place.at, 2);
        }
    }
}

static int numbers_read(struct numbers *numbers, const char *text, int line)
{
    numbers->all = calloc(strlen(text) + 1, sizeof *numbers->all);
    if (!numbers->all)
        return -1;
    find(numbers, text, line);
    return 0;
}

/* ---- whether it is in both ---- */

/* A command that begins with a capital is the template's own. */
static int may_move(const struct number *number)
{
    return !strchr("\\^", *number->at) || isupper((unsigned char)number->at[1]);
}

static int are_equal(const struct number *a, const struct number *b)
{
    return may_move(a) && a->len == b->len &&
           strncmp(a->at, b->at, a->len) == 0;
}

/* In the same place of the same line, wherever that is now. */
static int stand_alike(const struct number *a, const struct number *b)
{
    size_t len = strcspn(a->start, "\n");

    return a->at - a->start == b->at - b->start &&
           len == strcspn(b->start, "\n") &&
           strncmp(a->start, b->start, len) == 0;
}

static void pair(struct numbers *one, struct numbers *other,
                 int (*match)(const struct number *, const struct number *))
{
    for (size_t i = 0; i < one->n; i++)
        for (size_t k = 0; k < other->n && !one->all[i].is_paired; k++)
            if (!other->all[k].is_paired && match(&one->all[i], &other->all[k]))
                one->all[i].is_paired = other->all[k].is_paired = 1;
}

static void tell(const struct number *number, claims_differ_fn differ,
                 void *ctx)
{
    char key[40], text[40];

    snprintf(key, sizeof key, "line %d", number->line);
    snprintf(text, sizeof text, "%.*s",
             number->len < 39 ? (int)number->len : 39, number->at);
    differ(key, text, NULL, ctx);
}

/* ---- what stands before the text ---- */

#define BEGINNING "\\begin{document}"

/*
 * Where both begin, behind what must be the same, or what is not is told.  A
 * template without a beginning has nothing to be the same.
 */
static int skip_preamble(const char **text, const char **template,
                         claims_differ_fn differ, void *ctx)
{
    const char *end = strstr(*template, BEGINNING), *has = *text;
    struct number line = {.start = has, .line = 1};
    size_t n = end ? (size_t)(end - *template) + strlen(BEGINNING) : 0, i = 0;

    for (; i < n && has[i] == (*template)[i]; i++)
        if (has[i] == '\n') {
            line.start = has + i + 1;
            line.line++;
        }
    if (i == n) {
        *text += n;
        *template += n;
        return line.line;
    }
    line.at = line.start;
    line.len = strcspn(line.start, "\n");
    tell(&line, differ, ctx);
    return 0;
}

int tex_numbers_compare(const char *text, const char *template,
                        claims_differ_fn differ, void *ctx, struct err *err)
{
    struct numbers has = {0}, may = {0};
    int line = skip_preamble(&text, &template, differ, ctx), status;

    if (line == 0)
        return 0;
    status = numbers_read(&has, text, line) |
             numbers_read(&may, template, line);
    if (status < 0)
        err_set(err, ERR_RESOURCE, "no-memory", "out of memory");
    /* Lines that were left alone first, so that what is new is what is told. */
    pair(&has, &may, stand_alike);
    pair(&has, &may, are_equal);
    for (size_t i = 0; status == 0 && i < has.n; i++)
        if (!has.all[i].is_paired)
            tell(&has.all[i], differ, ctx);
    free(has.all);
    free(may.all);
    return status;
}
