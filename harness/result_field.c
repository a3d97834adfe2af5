#include "harness/result_field.h"

#include "lib/json.h"

#include <string.h>

static const char name_chars[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";

int field_wrong(struct err *err, const char *key, const char *what)
{
    return err_set(err, ERR_RESULTS, "results-format", "\"%s\" is %s", key,
                   what);
}

int field_text(const struct cJSON *object, const char *key, char *to,
               size_t size, struct err *err)
{
    const char *text = json_need_text(object, key, err);

    if (!text)
        return -1;
    if (strlen(text) >= size)
        return field_wrong(err, key, "too long");
    memcpy(to, text, strlen(text) + 1);
    return 0;
}

int field_name(const struct cJSON *object, const char *key, char *to,
               size_t size, struct err *err)
{
    if (field_text(object, key, to, size, err) < 0)
        return -1;
    if (!to[0] || to[0] == '.' || to[0] == '-' ||
        to[strspn(to, name_chars)] != '\0')
        return field_wrong(err, key, "not a plain name");
    return 0;
}

int field_hash(const struct cJSON *object, const char *key,
               char to[HASH_HEX_SIZE], int may_be_empty, struct err *err)
{
    if (field_text(object, key, to, HASH_HEX_SIZE, err) < 0)
        return -1;
    if (may_be_empty && !to[0])
        return 0;
    if (strspn(to, "0123456789abcdef") != HASH_HEX_SIZE - 1)
        return field_wrong(err, key, "not a SHA-256");
    return 0;
}

int field_count(const struct cJSON *object, const char *key, int64_t *to,
                struct err *err)
{
    if (json_need_int(object, key, to, err) < 0)
        return -1;
    return *to >= 0 ? 0 : field_wrong(err, key, "negative");
}

int field_count_or(const struct cJSON *object, const char *key, int64_t none,
                   int64_t *to, struct err *err)
{
    *to = none;
    if (json_is_null(json_get(object, key)))
        return 0;
    return field_count(object, key, to, err);
}

int field_small(const struct cJSON *object, const char *key, int none, int *to,
                struct err *err)
{
    int64_t value;

    if (field_count_or(object, key, none, &value, err) < 0)
        return -1;
    if (value > 1000000)
        return field_wrong(err, key, "more than 1000000");
    *to = (int)value;
    return 0;
}

int field_bool(const struct cJSON *object, const char *key, int *to,
               struct err *err)
{
    if (json_bool(json_get(object, key), to) == 0)
        return 0;
    return field_wrong(err, key, "missing or not true or false");
}

int field_real(const struct cJSON *object, const char *key, double *to,
               struct err *err)
{
    *to = 0;
    if (json_is_null(json_get(object, key)))
        return 0;
    if (json_need_real(object, key, to, err) < 0)
        return -1;
    return *to >= 0 ? 0 : field_wrong(err, key, "negative");
}

int field_texts(const struct cJSON *object, const char *key,
                struct result_texts *to, struct err *err)
{
    const struct cJSON *array = json_get(object, key);

    if (!json_is_array(array))
        return field_wrong(err, key, "missing or not an array");
    for (int i = 0; i < json_count(array); i++) {
        const char *text = json_text(json_at(array, i));

        if (!text)
            return field_wrong(err, key, "not an array of texts");
        result_texts_add(to, "%s", text);
    }
    return 0;
}

int field_word(const struct cJSON *object, const char *key,
               const char *const *words, char *to, struct err *err)
{
    const char *text = json_need_text(object, key, err);

    if (!text)
        return -1;
    for (int i = 0; words[i]; i++) {
        if (strcmp(words[i], text) == 0) {
            memcpy(to, text, strlen(text) + 1);
            return 0;
        }
    }
    return field_wrong(err, key, "none of the known words");
}

int field_newer_count(const struct cJSON *object, const char *key, int64_t *to,
                      struct err *err)
{
    *to = 0;
    return json_get(object, key) ? field_count(object, key, to, err) : 0;
}

int field_share(const struct cJSON *object, const char *key, double *to,
                struct err *err)
{
    if (json_need_real(object, key, to, err) < 0)
        return -1;
    return *to >= 0 && *to <= 1 ? 0
                                : field_wrong(err, key, "not a share, 0 to 1");
}

int field_newer_real(const struct cJSON *object, const char *key, double *to,
                     struct err *err)
{
    *to = 0;
    return json_get(object, key) ? field_real(object, key, to, err) : 0;
}
