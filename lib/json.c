#include "lib/json.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXACT_INT 9007199254740992.0 /* 2^53 */

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
