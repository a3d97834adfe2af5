#include "lib/json.h"

#include "lib/json_scan.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

_Static_assert(JSON_MAX_DEPTH == JSON_SCAN_MAX_DEPTH, "one limit, two names");

static int no_memory(struct err *err)
{
    return err_set(err, ERR_RESOURCE, "no-memory", "out of memory");
}

/* ---- checking a tree ---- */

static int compare_keys(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* A key that the object itself holds twice, or NULL.  Error: no-memory. */
static int find_twice(const cJSON *object, const char **twice, struct err *err)
{
    size_t n = (size_t)cJSON_GetArraySize(object), used = 0;
    const char **keys = calloc(n + 1, sizeof *keys);

    *twice = NULL;
    if (!keys)
        return no_memory(err);
    for (const cJSON *c = object->child; c && used < n; c = c->next)
        keys[used++] = c->string ? c->string : "";
    qsort(keys, used, sizeof *keys, compare_keys);
    for (size_t i = 1; i < used && !*twice; i++)
        if (strcmp(keys[i - 1], keys[i]) == 0)
            *twice = keys[i];
    free(keys);
    return 0;
}

/* 1 and the path of a key that an object holds twice, at or below `item`. */
static int find_duplicate(const cJSON *item, char *path, size_t size,
                          struct err *err)
{
    size_t used = strlen(path);
    const char *twice = NULL;
    int index = 0, found = 0;

    if (cJSON_IsObject(item) && find_twice(item, &twice, err) < 0)
        return -1;
    for (const cJSON *c = item->child; c; c = c->next, index++) {
        if (cJSON_IsArray(item))
            snprintf(path + used, size - used, "[%d]", index);
        else
            snprintf(path + used, size - used, "%s%s", used ? "." : "",
                     c->string);
        if (twice && strcmp(c->string, twice) == 0)
            return 1;
        found = c->child ? find_duplicate(c, path, size, err) : 0;
        if (found)
            return found;
        path[used] = '\0';
    }
    return 0;
}

static int refuse_duplicate(const struct json_doc *doc, enum err_code code,
                            struct err *err)
{
    char path[256] = "";
    int line, found = find_duplicate(doc->root, path, sizeof path, err);

    if (found <= 0)
        return found;
    line = json_scan_line(doc->text, doc->len, path, 2);
    err_set(err, code, "json-duplicate", "%s:%d: duplicate key \"%s\"",
            doc->name, line ? line : 1, path);
    return err_hint(err, "leave one of the two out");
}

static int parse_text(struct json_doc *doc, enum err_code code, struct err *err)
{
    struct json_fault fault;

    if (json_scan_check(doc->text, doc->len, &fault) < 0) {
        err_set(err, code, "json-syntax", "%s:%d:%d: %s", doc->name, fault.line,
                fault.column, fault.what);
        return err_hint(err, "%s", fault.advice);
    }
    doc->root = cJSON_ParseWithLengthOpts(doc->text, doc->len + 1, NULL, 1);
    if (!doc->root)
        return no_memory(err);
    if (!cJSON_IsObject(doc->root))
        return err_set(err, code, "json-syntax", "%s:1:1: not an object {...}",
                       doc->name);
    return refuse_duplicate(doc, code, err);
}

/* ---- documents ---- */

static int most_of(enum err_code code)
{
    return code == ERR_RESULTS ? JSON_MAX_RESULTS : JSON_MAX_BYTES;
}

/* Our own files are never links; a scenario may be one. */
static int open_regular(const char *path, enum err_code code, off_t *bytes,
                        struct err *err)
{
    int flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK;
    int fd = open(path, code == ERR_RESULTS ? flags | O_NOFOLLOW : flags);
    struct stat st;

    if (fd < 0)
        return err_sys(err, code, "json-open", "cannot open %s", path);
    if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
        err_set(err, code, "json-open", "cannot open %s: not a regular file",
                path);
    else if (st.st_size > most_of(code))
        err_set(err, code, "json-size", "%s: %lld bytes, more than %d", path,
                (long long)st.st_size, most_of(code));
    else
        *bytes = st.st_size;
    if (*bytes >= 0)
        return fd;
    close(fd);
    return -1;
}

/* Up to `most` bytes. */
static ssize_t read_all(int fd, char *text, size_t most)
{
    size_t used = 0;
    ssize_t n = 1;

    while (n != 0 && used < most) {
        n = read(fd, text + used, most - used);
        if (n < 0 && errno == EINTR)
            n = 1;
        else if (n < 0)
            return -1;
        else
            used += (size_t)n;
    }
    return (ssize_t)used;
}

/* One byte more than there should be, so that a file that grew is noticed. */
static int read_text(struct json_doc *doc, enum err_code code, struct err *err)
{
    off_t bytes = -1;
    int fd = open_regular(doc->name, code, &bytes, err);
    ssize_t n;

    if (fd < 0)
        return -1;
    doc->text = malloc((size_t)bytes + 2);
    n = doc->text ? read_all(fd, doc->text, (size_t)bytes + 1) : 0;
    if (!doc->text)
        no_memory(err);
    else if (n < 0)
        err_sys(err, code, "json-open", "cannot read %s", doc->name);
    else if (n > bytes)
        err_set(err, code, "json-size", "%s: grew while it was read",
                doc->name);
    close(fd);
    if (!doc->text || n < 0 || n > bytes)
        return -1;
    doc->len = (size_t)n;
    doc->text[n] = '\0';
    return 0;
}

static int hint(enum err_code code, struct err *err)
{
    if (code == ERR_RESULTS)
        return err_hint(err, "the file is not as it was written: restore it, "
                             "or measure again");
    if (err->hint[0] || err->code == ERR_RESOURCE)
        return -1;
    return err_hint(err, "name a file that holds one JSON object {...} and "
                         "little else");
}

int json_load(struct json_doc *doc, const char *path, enum err_code code,
              struct err *err)
{
    struct json_doc loaded = {.name = strdup(path)};

    if (!loaded.name)
        return no_memory(err);
    if (read_text(&loaded, code, err) < 0 ||
        parse_text(&loaded, code, err) < 0) {
        json_release(&loaded);
        return hint(code, err);
    }
    *doc = loaded;
    return 0;
}

int json_parse(struct json_doc *doc, const char *name, const char *text,
               struct err *err)
{
    struct json_doc parsed = {
        .name = strdup(name), .text = strdup(text), .len = strlen(text)};
    int status = -1;

    if (!parsed.name || !parsed.text)
        no_memory(err);
    else if (parsed.len > JSON_MAX_BYTES)
        err_set(err, ERR_USAGE, "json-size", "%s: more than %d bytes", name,
                JSON_MAX_BYTES);
    else
        status = parse_text(&parsed, ERR_USAGE, err);
    if (status < 0) {
        json_release(&parsed);
        return hint(ERR_USAGE, err);
    }
    *doc = parsed;
    return 0;
}

void json_release(struct json_doc *doc)
{
    cJSON_Delete(doc->root);
    free(doc->name);
    free(doc->text);
    free(doc->overridden);
    memset(doc, 0, sizeof *doc);
}

/* Was `path`, or something above or below it, set from outside? */
static int is_overridden(const struct json_doc *doc, const char *path)
{
    const char *set = doc->overridden;

    while (set && *set) {
        size_t len = strcspn(set, "\n"), n = strlen(path);
        size_t both = n < len ? n : len;
        const char *next = n < len ? set + both : path + both;

        if (memcmp(set, path, both) == 0 &&
            (n == len || *next == '.' || *next == '['))
            return 1;
        set += len + 1;
    }
    return 0;
}

int json_line(const struct json_doc *doc, const char *path)
{
    if (!doc->text || is_overridden(doc, path))
        return 0;
    return json_scan_line(doc->text, doc->len, path, 1);
}
