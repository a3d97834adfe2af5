#include "harness/scenario.h"

#include "lib/buf.h"
#include "lib/json.h"
#include "lib/net.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- the keys ---- */

enum type {
    TYPE_INT,     /* int64_t, or int with INT_FIELD */
    TYPE_REAL,    /* double */
    TYPE_SECONDS, /* JSON seconds, int64_t ns */
    TYPE_BOOL,    /* int */
    TYPE_TEXT,    /* char[size], checked by `is_valid` */
    TYPE_WORD,    /* one of `words`; the index goes to an int, if anywhere */
    TYPE_OBJECT,  /* its members have rows of their own */
    TYPE_VERSION, /* the number 1 */
    TYPE_LATER,   /* known, but not built yet */
};

enum { NOWHERE = -1, OPTIONAL_NULL = 1, REQUIRED = 2, SWEEPS = 4 };

struct key {
    const char *path; /* dotted */
    enum type type;
    int flags;
    int offset;               /* in struct scenario; NOWHERE: not kept */
    double lo, hi;            /* range; for TYPE_TEXT hi is the field's size */
    double later_hi;          /* known, but not built yet: hi..later_hi */
    const char *const *words; /* NULL-ended */
    const char *const *later_words; /* known, but not built yet */
    int (*is_valid)(const char *text);
    const char *want; /* in words, for TYPE_TEXT */
};

static const char *const modes[] = {"rate", NULL};
static const char *const later_modes[] = {"fail_rate", "transcript", NULL};
static const char *const launches[] = {"local", "none", NULL};
static const char *const later_launches[] = {"ssh", NULL};
static const char *const transports[] = {"tcp", NULL};
static const char *const later_transports[] = {"udp", NULL};
static const char *const servers[] = {"thread", NULL};
static const char *const later_servers[] = {"single", "epoll", "simple", "udp",
                                            NULL};

static int is_name(const char *text)
{
    size_t n = strlen(text);

    return n >= 1 && n <= 64 &&
           strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_-") == n;
}

static int is_site(const char *text)
{
    size_t n = strlen(text);

    return n >= 1 && n < SCENARIO_SITE_SIZE && text[0] != '-' &&
           text[0] != '.' &&
           strspn(text, "abcdefghijklmnopqrstuvwxyz"
                        "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") == n;
}

/* One line, and nothing in it that could drive a terminal. */
static int is_what(const char *text)
{
    const unsigned char *c = (const unsigned char *)text;

    for (; *c; c++)
        if (*c < ' ' || *c == 0x7f || (c[0] == 0xc2 && c[1] < 0xa0))
            return 0;
    return strlen(text) < sizeof((struct scenario *)0)->what;
}

#define AT(field) (int)offsetof(struct scenario, field)
enum { THREAD_MAX_CONNECTIONS = 4000 };
#define TWO_TO_53 9007199254740992.0

static const struct key keys[] = {
    {.path = "version", .type = TYPE_VERSION, .flags = REQUIRED},
    {.path = "name",
     .type = TYPE_TEXT,
     .flags = REQUIRED,
     .offset = AT(name),
     .hi = 65,
     .is_valid = is_name,
     .want = "1 to 64 of a-z 0-9 _ -"},
    {.path = "what",
     .type = TYPE_TEXT,
     .offset = AT(what),
     .hi = 512,
     .is_valid = is_what,
     .want = "one line of at most 511 bytes"},
    {.path = "mode",
     .type = TYPE_WORD,
     .offset = NOWHERE,
     .words = modes,
     .later_words = later_modes},
    {.path = "target", .type = TYPE_OBJECT},
    {.path = "target.site",
     .type = TYPE_TEXT,
     .offset = AT(site),
     .hi = SCENARIO_SITE_SIZE,
     .is_valid = is_site,
     .want = "a word: 1 to 32 of A-Z a-z 0-9 . _ -"},
    {.path = "target.host",
     .type = TYPE_TEXT,
     .offset = AT(host),
     .hi = 256,
     .is_valid = net_is_name,
     .want = "a host name or an address"},
    {.path = "target.port",
     .type = TYPE_INT,
     .offset = AT(port),
     .lo = 0,
     .hi = 65535},
    {.path = "target.launch",
     .type = TYPE_WORD,
     .offset = AT(launch),
     .words = launches,
     .later_words = later_launches},
    {.path = "target.plain", .type = TYPE_BOOL, .offset = AT(plain)},
    {.path = "transport",
     .type = TYPE_WORD,
     .offset = NOWHERE,
     .words = transports,
     .later_words = later_transports},
    {.path = "server",
     .type = TYPE_WORD,
     .flags = SWEEPS,
     .offset = NOWHERE,
     .words = servers,
     .later_words = later_servers},
    {.path = "message_size",
     .type = TYPE_INT,
     .flags = SWEEPS,
     .offset = AT(message_size_bytes),
     .lo = 1,
     .hi = 16 << 20},
    {.path = "connections",
     .type = TYPE_INT,
     .flags = SWEEPS,
     .offset = AT(connections),
     .lo = 1,
     .hi = 100000},
    {.path = "duration_s",
     .type = TYPE_SECONDS,
     .flags = OPTIONAL_NULL,
     .offset = AT(duration_ns),
     .lo = 0.001,
     .hi = 86400},
    {.path = "messages",
     .type = TYPE_INT,
     .flags = OPTIONAL_NULL,
     .offset = AT(messages),
     .lo = 1,
     .hi = 1e12},
    {.path = "rate_per_s",
     .type = TYPE_LATER,
     .flags = OPTIONAL_NULL | SWEEPS,
     .offset = NOWHERE},
    {.path = "window",
     .type = TYPE_INT,
     .offset = NOWHERE,
     .lo = 1,
     .hi = 1,
     .later_hi = 1e6},
    {.path = "timeout_s",
     .type = TYPE_SECONDS,
     .offset = AT(timeout_ns),
     .lo = 0.001,
     .hi = 3600},
    {.path = "loss", .type = TYPE_LATER},
    {.path = "path", .type = TYPE_OBJECT},
    {.path = "path.delay_ms",
     .type = TYPE_REAL,
     .offset = AT(path_delay_ms),
     .lo = 0,
     .hi = 60000},
    {.path = "path.jitter_ms",
     .type = TYPE_REAL,
     .offset = AT(path_jitter_ms),
     .lo = 0,
     .hi = 60000},
    {.path = "path.rate_mbit",
     .type = TYPE_REAL,
     .flags = OPTIONAL_NULL,
     .offset = AT(path_rate_mbit),
     .lo = 0.001,
     .hi = 1e6},
    {.path = "repeat",
     .type = TYPE_INT,
     .offset = AT(repeat),
     .lo = 1,
     .hi = SCENARIO_MAX_REPEAT},
    {.path = "seed",
     .type = TYPE_INT,
     .offset = AT(seed),
     .lo = 0,
     .hi = TWO_TO_53},
    {.path = "cpu", .type = TYPE_OBJECT},
    {.path = "cpu.client",
     .type = TYPE_INT,
     .offset = AT(cpu_client),
     .lo = 0,
     .hi = 1023},
    {.path = "cpu.server",
     .type = TYPE_INT,
     .offset = AT(cpu_server),
     .lo = 0,
     .hi = 1023},
    {.path = "expect", .type = TYPE_OBJECT},
    {.path = "expect.failed_max",
     .type = TYPE_REAL,
     .offset = AT(expect.failed_max),
     .lo = 0,
     .hi = 1},
    {.path = "expect.rtt_p50_ms_max",
     .type = TYPE_REAL,
     .offset = AT(expect.rtt_p50_ms_max),
     .lo = 0,
     .hi = 3600000},
    {.path = "expect.rtt_p99_ms_max",
     .type = TYPE_REAL,
     .offset = AT(expect.rtt_p99_ms_max),
     .lo = 0,
     .hi = 3600000},
    {.path = "expect.rate_mbit_min",
     .type = TYPE_REAL,
     .offset = AT(expect.rate_mbit_min),
     .lo = 0,
     .hi = 1e6},
    {.path = "steps", .type = TYPE_LATER},
};
enum { KEYS = sizeof keys / sizeof *keys };

/* ---- messages ---- */

struct reader {
    const struct json_doc *doc;
    struct scenario *scenario;
    struct err *err;
};

/* "FILE:LINE", or "FILE" for what came from the command line. */
static void place(const struct reader *reader, const char *path, char *text,
                  size_t size)
{
    int line = json_line(reader->doc, path);

    if (line > 0)
        snprintf(text, size, "%s:%d", reader->doc->name, line);
    else
        snprintf(text, size, "%s, command line", reader->doc->name);
}

/* FILE:LINE: "PATH" = VALUE REST */
static int refuse(const struct reader *reader, const char *path,
                  const struct cJSON *item, const char *id, const char *rest)
{
    char where[512];
    char *value = json_show(item);

    place(reader, path, where, sizeof where);
    err_set(reader->err, ERR_USAGE, id, "%s: \"%s\" = %.60s %s", where, path,
            value ? value : "?", rest);
    free(value);
    return err_hint(reader->err,
                    "scenarios/schema.json and README.md explain every "
                    "key");
}

static int wrong_type(const struct reader *reader, const struct key *key,
                      const struct cJSON *item)
{
    static const char *const want[] = {
        [TYPE_INT] = "is not a whole number",
        [TYPE_REAL] = "is not a number",
        [TYPE_SECONDS] = "is not a number of seconds",
        [TYPE_BOOL] = "is neither true nor false",
        [TYPE_TEXT] = "is not a string",
        [TYPE_WORD] = "is not a string",
        [TYPE_OBJECT] = "is not an object",
        [TYPE_VERSION] = "is not a version that this program reads: want 1",
        [TYPE_LATER] = "is not supported",
    };

    return refuse(reader, key->path, item, "scenario-type", want[key->type]);
}

static int not_supported(const struct reader *reader, const char *path,
                         const struct cJSON *item)
{
    refuse(reader, path, item, "not-supported", "is not supported yet");
    return err_hint(reader->err, "this version measures TCP in a closed loop, "
                                 "one case a scenario, on this machine or "
                                 "against a server that runs");
}

static int out_of_range(const struct reader *reader, const struct key *key,
                        const struct cJSON *item)
{
    char rest[96];

    snprintf(rest, sizeof rest, "is out of range %.10g..%.16g", key->lo,
             key->hi);
    return refuse(reader, key->path, item, "scenario-range", rest);
}

static int not_a_word(const struct reader *reader, const struct key *key,
                      const struct cJSON *item)
{
    char rest[160] = "is none of:";

    for (int i = 0; key->words[i]; i++) {
        size_t used = strlen(rest);

        snprintf(rest + used, sizeof rest - used, " %s", key->words[i]);
    }
    return refuse(reader, key->path, item, "scenario-range", rest);
}

/* ---- values ---- */

static void *field(const struct reader *reader, const struct key *key)
{
    return (char *)reader->scenario + key->offset;
}

static int read_number(const struct reader *reader, const struct key *key,
                       const struct cJSON *item)
{
    double value = 0;

    if (json_number(item, &value) < 0 ||
        (key->type == TYPE_INT && floor(value) != value))
        return wrong_type(reader, key, item);
    if (value > key->hi && value <= key->later_hi)
        return not_supported(reader, key->path, item);
    if (value < key->lo || value > key->hi)
        return out_of_range(reader, key, item);
    if (key->offset == NOWHERE)
        return 0;
    if (key->type == TYPE_REAL)
        *(double *)field(reader, key) = value;
    else if (key->type == TYPE_SECONDS)
        *(int64_t *)field(reader, key) = (int64_t)(value * 1e9 + 0.5);
    else if (key->offset == AT(port))
        *(int *)field(reader, key) = (int)value;
    else
        *(int64_t *)field(reader, key) = (int64_t)value;
    return 0;
}

static int read_text(const struct reader *reader, const struct key *key,
                     const struct cJSON *item)
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

static int read_word(const struct reader *reader, const struct key *key,
                     const struct cJSON *item)
{
    const char *text = json_text(item);
    int index = text ? find_word(key->words, text) : -1;

    if (!text)
        return wrong_type(reader, key, item);
    if (index < 0 && find_word(key->later_words, text) >= 0)
        return not_supported(reader, key->path, item);
    if (index < 0)
        return not_a_word(reader, key, item);
    if (key->offset != NOWHERE)
        *(int *)field(reader, key) = index;
    return 0;
}

static int read_bool(const struct reader *reader, const struct key *key,
                     const struct cJSON *item)
{
    if (json_bool(item, field(reader, key)) < 0)
        return wrong_type(reader, key, item);
    return 0;
}

static int read_version(const struct reader *reader, const struct key *key,
                        const struct cJSON *item)
{
    int64_t version;

    if (json_int(item, &version) < 0 || version != 1)
        return wrong_type(reader, key, item);
    return 0;
}

static int read_object(struct reader *reader, const struct cJSON *object,
                       const char *prefix);

static int read_null(const struct reader *reader, const struct key *key,
                     const struct cJSON *item)
{
    if (!(key->flags & OPTIONAL_NULL))
        return key->type == TYPE_LATER ? not_supported(reader, key->path, item)
                                       : wrong_type(reader, key, item);
    if (key->offset == NOWHERE)
        return 0;
    if (key->type == TYPE_REAL)
        *(double *)field(reader, key) = 0;
    else
        *(int64_t *)field(reader, key) = 0;
    return 0;
}

static int read_value(struct reader *reader, const struct key *key,
                      const struct cJSON *item)
{
    if (json_is_null(item))
        return read_null(reader, key, item);
    if (key->flags & SWEEPS && json_is_array(item))
        return not_supported(reader, key->path, item);
    switch (key->type) {
    case TYPE_TEXT:
        return read_text(reader, key, item);
    case TYPE_WORD:
        return read_word(reader, key, item);
    case TYPE_BOOL:
        return read_bool(reader, key, item);
    case TYPE_VERSION:
        return read_version(reader, key, item);
    case TYPE_LATER:
        return not_supported(reader, key->path, item);
    case TYPE_OBJECT:
        if (!json_is_object(item))
            return wrong_type(reader, key, item);
        return read_object(reader, item, key->path);
    default:
        return read_number(reader, key, item);
    }
}

/* ---- objects ---- */

static const struct key *find_key(const char *path)
{
    for (int i = 0; i < KEYS; i++)
        if (strcmp(keys[i].path, path) == 0)
            return &keys[i];
    return NULL;
}

/* The known keys beside `path`, for whoever mistyped one. */
static void list_siblings(const char *prefix, char *text, size_t size)
{
    size_t n = strlen(prefix), used = 0;

    text[0] = '\0';
    for (int i = 0; i < KEYS && used < size; i++) {
        const char *path = keys[i].path;

        if (strncmp(path, prefix, n) != 0 || (n && path[n] != '.') ||
            strchr(path + n + (n > 0), '.'))
            continue;
        used += (size_t)snprintf(text + used, size - used, "%s%s",
                                 used ? " " : "", path + n + (n > 0));
    }
}

static int unknown_key(const struct reader *reader, const char *path,
                       const char *prefix)
{
    char where[512], known[400];

    place(reader, path, where, sizeof where);
    list_siblings(prefix, known, sizeof known);
    err_set(reader->err, ERR_USAGE, "scenario-unknown-key",
            "%s: \"%.100s\" is not a key", where, path);
    return err_hint(reader->err, "keys here: %s", known);
}

static int read_object(struct reader *reader, const struct cJSON *object,
                       const char *prefix)
{
    const char *name;

    for (int i = 0; (name = json_key(object, i)); i++) {
        char path[256];
        const struct key *key;

        snprintf(path, sizeof path, "%s%s%s", prefix, *prefix ? "." : "", name);
        key = strchr(name, '.') ? NULL : find_key(path);
        if (!key)
            return unknown_key(reader, path, prefix);
        if (read_value(reader, key, json_get(object, name)) < 0)
            return -1;
    }
    return 0;
}

static int check_required(const struct reader *reader)
{
    for (int i = 0; i < KEYS; i++) {
        if (!(keys[i].flags & REQUIRED) ||
            json_get(reader->doc->root, keys[i].path))
            continue;
        err_set(reader->err, ERR_USAGE, "scenario-missing",
                "%s: \"%s\" is missing", reader->doc->name, keys[i].path);
        return err_hint(reader->err, "every scenario begins {\"version\": 1, "
                                     "\"name\": \"...\"");
    }
    return 0;
}

/* ---- what keys mean together ---- */

static int conflict(const struct reader *reader, const char *path,
                    const char *what, const char *hint)
{
    char where[512];

    place(reader, path, where, sizeof where);
    err_set(reader->err, ERR_USAGE, "scenario-conflict", "%s: %s", where, what);
    return err_hint(reader->err, "%s", hint);
}

static int is_local_name(const char *host)
{
    return strncmp(host, "127.", 4) == 0 || strcmp(host, "::1") == 0 ||
           strcmp(host, "localhost") == 0;
}

static int check_together(const struct reader *reader)
{
    const struct scenario *s = reader->scenario;

    if (!s->duration_ns && !s->messages)
        return conflict(reader, "duration_s",
                        "neither duration_s nor messages limits the run",
                        "give at least one of the two");
    if (s->launch == LAUNCH_NONE && s->port == 0)
        return conflict(reader, "target.launch",
                        "a server that runs already needs \"target.port\"",
                        "\"port\": 2333 is the default of echo-server");
    if (s->launch == LAUNCH_LOCAL && !is_local_name(s->host))
        return conflict(reader, "target.host",
                        "a server started here listens on loopback only",
                        "\"launch\": \"none\" measures a server that runs on "
                        "another machine");
    if (s->launch == LAUNCH_LOCAL && s->connections > THREAD_MAX_CONNECTIONS)
        return conflict(reader, "connections",
                        "the thread server takes at most 4000 connections",
                        "fewer connections, or a server that runs already "
                        "(\"launch\": \"none\")");
    if (s->path_jitter_ms > s->path_delay_ms)
        return conflict(reader, "path.jitter_ms",
                        "\"path.jitter_ms\" is more than \"path.delay_ms\"",
                        "jitter varies the delay by +- so much; it cannot go "
                        "below 0");
    return 0;
}

static void set_defaults(struct scenario *s)
{
    memset(s, 0, sizeof *s);
    memcpy(s->site, "local", sizeof "local");
    memcpy(s->host, "127.0.0.1", sizeof "127.0.0.1");
    s->message_size_bytes = 1000;
    s->connections = 1;
    s->duration_ns = INT64_C(10000000000);
    s->timeout_ns = INT64_C(3000000000);
    s->repeat = 1;
    s->seed = 1;
    s->cpu_client = s->cpu_server = -1;
    s->expect = (struct scenario_expect){-1, -1, -1, -1};
}

/* ---- overrides ---- */

static int set_pair(struct json_doc *doc, const char *pair, struct err *err)
{
    const char *equals = strchr(pair, '=');
    char path[256];

    if (!equals || equals == pair || (size_t)(equals - pair) >= sizeof path) {
        err_set(err, ERR_USAGE, "usage", "--set: \"%.80s\": want KEY=VALUE",
                pair);
        return err_hint(err, "for example --set duration_s=2 or --set "
                             "cpu.client=0");
    }
    snprintf(path, sizeof path, "%.*s", (int)(equals - pair), pair);
    return json_override(doc, path, equals + 1, err);
}

/* What the command line calls a text is one, even 2026 or null. */
static int set_text(struct json_doc *doc, const char *path, const char *text,
                    struct err *err)
{
    struct buf quoted = {0};
    int status;

    if (strpbrk(text, "\"\\")) {
        err_set(err, ERR_USAGE, "usage", "\"%s\" = \"%.80s\" is not allowed",
                path, text);
        return err_hint(err, "neither quotes nor backslashes");
    }
    buf_addf(&quoted, "\"%s\"", text);
    status = json_override(doc, path, buf_text(&quoted), err);
    buf_release(&quoted);
    return status;
}

/* Another host is a server that runs there: no emulated path before it. */
static int set_host(struct json_doc *doc, const char *host, struct err *err)
{
    const struct cJSON *target = json_get(doc->root, "target");
    const char *site = json_text(json_get(target, "site"));
    int64_t port = 0;

    if (strchr(host, '@')) {
        err_set(err, ERR_USAGE, "not-supported",
                "--host: \"%.80s\": starting a server over ssh is not "
                "supported yet",
                host);
        return err_hint(err, "start it there: echo-server --ip 0.0.0.0 --port "
                             "2333; then --host HOST --port 2333");
    }
    json_drop(doc, "path");
    if (set_text(doc, "target.host", host, err) < 0 ||
        json_override(doc, "target.launch", "none", err) < 0)
        return -1;
    if (is_local_name(host) &&
        json_override(doc, "target.site", "local", err) < 0)
        return -1;
    if (!is_local_name(host) && (!site || strcmp(site, "local") == 0) &&
        json_override(doc, "target.site", "remote", err) < 0)
        return -1;
    (void)json_int(json_get(json_get(doc->root, "target"), "port"), &port);
    return port ? 0 : json_override(doc, "target.port", "2333", err);
}

static int apply(struct json_doc *doc, const struct scenario_overrides *o,
                 struct err *err)
{
    if (o->host && set_host(doc, o->host, err) < 0)
        return -1;
    if (o->port && json_override(doc, "target.port", o->port, err) < 0)
        return -1;
    if (o->site && set_text(doc, "target.site", o->site, err) < 0)
        return -1;
    for (int i = 0; i < o->nset; i++)
        if (set_pair(doc, o->set[i], err) < 0)
            return -1;
    return 0;
}

int scenario_load(struct scenario *scenario, const char *file,
                  const struct scenario_overrides *overrides, char **text,
                  struct err *err)
{
    struct json_doc doc = {0};
    struct reader reader = {&doc, scenario, err};
    int failed;

    set_defaults(scenario);
    failed = json_load(&doc, file, ERR_USAGE, err) < 0 ||
             apply(&doc, overrides, err) < 0 ||
             read_object(&reader, doc.root, "") < 0 ||
             check_required(&reader) < 0;
    if (!failed) {
        const struct cJSON *path = json_get(doc.root, "path");

        scenario->emulated = path && !json_is_null(path);
        failed = check_together(&reader) < 0;
    }
    if (!failed) {
        *text = doc.text;
        doc.text = NULL;
    }
    json_release(&doc);
    return failed ? -1 : 0;
}

void scenario_case_key(const struct scenario *scenario, char *key,
                       unsigned size)
{
    snprintf(key, size, "tcp-thread-%lldB-%lldc",
             (long long)scenario->message_size_bytes,
             (long long)scenario->connections);
}
