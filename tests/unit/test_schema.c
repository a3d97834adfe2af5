/*
 * scenarios/schema.json is for editors, harness/scenario is what counts:
 * this holds the two to the same answer.  It walks the schema, tries values
 * at and beyond every limit, and compares verdicts.  What keys mean together
 * (scenario-conflict) is not in the schema.
 *
 * Runs in the project's folder, as tests/run.sh does.
 */
#define _GNU_SOURCE
#include "harness/scenario.h"
#include "lib/buf.h"
#include "tests/unit/check.h"

#include <cjson/cJSON.h>
#include <dirent.h>
#include <locale.h>
#include <regex.h>
#include <stdlib.h>
#include <unistd.h>

enum { TEXT_SIZE = 70000 };

static char file_name[] = "/tmp/test_schema.XXXXXX";

/* ---- the verdict of a schema: the part of JSON Schema that ours uses ---- */

static int type_fits(const char *type, const cJSON *value)
{
    if (strcmp(type, "null") == 0)
        return cJSON_IsNull(value);
    if (strcmp(type, "boolean") == 0)
        return cJSON_IsBool(value);
    if (strcmp(type, "string") == 0)
        return cJSON_IsString(value);
    if (strcmp(type, "object") == 0)
        return cJSON_IsObject(value);
    if (strcmp(type, "array") == 0)
        return cJSON_IsArray(value);
    if (strcmp(type, "integer") == 0)
        return cJSON_IsNumber(value) &&
               floor(value->valuedouble) == value->valuedouble;
    return strcmp(type, "number") == 0 && cJSON_IsNumber(value);
}

static int one_type_fits(const cJSON *types, const cJSON *value)
{
    const cJSON *type;

    if (cJSON_IsString(types))
        return type_fits(types->valuestring, value);
    cJSON_ArrayForEach(type,
                       types) if (type_fits(type->valuestring, value)) return 1;
    return 0;
}

static int is_one_of(const cJSON *words, const cJSON *value)
{
    const cJSON *word;

    cJSON_ArrayForEach(word, words) if (cJSON_Compare(word, value, 1)) return 1;
    return 0;
}

static int matches(const char *pattern, const char *text)
{
    regex_t regex;
    int found;

    if (regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB) != 0)
        abort();
    found = regexec(&regex, text, 0, NULL, 0) == 0;
    regfree(&regex);
    return found;
}

static int has_all(const cJSON *names, const cJSON *object)
{
    const cJSON *name;

    cJSON_ArrayForEach(name, names) if (!cJSON_GetObjectItemCaseSensitive(
                                            object,
                                            name->valuestring)) return 0;
    return 1;
}

static int is_valid(const cJSON *schema, const cJSON *value);

/* Every member is known (additionalProperties is false) and valid. */
static int members_are_valid(const cJSON *properties, const cJSON *object)
{
    const cJSON *member;

    cJSON_ArrayForEach(member, object)
    {
        const cJSON *schema = cJSON_GetObjectItemCaseSensitive(properties,
                                                               member->string);

        if (!schema || !is_valid(schema, member))
            return 0;
    }
    return 1;
}

static int items_are_valid(const cJSON *schema, const cJSON *array)
{
    const cJSON *item;

    cJSON_ArrayForEach(item, array) if (!is_valid(schema, item)) return 0;
    return 1;
}

static int is_valid_for_any(const cJSON *schemas, const cJSON *value)
{
    const cJSON *schema;

    cJSON_ArrayForEach(schema, schemas) if (is_valid(schema, value)) return 1;
    return 0;
}

static int has_no_double(const cJSON *array)
{
    for (const cJSON *a = array->child; a; a = a->next)
        for (const cJSON *b = a->next; b; b = b->next)
            if (cJSON_Compare(a, b, 1))
                return 0;
    return 1;
}

/* Of those about arrays; the others hold. */
static int array_keyword_holds(const cJSON *keyword, const cJSON *value)
{
    const char *name = keyword->string;
    int n = cJSON_GetArraySize(value);

    if (!cJSON_IsArray(value))
        return 1;
    if (strcmp(name, "items") == 0)
        return items_are_valid(keyword, value);
    if (strcmp(name, "minItems") == 0)
        return n >= keyword->valueint;
    if (strcmp(name, "maxItems") == 0)
        return n <= keyword->valueint;
    return strcmp(name, "uniqueItems") != 0 || has_no_double(value);
}

/* A keyword about values of another type says nothing. */
static int keyword_holds(const cJSON *keyword, const cJSON *value)
{
    const char *name = keyword->string;

    if (strcmp(name, "type") == 0)
        return one_type_fits(keyword, value);
    if (strcmp(name, "const") == 0)
        return cJSON_Compare(keyword, value, 1);
    if (strcmp(name, "enum") == 0)
        return is_one_of(keyword, value);
    if (strcmp(name, "minimum") == 0)
        return !cJSON_IsNumber(value) ||
               value->valuedouble >= keyword->valuedouble;
    if (strcmp(name, "maximum") == 0)
        return !cJSON_IsNumber(value) ||
               value->valuedouble <= keyword->valuedouble;
    if (strcmp(name, "maxLength") == 0)
        return !cJSON_IsString(value) ||
               mbstowcs(NULL, value->valuestring, 0) <=
                   (size_t)keyword->valuedouble;
    if (strcmp(name, "pattern") == 0)
        return !cJSON_IsString(value) ||
               matches(keyword->valuestring, value->valuestring);
    if (strcmp(name, "required") == 0)
        return !cJSON_IsObject(value) || has_all(keyword, value);
    if (strcmp(name, "properties") == 0)
        return !cJSON_IsObject(value) || members_are_valid(keyword, value);
    if (strcmp(name, "anyOf") == 0)
        return is_valid_for_any(keyword, value);
    return array_keyword_holds(keyword, value);
}

static int is_valid(const cJSON *schema, const cJSON *value)
{
    const cJSON *keyword;

    cJSON_ArrayForEach(keyword,
                       schema) if (!keyword_holds(keyword, value)) return 0;
    return 1;
}

/* ---- comparing ---- */

static const char *slurp(const char *path)
{
    static char text[TEXT_SIZE];
    FILE *file = fopen(path, "r");
    size_t n = file ? fread(text, 1, sizeof text - 1, file) : 0;

    text[n] = '\0';
    if (file)
        fclose(file);
    return text;
}

static void write_scenario(const char *text)
{
    FILE *file = fopen(file_name, "w");

    if (!file || fputs(text, file) < 0 || fclose(file) < 0)
        abort();
}

/* The verdict of scenario.c on a file; *id is why not. */
static int is_accepted(const char *path, char id[sizeof((struct err *)0)->id])
{
    static const struct scenario_overrides none;
    struct scenario scenario;
    struct err err = {0};
    char *text = NULL;
    int status = scenario_load(&scenario, path, &none, &text, &err);

    free(text);
    memcpy(id, err.id, sizeof err.id);
    return status == 0;
}

struct tally {
    int accepted, refused;
    int differ; /* the two sides disagreed; told in a comment */
};

/* Do both sides say the same of this text? */
static void compare(const cJSON *schema, const char *text, struct tally *tally)
{
    char id[sizeof((struct err *)0)->id];
    cJSON *value = cJSON_Parse(text);
    int valid, accepted;

    if (!value)
        abort();
    write_scenario(text);
    valid = is_valid(schema, value);
    accepted = is_accepted(file_name, id) ||
               strcmp(id, "scenario-conflict") == 0;
    tally->accepted += accepted;
    tally->refused += !accepted;
    tally->differ += valid != accepted;
    if (valid != accepted)
        printf("# schema says %s, scenario.c says %s: %.300s\n",
               valid ? "yes" : "no", accepted ? "yes" : id, text);
    cJSON_Delete(value);
}

/* ---- values to try ---- */

/*
 * `path` is the dotted path of a key; text becomes a scenario in which that
 * key has `value`, beside what every scenario needs.
 */
static void put_at(const char *path, const char *value, char *text, size_t size)
{
    const char *dot = strchr(path, '.');
    const char *version = strcmp(path, "version") ? "\"version\": 1, " : "";
    const char *name = strcmp(path, "name") ? "\"name\": \"x\", " : "";
    const char *p = strncmp(path, "loss.", 5) == 0 &&
                            strcmp(path, "loss.p") != 0
                        ? "\"p\": 0.5, "
                        : "";

    if (dot)
        snprintf(text, size, "{%s%s\"%.*s\": {%s\"%s\": %s}}", version, name,
                 (int)(dot - path), path, p, dot + 1, value);
    else
        snprintf(text, size, "{%s%s\"%s\": %s}", version, name, path, value);
}

struct key {
    const cJSON *root, *schema; /* of all, of this key */
    const char *path;
    struct tally tally;
};

static void try_value(struct key *key, const char *value)
{
    char text[TEXT_SIZE];

    put_at(key->path, value, text, sizeof text);
    compare(key->root, text, &key->tally);
}

static void try_number(struct key *key, double number)
{
    char value[64];

    snprintf(value, sizeof value, "%.17g", number);
    try_value(key, value);
}

/* At a limit, a step to both sides, and halves. */
static void try_around(struct key *key, const char *keyword)
{
    const cJSON *limit = cJSON_GetObjectItem(key->schema, keyword);
    double at = limit ? limit->valuedouble : 0;

    try_number(key, at);
    try_number(key, at - 1);
    try_number(key, at + 1);
    try_number(key, at - 2); /* 2^53 + 1 is no double, 2^53 + 2 is */
    try_number(key, at + 2);
    try_number(key, at + 0.5);
    try_number(key, at - 0.5);
    try_number(key, nextafter(at, -INFINITY));
    try_number(key, nextafter(at, INFINITY));
}

static void try_every_type(struct key *key)
{
    static const char *const values[] = {
        "null",         "true",        "false",    "0",        "1",
        "-1",           "1.5",         "2.0",      "1e1",      "1e308",
        "-0",           "\"\"",        "\"1\"",    "\"x\"",    "[]",
        "[1]",          "[\"x\"]",     "{}",       "[null]",   "{\"x\": 1}",
        "{\"p\": 0.5}", "[1, 2]",      "\"true\"", "\"null\"", "\"tcp\"",
        "\"thread\"",   "[\"thread\"]"};

    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        try_value(key, values[i]);
}

/* "[1, 2, ...]" with n values, the step times that. */
static void try_list_of(struct key *key, int n, double step)
{
    struct buf list = {0};

    for (int i = 1; i <= n; i++)
        buf_addf(&list, "%s%.9g", i > 1 ? ", " : "[", i * step);
    buf_add(&list, "]");
    try_value(key, buf_text(&list));
    buf_release(&list);
}

static void try_lists(struct key *key)
{
    static const char *const values[] = {
        "[1, 1]",
        "[1, 1.0]",
        "[0.5, 1]",
        "[0, 1]",
        "[1, 2, 1]",
        "[1, null]",
        "[1, \"x\"]",
        "[[1]]",
        "[1, [1]]",
        "[1, 16777217]",
        "[100000, 100001]",
        "[true]",
        "[\"thread\", \"epoll\"]",
        "[\"thread\", \"thread\"]",
        "[\"thread\", \"x\"]",
        "[\"thread\", 1]",
        "[\"udp\", \"single\", \"simple\"]",
    };

    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        try_value(key, values[i]);
    for (int n = 63; n < 66; n++) {
        try_list_of(key, n, 1);
        try_list_of(key, n, 0.01);
    }
}

/* Each word, the word with a letter more, less, or in capitals. */
static void try_words(struct key *key)
{
    const cJSON *first = cJSON_GetArrayItem(
        cJSON_GetObjectItem(key->schema, "anyOf"), 0);
    const cJSON *words = cJSON_GetObjectItem(first ? first : key->schema,
                                             "enum");
    const cJSON *word;

    cJSON_ArrayForEach(word, words)
    {
        const char *text = word->valuestring;
        char value[64];

        snprintf(value, sizeof value, "\"%s\"", text);
        try_value(key, value);
        snprintf(value, sizeof value, "\"%sx\"", text);
        try_value(key, value);
        snprintf(value, sizeof value, "\"%s\"", text + 1);
        try_value(key, value);
        snprintf(value, sizeof value, "\"%c%s\"", text[0] - 32, text + 1);
        try_value(key, value);
        snprintf(value, sizeof value, "[\"%s\"]", text);
        try_value(key, value);
    }
}

/* Every length around the limits that texts have, and every character. */
static void try_text_of(struct key *key, int n)
{
    char value[1100] = "\"";

    memset(value + 1, 'a', (size_t)n);
    value[n + 1] = '"';
    try_value(key, value);
}

static void try_texts(struct key *key)
{
    char value[32];

    for (int n = 0; n < 70; n++)
        try_text_of(key, n);
    for (int n = 250; n < 260; n++)
        try_text_of(key, n);
    for (int n = 508; n < 515; n++)
        try_text_of(key, n);
    try_text_of(key, 1023);
    for (int c = 1; c < 0xa2; c++) {
        snprintf(value, sizeof value, "\"\\u%04x\"", (unsigned)c);
        try_value(key, value);
        snprintf(value, sizeof value, "\"a\\u%04xb\"", (unsigned)c);
        try_value(key, value);
    }
    try_value(key, "\"\\u4f60\"");
}

static void try_key(const cJSON *root, const cJSON *schema, const char *path,
                    struct tally *total)
{
    struct key key = {.root = root, .schema = schema, .path = path};
    const cJSON *type = cJSON_GetObjectItem(schema, "type");

    try_every_type(&key);
    try_lists(&key);
    try_around(&key, "minimum");
    try_around(&key, "maximum");
    try_words(&key);
    if (cJSON_IsString(type) && strcmp(type->valuestring, "string") == 0)
        try_texts(&key);
    total->accepted += key.tally.accepted;
    total->refused += key.tally.refused;
    total->differ += key.tally.differ;
    if (key.tally.accepted > 0 && key.tally.refused > 0)
        return;
    printf("# %s: %d accepted, %d refused\n", path, key.tally.accepted,
           key.tally.refused);
    total->differ++;
}

static void walk(const cJSON *root, const cJSON *object, const char *prefix,
                 struct tally *total)
{
    const cJSON *property;

    cJSON_ArrayForEach(property, cJSON_GetObjectItem(object, "properties"))
    {
        char path[128];

        snprintf(path, sizeof path, "%s%s%s", prefix, *prefix ? "." : "",
                 property->string);
        try_key(root, property, path, total);
        walk(root, property, path, total);
    }
}

/* ---- tests ---- */

/* How much of a schema is_valid above would not understand. */
static int unknown_keywords(const cJSON *schema)
{
    static const char known[] =
        " $schema title description default type const enum minimum maximum "
        "maxLength pattern required properties additionalProperties anyOf "
        "items minItems maxItems uniqueItems ";
    const cJSON *properties = cJSON_GetObjectItem(schema, "properties");
    const cJSON *more = cJSON_GetObjectItem(schema, "additionalProperties");
    const cJSON *item;
    int unknown = properties && !cJSON_IsFalse(more);

    cJSON_ArrayForEach(item, schema)
    {
        char word[64];

        snprintf(word, sizeof word, " %s ", item->string);
        unknown += strstr(known, word) == NULL;
    }
    cJSON_ArrayForEach(item, properties) unknown += unknown_keywords(item);
    cJSON_ArrayForEach(item, cJSON_GetObjectItem(schema, "anyOf"))
        unknown += unknown_keywords(item);
    item = cJSON_GetObjectItem(schema, "items");
    return unknown + (item ? unknown_keywords(item) : 0);
}

static void test_keywords(const cJSON *schema)
{
    CHECK_INT(unknown_keywords(schema), 0);
}

static void test_every_key_of_the_schema(const cJSON *schema)
{
    struct tally tally = {0};

    walk(schema, schema, "", &tally);
    CHECK_INT(tally.differ, 0);
    CHECK(tally.accepted > 300 && tally.refused > 1500);
    printf("# %d scenarios accepted, %d refused\n", tally.accepted,
           tally.refused);
}

static void test_required_keys(const cJSON *schema)
{
    static const char *const texts[] = {"{}",
                                        "{\"version\": 1}",
                                        "{\"name\": \"x\"}",
                                        "{\"version\": 1, \"name\": \"x\"}",
                                        "{\"version\": 1, \"what\": \"\"}",
                                        "{\"Version\": 1, \"name\": \"x\"}"};
    struct tally tally = {0};

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        compare(schema, texts[i], &tally);
    CHECK_INT(tally.accepted, 1);
    CHECK_INT(tally.differ, 0);
}

static void test_a_default_is_accepted(const cJSON *schema)
{
    const cJSON *property;

    cJSON_ArrayForEach(property, cJSON_GetObjectItem(schema, "properties"))
    {
        cJSON *value = cJSON_GetObjectItem(property, "default");
        char *shown = value ? cJSON_PrintUnformatted(value) : NULL;
        struct key key = {.root = schema, .path = property->string};

        if (shown)
            try_value(&key, shown);
        CHECK_INT(key.tally.accepted, value != NULL);
        free(shown);
    }
}

/* The keys that scenario.c knows beside `prefix`: its hint has all of them. */
static char *known_keys(const char *prefix)
{
    static const struct scenario_overrides none;
    static struct err err;
    char text[400], path[128], *unused = NULL;
    struct scenario scenario;

    snprintf(path, sizeof path, "%s%sno_such_key", prefix, *prefix ? "." : "");
    put_at(path, "1", text, sizeof text);
    write_scenario(text);
    if (scenario_load(&scenario, file_name, &none, &unused, &err) == 0 ||
        strcmp(err.id, "scenario-unknown-key") != 0 ||
        strncmp(err.hint, "keys here: ", 11) != 0)
        abort();
    return err.hint + 11;
}

static int count_keys(const cJSON *object)
{
    return cJSON_GetArraySize(cJSON_GetObjectItem(object, "properties"));
}

/* The other direction: a key that the schema has not is never accepted. */
static void try_known_keys(const cJSON *root, const cJSON *object,
                           const char *prefix, struct tally *total)
{
    int keys = 0;

    for (char *name = strtok(known_keys(prefix), " "); name;
         name = strtok(NULL, " ")) {
        char path[128];
        struct key key = {.root = root, .path = path};

        keys++;
        snprintf(path, sizeof path, "%s%s%s", prefix, *prefix ? "." : "", name);
        try_every_type(&key);
        total->differ += key.tally.differ;
        total->refused += key.tally.refused;
    }
    total->accepted += keys;
    total->differ += keys < count_keys(object);
}

static void test_every_key_of_the_program(const cJSON *schema)
{
    struct tally tally = {0};
    const cJSON *property;

    try_known_keys(schema, schema, "", &tally);
    cJSON_ArrayForEach(
        property,
        cJSON_GetObjectItem(
            schema, "properties")) if (cJSON_GetObjectItem(property,
                                                           "properties"))
        try_known_keys(schema, property, property->string, &tally);
    CHECK_INT(tally.differ, 0);
    CHECK(tally.accepted >= 40); /* keys known */
}

static int is_scenario(const char *name)
{
    const char *dot = strrchr(name, '.');

    return dot && strcmp(dot, ".json") == 0 && strcmp(name, "schema.json") != 0;
}

/*
 * The files in `folder`: the schema's verdict is scenario.c's.  What is no
 * JSON has no verdict of a schema, conflicts are not in it.
 */
static void compare_folder(const cJSON *schema, const char *folder,
                           struct tally *tally)
{
    DIR *dir = opendir(folder);
    const struct dirent *entry;

    while (dir && (entry = readdir(dir)) != NULL) {
        char path[600], id[sizeof((struct err *)0)->id];
        int accepted;

        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        if (!is_scenario(entry->d_name))
            continue;
        accepted = is_accepted(path, id);
        if (strncmp(id, "json-", 5) != 0 &&
            strcmp(id, "scenario-conflict") != 0)
            compare(schema, slurp(path), tally);
        tally->accepted += accepted;
    }
    if (dir)
        closedir(dir);
}

static void test_files(const cJSON *schema)
{
    struct tally shipped = {0}, valid = {0}, invalid = {0};

    compare_folder(schema, "scenarios", &shipped);
    compare_folder(schema, "tests/data/scenarios/valid", &valid);
    compare_folder(schema, "tests/data/scenarios/invalid", &invalid);
    CHECK(shipped.accepted >= 3 && shipped.refused == 0);
    CHECK(valid.accepted >= 5 && valid.refused == 0);
    CHECK(invalid.accepted == 0 && invalid.refused >= 30);
    CHECK_INT(shipped.differ + valid.differ + invalid.differ, 0);
}

int main(void)
{
    cJSON *schema = cJSON_Parse(slurp("scenarios/schema.json"));
    int fd = mkstemp(file_name);

    /* Characters, not bytes, for pattern and maxLength. */
    if (!schema || fd < 0 || !setlocale(LC_CTYPE, "C.UTF-8"))
        return 1;
    close(fd);
    test_keywords(schema);
    test_every_key_of_the_schema(schema);
    test_required_keys(schema);
    test_a_default_is_accepted(schema);
    test_every_key_of_the_program(schema);
    test_files(schema);
    (void)unlink(file_name);
    cJSON_Delete(schema);
    return check_done();
}
