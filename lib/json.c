#include "lib/json.h"

#include "lib/json_scan.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

_Static_assert(JSON_MAX_DEPTH == JSON_SCAN_MAX_DEPTH, "one limit, two names");

#define EXACT_INT 9007199254740992.0 /* 2^53 */

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

/* ---- setting a value by its path ---- */

/* JSON when it is JSON, else a string; NULL when it can be neither. */
static cJSON *value_of(const char *value)
{
    struct json_fault fault;
    size_t len = strlen(value);

    if (len > JSON_MAX_BYTES)
        return NULL;
    if (json_scan_check(value, len, &fault) == 0)
        return cJSON_ParseWithLengthOpts(value, len + 1, NULL, 1);
    for (const char *c = value; *c; c++)
        if ((unsigned char)*c < ' ' || *c == 0x7f)
            return NULL;
    return cJSON_CreateString(value);
}

/* The object that `key` belongs to, made if it is not there. */
static cJSON *step_down(cJSON *object, const char *key)
{
    cJSON *next = cJSON_GetObjectItemCaseSensitive(object, key);

    if (!next)
        return cJSON_AddObjectToObject(object, key);
    return cJSON_IsObject(next) ? next : NULL;
}

static int remember(struct json_doc *doc, const char *path)
{
    size_t old = doc->overridden ? strlen(doc->overridden) : 0;
    size_t len = strlen(path);
    char *more = realloc(doc->overridden, old + len + 2);

    if (!more)
        return -1;
    memcpy(more + old, path, len);
    memcpy(more + old + len, "\n", 2);
    doc->overridden = more;
    return 0;
}

static int put_at(struct json_doc *doc, char *path, cJSON *item)
{
    cJSON *object = doc->root;
    char *key = path, *dot;

    while (object && (dot = strchr(key, '.')) != NULL) {
        *dot = '\0';
        object = step_down(object, key);
        key = dot + 1;
    }
    if (!object || !*key)
        return -1;
    cJSON_DeleteItemFromObjectCaseSensitive(object, key);
    return cJSON_AddItemToObject(object, key, item) ? 0 : -1;
}

int json_override(struct json_doc *doc, const char *path, const char *value,
                  struct err *err)
{
    cJSON *item = value_of(value);
    char *copy = strdup(path);
    int status = 0;

    if (!copy)
        status = no_memory(err);
    else if (!item)
        status = err_set(err, ERR_USAGE, "set-value",
                         "cannot set \"%s\": not a value", path);
    else if (remember(doc, path) < 0 || put_at(doc, copy, item) < 0)
        status = err_set(err, ERR_USAGE, "set-path",
                         "cannot set \"%s\": no such place in %s", path,
                         doc->name);
    if (status < 0)
        cJSON_Delete(item);
    free(copy);
    return status < 0 ? err_hint(err, "--set wants KEY=VALUE, dotted for "
                                      "nested keys: --set cpu.client=0")
                      : 0;
}

void json_drop(struct json_doc *doc, const char *key)
{
    cJSON_DeleteItemFromObjectCaseSensitive(doc->root, key);
}

/* ---- reading ---- */

cJSON *json_get(const cJSON *object, const char *key)
{
    return cJSON_GetObjectItemCaseSensitive(object, key);
}

const cJSON *json_at(const cJSON *array, int index)
{
    return cJSON_GetArrayItem(array, index);
}

int json_count(const cJSON *array)
{
    return cJSON_GetArraySize(array);
}

const char *json_key(const cJSON *object, int index)
{
    const cJSON *item = cJSON_GetArrayItem(object, index);

    return item ? item->string : NULL;
}

int json_is_object(const cJSON *item)
{
    return cJSON_IsObject(item) != 0;
}

int json_is_array(const cJSON *item)
{
    return cJSON_IsArray(item) != 0;
}

int json_is_null(const cJSON *item)
{
    return cJSON_IsNull(item) != 0;
}

const char *json_text(const cJSON *item)
{
    return cJSON_IsString(item) ? item->valuestring : NULL;
}

int json_number(const cJSON *item, double *value)
{
    if (!cJSON_IsNumber(item) || !isfinite(item->valuedouble))
        return -1;
    *value = item->valuedouble;
    return 0;
}

int json_bool(const cJSON *item, int *value)
{
    if (!cJSON_IsBool(item))
        return -1;
    *value = cJSON_IsTrue(item) != 0;
    return 0;
}

int json_int(const cJSON *item, int64_t *value)
{
    double number;

    if (json_number(item, &number) < 0 || fabs(number) > EXACT_INT ||
        number != floor(number))
        return -1;
    *value = (int64_t)number;
    return 0;
}

static int need(const char *key, const char *what, struct err *err)
{
    return err_set(err, ERR_RESULTS, "results-format",
                   "\"%s\" is missing or not %s", key, what);
}

const char *json_need_text(const cJSON *object, const char *key,
                           struct err *err)
{
    const char *text = json_text(json_get(object, key));

    if (!text)
        need(key, "a text", err);
    return text;
}

int json_need_int(const cJSON *object, const char *key, int64_t *value,
                  struct err *err)
{
    if (json_int(json_get(object, key), value) == 0)
        return 0;
    return need(key, "a whole number", err);
}

int json_need_real(const cJSON *object, const char *key, double *value,
                   struct err *err)
{
    if (json_number(json_get(object, key), value) == 0)
        return 0;
    return need(key, "a number", err);
}

char *json_show(const cJSON *item)
{
    return cJSON_PrintUnformatted(item);
}

/* ---- building ---- */

cJSON *json_object(void)
{
    return cJSON_CreateObject();
}

void json_free(cJSON *item)
{
    cJSON_Delete(item);
}

void json_put_take(cJSON *object, const char *key, cJSON *item)
{
    if (!cJSON_AddItemToObject(object, key, item))
        cJSON_Delete(item);
}

void json_put_text(cJSON *object, const char *key, const char *value)
{
    json_put_take(object, key, cJSON_CreateString(value));
}

/* cJSON prints 15 digits when they come close: not close enough for counts. */
static cJSON *whole_number(int64_t value)
{
    char digits[24];

    if (llabs(value) < 1000000000000000)
        return cJSON_CreateNumber((double)value);
    snprintf(digits, sizeof digits, "%lld", (long long)value);
    return cJSON_CreateRaw(digits);
}

void json_put_int(cJSON *object, const char *key, int64_t value)
{
    json_put_take(object, key, whole_number(value));
}

void json_put_real(cJSON *object, const char *key, double value)
{
    json_put_take(object, key, cJSON_CreateNumber(value));
}

void json_put_bool(cJSON *object, const char *key, int value)
{
    json_put_take(object, key, cJSON_CreateBool(value));
}

void json_put_null(cJSON *object, const char *key)
{
    json_put_take(object, key, cJSON_CreateNull());
}

cJSON *json_put_object(cJSON *object, const char *key)
{
    return cJSON_AddObjectToObject(object, key);
}

cJSON *json_put_array(cJSON *object, const char *key)
{
    return cJSON_AddArrayToObject(object, key);
}

void json_push_text(cJSON *array, const char *value)
{
    cJSON *item = cJSON_CreateString(value);

    if (!cJSON_AddItemToArray(array, item))
        cJSON_Delete(item);
}

cJSON *json_push_object(cJSON *array)
{
    cJSON *item = cJSON_CreateObject();

    if (cJSON_AddItemToArray(array, item))
        return item;
    cJSON_Delete(item);
    return NULL;
}

cJSON *json_copy(const cJSON *item)
{
    return cJSON_Duplicate(item, 1);
}

/* cJSON ends neither a document with a newline nor indents with spaces. */
char *json_print(const cJSON *item)
{
    char *text = cJSON_Print(item);
    size_t len = text ? strlen(text) : 0;
    char *whole = text ? realloc(text, len + 2) : NULL;

    if (!whole) {
        free(text);
        return NULL;
    }
    memcpy(whole + len, "\n", 2);
    return whole;
}
