#include "harness/tex_numbers.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

/* What their first braces hold is a name. */
static int is_naming(const char *command, size_t len)
{
    static const char *const naming[] = {
        "R",     "Rna",  "IfR",   "ref",     "eqref",
        "label", "cite", "input", "pageref", "includegraphics"};

    for (size_t i = 0; i < sizeof naming / sizeof *naming; i++)
        if (strlen(naming[i]) == len && strncmp(command, naming[i], len) == 0)
            return 1;
    return 0;
}

/* Behind the [OPTIONS]{NAME of a command, where it has them. */
static const char *skip_name(const char *at)
{
    if (*at == '[')
        at += strcspn(at, "]\n");
    if (*at == ']')
        at++;
    return *at == '{' ? at + strcspn(at, "}\n") : at;
}

/* Behind a command, and what it names: \input{tables/fig2.tex}. */
static const char *skip_command(const char *at)
{
    const char *end = ++at;

    while (isalpha((unsigned char)*end))
        end++;
    if (end > at)
        return is_naming(at, (size_t)(end - at)) ? skip_name(end) : end;
    return *at && *at != '\n' ? at + 1 : at; /* \% begins no comment */
}

static const char *skip_number(const char *at)
{
    while (isdigit((unsigned char)*at) ||
           ((*at == '.' || *at == ',') && isdigit((unsigned char)at[1])))
        at++;
    return at;
}

static void find(struct numbers *numbers, const char *text)
{
    const char *start = text;
    int line = 1;

    for (const char *at = text, *end; *at; at = end) {
        end = at + 1;
        if (*at == '\n') {
            start = end;
            line++;
        } else if (*at == '\\') {
            end = skip_command(at);
        } else if (*at == '%') {
            end = at + strcspn(at, "\n");
        } else if (isdigit((unsigned char)*at)) {
            end = skip_number(at);
            numbers->all[numbers->n++] = (struct number){at, (size_t)(end - at),
                                                         start, line, 0};
        }
    }
}

static int numbers_read(struct numbers *numbers, const char *text)
{
    numbers->all = calloc(strlen(text) / 2 + 1, sizeof *numbers->all);
    if (!numbers->all)
        return -1;
    find(numbers, text);
    return 0;
}

/* ---- whether it is in both ---- */

static int are_equal(const struct number *a, const struct number *b)
{
    return a->len == b->len && strncmp(a->at, b->at, a->len) == 0;
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

int tex_numbers_compare(const char *text, const char *template,
                        claims_differ_fn differ, void *ctx, struct err *err)
{
    struct numbers has = {0}, may = {0};
    int status = numbers_read(&has, text) | numbers_read(&may, template);

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
