#include "harness/scenario_keys.h"

#include "harness/login.h"
#include "lib/net.h"

#include <stdio.h>
#include <string.h>

static const char *const modes[] = {"rate", "fail_rate", "transcript", NULL};
static const char *const launches[] = {"local", "none", "ssh", NULL};
static const char *const transports[] = {"tcp", "udp", NULL};
static const char *const servers[] = {"thread", "single", "epoll",
                                      "simple", "udp",    NULL};
static const char *const arrivals[] = {"constant", "poisson", NULL};
static const char *const models[] = {"bernoulli", "gilbert", NULL};
static const char *const directions[] = {"both", "forward", "reverse", NULL};

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

/* Whether it is an address, scenario_check tells. */
static int is_allow(const char *text)
{
    size_t n = strspn(text, "0123456789abcdefABCDEF:.");

    if (strcmp(text, "operator") == 0 || strcmp(text, "any") == 0)
        return 1;
    if (n < 2 || n > 45 || !text[n])
        return n >= 2 && n <= 45;
    text += n + 1;
    n = strspn(text, "0123456789");
    return text[-1] == '/' && n >= 1 && n <= 3 && !text[n];
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
#define TWO_TO_53 9007199254740992.0

static const struct scenario_key keys[] = {
    {.path = "version", .type = KEY_VERSION, .flags = KEY_REQUIRED},
    {.path = "name",
     .type = KEY_TEXT,
     .flags = KEY_REQUIRED,
     .offset = AT(name),
     .hi = 65,
     .is_valid = is_name,
     .want = "1 to 64 of a-z 0-9 _ -"},
    {.path = "what",
     .type = KEY_TEXT,
     .offset = AT(what),
     .hi = 512,
     .is_valid = is_what,
     .want = "one line of at most 511 bytes"},
    {.path = "mode", .type = KEY_WORD, .offset = AT(mode), .words = modes},
    {.path = "target", .type = KEY_OBJECT},
    {.path = "target.site",
     .type = KEY_TEXT,
     .offset = AT(site),
     .hi = SCENARIO_SITE_SIZE,
     .is_valid = is_site,
     .want = "a word: 1 to 32 of A-Z a-z 0-9 . _ -"},
    {.path = "target.host",
     .type = KEY_TEXT,
     .offset = AT(host),
     .hi = 256,
     .is_valid = net_is_name,
     .want = "a host name or an address, without a port"},
    {.path = "target.port",
     .type = KEY_SMALL,
     .offset = AT(port),
     .lo = 0,
     .hi = 65535},
    {.path = "target.launch",
     .type = KEY_WORD,
     .offset = AT(launch),
     .words = launches},
    {.path = "target.user",
     .type = KEY_TEXT,
     .offset = AT(user),
     .hi = LOGIN_USER_SIZE,
     .is_valid = login_is_user,
     .want = "a user of that host: 1 to 32 of a-z 0-9 _ -"},
    {.path = "target.allow",
     .type = KEY_TEXT,
     .offset = AT(allow),
     .hi = SCENARIO_ALLOW_SIZE,
     .is_valid = is_allow,
     .want = "operator, any, or an address, with /BITS all that begin like "
             "it"},
    {.path = "target.plain", .type = KEY_BOOL, .offset = AT(plain)},
    {.path = "target.keyed", .type = KEY_BOOL, .offset = AT(keyed)},
    {.path = "transport",
     .type = KEY_WORD,
     .offset = AT(transport),
     .words = transports},
    {.path = "server",
     .type = KEY_WORD,
     .flags = KEY_SWEEPS,
     .swept = SWEPT_SERVER,
     .offset = AT(server),
     .words = servers},
    {.path = "message_size",
     .type = KEY_INT,
     .flags = KEY_SWEEPS,
     .swept = SWEPT_MESSAGE_SIZE,
     .offset = AT(message_size_bytes),
     .lo = 1,
     .hi = 16 << 20},
    {.path = "connections",
     .type = KEY_INT,
     .flags = KEY_SWEEPS,
     .swept = SWEPT_CONNECTIONS,
     .offset = AT(connections),
     .lo = 1,
     .hi = 100000},
    {.path = "duration_s",
     .type = KEY_SECONDS,
     .flags = KEY_MAY_BE_NULL,
     .offset = AT(duration_ns),
     .lo = 0.001,
     .hi = 86400},
    {.path = "messages",
     .type = KEY_INT,
     .flags = KEY_MAY_BE_NULL,
     .offset = AT(messages),
     .lo = 1,
     .hi = 1e12},
    {.path = "rate_per_s",
     .type = KEY_REAL,
     .flags = KEY_MAY_BE_NULL | KEY_SWEEPS,
     .swept = SWEPT_RATE,
     .offset = AT(rate_per_s),
     .lo = 0.001,
     .hi = 1e7},
    {.path = "arrival",
     .type = KEY_WORD,
     .offset = AT(arrival),
     .words = arrivals},
    {.path = "window",
     .type = KEY_INT,
     .offset = AT(window),
     .lo = 1,
     .hi = 65536},
    {.path = "threads",
     .type = KEY_INT,
     .offset = AT(threads),
     .lo = 1,
     .hi = 256},
    {.path = "busy_poll", .type = KEY_BOOL, .offset = AT(busy_poll)},
    {.path = "timeout_s",
     .type = KEY_SECONDS,
     .offset = AT(timeout_ns),
     .lo = 0.001,
     .hi = 3600},
    {.path = "loss", .type = KEY_OBJECT},
    {.path = "loss.model",
     .type = KEY_WORD,
     .offset = AT(loss.model),
     .words = models},
    {.path = "loss.p",
     .type = KEY_REAL,
     .flags = KEY_REQUIRED | KEY_SWEEPS,
     .swept = SWEPT_LOSS_P,
     .offset = AT(loss.p),
     .lo = 0,
     .hi = 1},
    {.path = "loss.burst",
     .type = KEY_REAL,
     .flags = KEY_MAY_BE_NULL,
     .offset = AT(loss.burst),
     .lo = 1,
     .hi = 1000},
    {.path = "loss.direction",
     .type = KEY_WORD,
     .offset = AT(loss.direction),
     .words = directions},
    {.path = "loss.duplicate",
     .type = KEY_REAL,
     .offset = AT(loss.duplicate),
     .lo = 0,
     .hi = 1},
    {.path = "loss.reorder",
     .type = KEY_REAL,
     .offset = AT(loss.reorder),
     .lo = 0,
     .hi = 1},
    {.path = "path", .type = KEY_OBJECT},
    {.path = "path.delay_ms",
     .type = KEY_REAL,
     .offset = AT(path_delay_ms),
     .lo = 0,
     .hi = 60000},
    {.path = "path.jitter_ms",
     .type = KEY_REAL,
     .offset = AT(path_jitter_ms),
     .lo = 0,
     .hi = 60000},
    {.path = "path.rate_mbit",
     .type = KEY_REAL,
     .flags = KEY_MAY_BE_NULL,
     .offset = AT(path_rate_mbit),
     .lo = 0.001,
     .hi = 1e6},
    {.path = "repeat",
     .type = KEY_INT,
     .offset = AT(repeat),
     .lo = 1,
     .hi = SCENARIO_MAX_RUNS},
    {.path = "seed",
     .type = KEY_INT,
     .offset = AT(seed),
     .lo = 0,
     .hi = TWO_TO_53},
    {.path = "cpu", .type = KEY_OBJECT},
    {.path = "cpu.client",
     .type = KEY_INT,
     .offset = AT(cpu_client),
     .lo = 0,
     .hi = 1023},
    {.path = "cpu.server",
     .type = KEY_INT,
     .offset = AT(cpu_server),
     .lo = 0,
     .hi = 1023},
    {.path = "expect", .type = KEY_OBJECT},
    {.path = "expect.failed_max",
     .type = KEY_REAL,
     .offset = AT(expect.failed_max),
     .lo = 0,
     .hi = 1},
    {.path = "expect.rtt_p50_ms_max",
     .type = KEY_REAL,
     .offset = AT(expect.rtt_p50_ms_max),
     .lo = 0,
     .hi = 3600000},
    {.path = "expect.rtt_p99_ms_max",
     .type = KEY_REAL,
     .offset = AT(expect.rtt_p99_ms_max),
     .lo = 0,
     .hi = 3600000},
    {.path = "expect.rate_mbit_min",
     .type = KEY_REAL,
     .offset = AT(expect.rate_mbit_min),
     .lo = 0,
     .hi = 1e6},
    {.path = "steps", .type = KEY_STEPS, .offset = AT(steps)},
};
enum { KEYS = sizeof keys / sizeof *keys };

const struct scenario_key *scenario_key_at(int i)
{
    return i < KEYS ? &keys[i] : NULL;
}

const struct scenario_key *scenario_key_find(const char *path)
{
    for (int i = 0; i < KEYS; i++)
        if (strcmp(keys[i].path, path) == 0)
            return &keys[i];
    return NULL;
}

void *scenario_key_field(const struct scenario_key *key,
                         struct scenario *scenario)
{
    return (char *)scenario + key->offset;
}

const char *scenario_word(const char *path, int value)
{
    return scenario_key_find(path)->words[value];
}

void scenario_key_list(const char *prefix, char *text, size_t size)
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
