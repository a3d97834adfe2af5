#include "harness/values.h"

#include "harness/latex.h"
#include "lib/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void add(struct values *values, const struct values_entry *entry)
{
    struct values_entry *more = realloc(values->entry,
                                        (values->n + 1) * sizeof *more);

    if (more)
        values->entry = more;
    if (!more || !entry->text) {
        free(entry->text);
        values->failed = 1;
        return;
    }
    values->entry[values->n] = *entry;
    memcpy(values->entry[values->n].sha256, values->sha256,
           sizeof values->sha256);
    values->n++;
}

static void name_key(struct values_entry *entry, const char *prefix,
                     const char *key)
{
    snprintf(entry->key, sizeof entry->key, "%s%s%s", prefix,
             prefix[0] ? "." : "", key);
}

void values_text(struct values *values, const char *prefix, const char *key,
                 const char *text)
{
    struct values_entry entry = {.text = strdup(text)};

    name_key(&entry, prefix, key);
    add(values, &entry);
}

void values_number(struct values *values, const char *prefix, const char *key,
                   double number, const char *text)
{
    struct values_entry entry = {
        .text = strdup(text), .has_number = 1, .number = number};

    name_key(&entry, prefix, key);
    add(values, &entry);
}

const char *values_find(const struct values *values, const char *key)
{
    for (size_t i = 0; i < values->n; i++)
        if (strcmp(values->entry[i].key, key) == 0)
            return values->entry[i].text;
    return NULL;
}

int values_tex(const struct values *values, struct buf *to, struct err *err)
{
    for (size_t i = 0; i < values->n; i++) {
        const struct values_entry *entry = &values->entry[i];

        buf_addf(to, "\\setR{%s}{", entry->key);
        latex_escape(to, entry->text);
        buf_addf(to, "}%% %s\n", entry->sha256);
    }
    if (values->failed || to->failed)
        return err_set(err, ERR_RESOURCE, "no-memory", "out of memory");
    return 0;
}

char *values_json(const struct values *values)
{
    struct cJSON *root = json_object(), *all;
    char *text;

    json_put_int(root, "format", 1);
    all = json_put_object(root, "values");
    for (size_t i = 0; i < values->n; i++) {
        const struct values_entry *entry = &values->entry[i];
        struct cJSON *one = json_put_object(all, entry->key);

        json_put_text(one, "text", entry->text);
        if (entry->has_number)
            json_put_real(one, "number", entry->number);
        if (entry->sha256[0])
            json_put_text(one, "sha256", entry->sha256);
    }
    text = root && !values->failed ? json_print(root) : NULL;
    json_free(root);
    return text;
}

void values_release(struct values *values)
{
    for (size_t i = 0; i < values->n; i++)
        free(values->entry[i].text);
    free(values->entry);
    memset(values, 0, sizeof *values);
}
