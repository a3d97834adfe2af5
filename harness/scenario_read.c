#include "harness/scenario_read.h"

#include "harness/scenario_keys.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- messages ---- */

void scenario_place(const struct scenario_reader *reader, const char *path,
                    char *text, size_t size)
{
    int line = json_line(reader->doc, path);

    if (line > 0)
        snprintf(text, size, "%s:%d", reader->doc->name, line);
    else
        snprintf(text, size, "%s, command line", reader->doc->name);
}

/* FILE:LINE: "PATH" = VALUE REST */
static int refuse(const struct scenario_reader *reader, const char *path,
                  const struct cJSON *item, const char *id, const char *rest)
{
    char where[512];
    char *value = json_show(item);

    scenario_place(reader, path, where, sizeof where);
    err_set(reader->err, ERR_USAGE, id, "%s: \"%s\" = %.60s %s", where, path,
            value ? value : "?", rest);
    free(value);
    return err_hint(reader->err,
                    "scenarios/schema.json and README.md explain every "
                    "key");
}

static int wrong_type(const struct scenario_reader *reader,
                      const struct scenario_key *key, const struct cJSON *item)
{
    static const char *const want[] = {
        [KEY_INT] = "is not a whole number",
        [KEY_SMALL] = "is not a whole number",
        [KEY_REAL] = "is not a number",
        [KEY_SECONDS] = "is not a number of seconds",
        [KEY_BOOL] = "is neither true nor false",
        [KEY_TEXT] = "is not a string",
        [KEY_WORD] = "is not a string",
        [KEY_OBJECT] = "is not an object",
        [KEY_VERSION] = "is not a version that this program reads: want 1",
        [KEY_STEPS] = "is not an array",
    };

    return refuse(reader, key->path, item, "scenario-type", want[key->type]);
}

static int out_of_range(const struct scenario_reader *reader,
                        const struct scenario_key *key,
                        const struct cJSON *item)
{
    char rest[96];

    snprintf(rest, sizeof rest, "is out of range %.10g..%.16g", key->lo,
             key->hi);
    return refuse(reader, key->path, item, "scenario-range", rest);
}

static int not_a_word(const struct scenario_reader *reader,
                      const struct scenario_key *key, const struct cJSON *item)
{
    char rest[160] = "is none of:";

    for (int i = 0; key->words[i]; i++) {
        size_t used = strlen(rest);

        snprintf(rest + used, sizeof rest - used, " %s", key->words[i]);
    }
    return refuse(reader, key->path, item, "scenario-range", rest);
}

/* ---- values ---- */

static void *field(const struct scenario_reader *reader,
                   const struct scenario_key *key)
{
    return scenario_key_field(key, reader->scenario);
}

static int read_number(const struct scenario_reader *reader,
                       const struct scenario_key *key, const struct cJSON *item)
{
    double value = 0;
    int is_whole = key->type == KEY_INT || key->type == KEY_SMALL;

    if (json_number(item, &value) < 0 || (is_whole && floor(value) != value))
        return wrong_type(reader, key, item);
    if (value < key->lo || value > key->hi)
        return out_of_range(reader, key, item);
    if (key->offset == KEY_NOWHERE)
        return 0;
    if (key->type == KEY_REAL)
        *(double *)field(reader, key) = value;
    else if (key->type == KEY_SECONDS)
        *(int64_t *)field(reader, key) = (int64_t)(value * 1e9 + 0.5);
    else if (key->type == KEY_SMALL)
        *(int *)field(reader, key) = (int)value;
    else
        *(int64_t *)field(reader, key) = (int64_t)value;
    return 0;
}

static int read_text(const struct scenario_reader *reader,
                     const struct scenario_key *key, const struct cJSON *item)
{
    const char *text = json_text(item);
    char rest[96];

    if (!text)
        return wrong_type(reader, key, item);
    if (!key->is_valid(text)) {
        snprintf(rest, sizeof rest, "is not allowed: want %s", key->want);
        return refuse(reader, key->path, item, "scenario-range", rest);
    }
    snprintf(field(reader, key), (size_t)key->hi, "%s", text);
    return 0;
}

static int find_word(const char *const *words, const char *text)
{
    for (int i = 0; words && words[i]; i++)
        if (strcmp(words[i], text) == 0)
            return i;
    return -1;
}

static int read_word(const struct scenario_reader *reader,
                     const struct scenario_key *key, const struct cJSON *item)
{
    const char *text = json_text(item);
    int index = text ? find_word(key->words, text) : -1;

    if (!text)
        return wrong_type(reader, key, item);
    if (index < 0)
        return not_a_word(reader, key, item);
    if (key->offset != KEY_NOWHERE)
        *(int *)field(reader, key) = index;
    return 0;
}

static int read_bool(const struct scenario_reader *reader,
                     const struct scenario_key *key, const struct cJSON *item)
{
    if (json_bool(item, field(reader, key)) < 0)
        return wrong_type(reader, key, item);
    return 0;
}

static int read_version(const struct scenario_reader *reader,
                        const struct scenario_key *key,
                        const struct cJSON *item)
{
    int64_t version;

    if (json_int(item, &version) < 0 || version != 1)
        return wrong_type(reader, key, item);
    return 0;
}

static int read_object(struct scenario_reader *reader,
                       const struct cJSON *object, const char *prefix);

static int read_null(const struct scenario_reader *reader,
                     const struct scenario_key *key, const struct cJSON *item)
{
    if (!(key->flags & KEY_MAY_BE_NULL))
        return wrong_type(reader, key, item);
    if (key->offset == KEY_NOWHERE)
        return 0;
    if (key->type == KEY_REAL)
        *(double *)field(reader, key) = 0;
    else
        *(int64_t *)field(reader, key) = 0;
    return 0;
}

static int read_one(struct scenario_reader *reader,
                    const struct scenario_key *key, const struct cJSON *item)
{
    switch (key->type) {
    case KEY_TEXT:
        return read_text(reader, key, item);
    case KEY_WORD:
        return read_word(reader, key, item);
    case KEY_BOOL:
        return read_bool(reader, key, item);
    case KEY_VERSION:
        return read_version(reader, key, item);
    case KEY_STEPS:
        return steps_read(field(reader, key), reader->doc, item, reader->err);
    case KEY_OBJECT:
        if (!json_is_object(item))
            return wrong_type(reader, key, item);
        return read_object(reader, item, key->path);
    default:
        return read_number(reader, key, item);
    }
}

/* The value that was just read, as a list keeps it. */
static double value_read(const struct scenario_reader *reader,
                         const struct scenario_key *key)
{
    if (key->type == KEY_WORD)
        return *(int *)field(reader, key);
    if (key->type == KEY_REAL)
        return *(double *)field(reader, key);
    return (double)*(int64_t *)field(reader, key);
}

static int has_value(const struct scenario_sweep *sweep, double value)
{
    for (int i = 0; i < sweep->n; i++)
        if (sweep->values[i] >= value && sweep->values[i] <= value)
            return 1;
    return 0;
}

/* Several values, each as good as a single one, none twice. */
static int read_list(struct scenario_reader *reader,
                     const struct scenario_key *key, const struct cJSON *list)
{
    struct scenario_sweep *sweep = &reader->scenario->sweeps[key->swept];
    int n = json_count(list);

    if (n < 1 || n > SCENARIO_MAX_SWEEP)
        return refuse(reader, key->path, list, "scenario-range",
                      "is not a list of 1 to 64 values");
    for (sweep->n = 0; sweep->n < n; sweep->n++) {
        const struct cJSON *item = json_at(list, sweep->n);
        double value;

        if (read_one(reader, key, item) < 0)
            return -1;
        value = value_read(reader, key);
        if (has_value(sweep, value))
            return refuse(reader, key->path, item, "scenario-range",
                          "is twice in the list");
        sweep->values[sweep->n] = value;
    }
    return 0;
}

static int read_value(struct scenario_reader *reader,
                      const struct scenario_key *key, const struct cJSON *item)
{
    if (json_is_null(item))
        return read_null(reader, key, item);
    if (key->flags & KEY_SWEEPS && json_is_array(item))
        return read_list(reader, key, item);
    return read_one(reader, key, item);
}

/* ---- objects ---- */

static int unknown_key(const struct scenario_reader *reader, const char *path,
                       const char *prefix)
{
    char where[512], known[400];
    const char *name = path + strlen(prefix) + (*prefix != '\0');
    const char *near = scenario_key_near(prefix, name);

    scenario_place(reader, path, where, sizeof where);
    scenario_key_list(prefix, known, sizeof known);
    err_set(reader->err, ERR_USAGE, "scenario-unknown-key",
            "%s: \"%.100s\" is not a key", where, path);
    if (near)
        return err_hint(reader->err, "did you mean \"%s\"? keys here: %s", near,
                        known);
    return err_hint(reader->err, "keys here: %s", known);
}

static int read_object(struct scenario_reader *reader,
                       const struct cJSON *object, const char *prefix)
{
    const char *name;

    for (int i = 0; (name = json_key(object, i)); i++) {
        char path[256];
        const struct scenario_key *key;

        snprintf(path, sizeof path, "%s%s%s", prefix, *prefix ? "." : "", name);
        key = strchr(name, '.') ? NULL : scenario_key_find(path);
        if (!key)
            return unknown_key(reader, path, prefix);
        if (read_value(reader, key, json_get(object, name)) < 0)
            return -1;
    }
    return 0;
}

/* A key of an object is only required where the object is there. */
static int is_missing(const struct cJSON *root, const char *path)
{
    const char *dot = strchr(path, '.');
    char object[64];

    if (!dot)
        return !json_get(root, path);
    snprintf(object, sizeof object, "%.*s", (int)(dot - path), path);
    root = json_get(root, object);
    return root && !json_get(root, dot + 1);
}

static int check_required(const struct scenario_reader *reader)
{
    const struct scenario_key *key;

    for (int i = 0; (key = scenario_key_at(i)); i++) {
        if (!(key->flags & KEY_REQUIRED) ||
            !is_missing(reader->doc->root, key->path))
            continue;
        err_set(reader->err, ERR_USAGE, "scenario-missing",
                "%s: \"%s\" is missing", reader->doc->name, key->path);
        return err_hint(reader->err, "%s",
                        strchr(key->path, '.')
                            ? "README.md says what each key means"
                            : "every scenario begins {\"version\": 1, "
                              "\"name\": \"...\"");
    }
    return 0;
}

int scenario_read(struct scenario_reader *reader)
{
    const struct cJSON *root = reader->doc->root;
    struct scenario *s = reader->scenario;

    if (read_object(reader, root, "") < 0 || check_required(reader) < 0)
        return -1;
    if (!json_get(root, "server") && s->transport == TRANSPORT_UDP)
        s->server = SERVER_UDP;
    s->loss.has = json_get(root, "loss") != NULL;
    /* Who loses on purpose where the server is not ours: the relay. */
    s->emulated = json_get(root, "path") != NULL ||
                  (s->loss.has && s->launch == LAUNCH_NONE);
    return 0;
}
