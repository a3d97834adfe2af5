#include "harness/report_shown.h"

#include "harness/pdf_text.h"

#include <stdlib.h>
#include <string.h>

/* The keys that tables ask for, \R{KEY} or \Rna{KEY}, sorted. */
struct asked {
    char *text; /* the tables, cut up */
    char **key;
    size_t n;
};

static int compare_keys(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static int asked_find(struct asked *asked, const struct report_content *content,
                      struct err *err)
{
    struct buf tables = {0};
    size_t most = 1;

    for (int i = 0; report_content_table(content, i, &tables); i++)
        ;
    for (const char *at = buf_text(&tables); *at; at++)
        most += *at == '{';
    asked->text = tables.text;
    asked->key = calloc(most, sizeof *asked->key);
    if (tables.failed || !asked->key)
        return err_set(err, ERR_RESOURCE, "no-memory", "out of memory");
    for (char *at = tables.text; at && (at = strstr(at, "\\R"));) {
        size_t skip = strncmp(at, "\\Rna{", 5) == 0 ? 5 : at[2] == '{' ? 3 : 0;
        char *end = skip ? strchr(at, '}') : NULL;

        at += skip ? skip : 2;
        if (!end)
            continue;
        *end = '\0';
        asked->key[asked->n++] = at;
        at = end + 1;
    }
    qsort(asked->key, asked->n, sizeof *asked->key, compare_keys);
    return 0;
}

static int is_asked(const struct asked *asked, const char *key)
{
    return bsearch(&key, asked->key, asked->n, sizeof *asked->key,
                   compare_keys) != NULL;
}

static int look_up(const struct report_content *content,
                   const struct buf *shown, struct report_drift *drift, int *n,
                   struct err *err)
{
    struct asked asked = {0};
    int status = asked_find(&asked, content, err);

    for (size_t i = 0; status == 0 && i < content->values.n; i++) {
        const struct values_entry *entry = &content->values.entry[i];

        if (!entry->has_number || !is_asked(&asked, entry->key))
            continue;
        ++*n;
        if (!pdf_text_shows(shown, entry->text))
            report_drift_add(entry->key, NULL, entry->text, drift);
    }
    free(asked.key);
    free(asked.text);
    return status;
}

int report_shown(const struct report_content *content, const char *pdf,
                 struct report_drift *drift, int *n, struct err *err)
{
    struct buf text = {0};
    int status = pdf_text(&text, pdf, err);

    *n = 0;
    if (status == 0) {
        pdf_text_squeeze(&text);
        status = look_up(content, &text, drift, n, err);
    }
    buf_release(&text);
    return status;
}
