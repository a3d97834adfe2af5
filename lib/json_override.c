#include "lib/json.h"

#include "lib/json_scan.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

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
        status = err_set(err, ERR_RESOURCE, "no-memory", "out of memory");
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
