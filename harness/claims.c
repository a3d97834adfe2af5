#include "harness/claims.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct claim {
    char key[CLAIMS_KEY];
    char *value; /* in the text */
};

struct claims {
    char *text; /* a copy, its lines cut up */
    struct claim *claim;
    size_t n;
};

static void name_line(struct claim *claim, char *line, int number)
{
    snprintf(claim->key, sizeof claim->key, "line %d", number);
    claim->value = line;
}

/* \setR{KEY}{VALUE}% HASH */
static int is_setting(struct claim *claim, char *line)
{
    static const char start[] = "\\setR{";
    char *end = strstr(line, "}{");

    if (strncmp(line, start, sizeof start - 1) != 0 || !end)
        return 0;
    snprintf(claim->key, sizeof claim->key, "%.*s",
             (int)(end - line - (int)sizeof start + 1),
             line + sizeof start - 1);
    claim->value = end + 1;
    return 1;
}

/* "NAME": VALUE, with or without a comma; `object` is the one it is in. */
static int is_member(struct claim *claim, char *line, char object[64])
{
    char *name = line + strspn(line, "\t "), *end;
    size_t len = strlen(name);

    if (*name++ != '"' || !(end = strstr(name, "\":")))
        return 0;
    if (len > 2 && name[len - 2] == ',')
        name[len - 2] = '\0';
    claim->value = end + 2 + strspn(end + 2, "\t ");
    if (strcmp(claim->value, "{") == 0) {
        snprintf(object, 64, "%.*s", (int)(end - name), name);
        snprintf(claim->key, sizeof claim->key, "%s", object);
    } else {
        snprintf(claim->key, sizeof claim->key, "%s%s%.*s", object,
                 object[0] ? "." : "", (int)(end - name), name);
    }
    return 1;
}

/* Lines of brackets only claim nothing. */
static int is_empty(const char *line)
{
    return line[strspn(line, "\t {}[],")] == '\0';
}

static int claims_read(struct claims *claims, const char *text)
{
    char object[64] = "", *line, *next;
    size_t most = 1;
    int number = 1;

    for (const char *at = text; *at; at++)
        most += *at == '\n';
    claims->text = strdup(text);
    claims->claim = calloc(most, sizeof *claims->claim);
    if (!claims->text || !claims->claim)
        return -1;
    for (line = claims->text; line; line = next, number++) {
        struct claim *claim = &claims->claim[claims->n];

        next = strchr(line, '\n');
        if (next)
            *next++ = '\0';
        if (is_empty(line))
            continue;
        if (!is_setting(claim, line) && !is_member(claim, line, object))
            name_line(claim, line, number);
        claims->n++;
    }
    return 0;
}

/* Mostly it is in the same place. */
static const char *claims_find(const struct claims *claims, size_t place,
                               const char *key)
{
    if (place < claims->n && strcmp(claims->claim[place].key, key) == 0)
        return claims->claim[place].value;
    for (size_t i = 0; i < claims->n; i++)
        if (strcmp(claims->claim[i].key, key) == 0)
            return claims->claim[i].value;
    return NULL;
}

static int hold(const struct claims *one, const struct claims *other,
                claims_differ_fn differ, void *ctx)
{
    int n = 0;

    for (size_t i = 0; i < one->n; i++) {
        const struct claim *claim = &one->claim[i];
        const char *value = claims_find(other, i, claim->key);

        if (value && strcmp(value, claim->value) == 0)
            continue;
        differ(claim->key, claim->value, value, ctx);
        n++;
    }
    for (size_t i = 0; i < other->n; i++) {
        const struct claim *claim = &other->claim[i];

        if (claims_find(one, i, claim->key))
            continue;
        differ(claim->key, NULL, claim->value, ctx);
        n++;
    }
    return n;
}

int claims_compare(const char *one, const char *other, claims_differ_fn differ,
                   void *ctx, struct err *err)
{
    struct claims a = {0}, b = {0};
    int status = claims_read(&a, one) | claims_read(&b, other);

    if (status < 0)
        err_set(err, ERR_RESOURCE, "no-memory", "out of memory");
    else if (hold(&a, &b, differ, ctx) == 0 && strcmp(one, other) != 0)
        differ("order or brackets", "other bytes", "the same values", ctx);
    free(a.text);
    free(a.claim);
    free(b.text);
    free(b.claim);
    return status;
}
