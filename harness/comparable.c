#include "harness/comparable.h"

#include <stdio.h>
#include <string.h>

static void put_real(char text[COMPARABLE_TEXT], double value)
{
    if (value > 0)
        snprintf(text, COMPARABLE_TEXT, "%.9g", value);
    else
        snprintf(text, COMPARABLE_TEXT, "none");
}

static void put_count(char text[COMPARABLE_TEXT], int64_t count)
{
    if (count == 0)
        snprintf(text, COMPARABLE_TEXT, "none");
    else
        snprintf(text, COMPARABLE_TEXT, "%lld", (long long)count);
}

static void put_word(char text[COMPARABLE_TEXT], const char *word)
{
    snprintf(text, COMPARABLE_TEXT, "%s", word);
}

enum key {
    MODE,
    TRANSPORT,
    SERVER,
    MESSAGE_SIZE,
    CONNECTIONS,
    WINDOW,
    RATE,
    ARRIVAL,
    BUSY_POLL,
    DURATION,
    MESSAGES,
    TIMEOUT,
    KEYS
};

static const struct {
    const char *name, *words, *unit;
} conditions[KEYS] = {
    [MODE] = {"mode", "kind of test", ""},
    [TRANSPORT] = {"transport", "transport", ""},
    [SERVER] = {"server", "model of the server", ""},
    [MESSAGE_SIZE] = {"message_size", "message length", " bytes"},
    [CONNECTIONS] = {"connections", "number of connections", ""},
    [WINDOW] = {"window", "messages in flight on each connection", ""},
    [RATE] = {"rate_per_s", "rate asked for", " messages a second"},
    [ARRIVAL] = {"arrival", "arrival of messages", ""},
    [BUSY_POLL] = {"busy_poll", "a client that spins", ""},
    [DURATION] = {"duration_s", "duration", " s"},
    [MESSAGES] = {"messages", "most messages to send", ""},
    [TIMEOUT] = {"timeout_s", "time-out", " s"},
};

const char *comparable_key(const struct result_run *run, int i,
                           char text[COMPARABLE_TEXT])
{
    switch ((enum key)i) {
    case MODE:
        put_word(text, run->mode);
        break;
    case TRANSPORT:
        put_word(text, run->transport);
        break;
    case SERVER:
        put_word(text, run->server);
        break;
    case MESSAGE_SIZE:
        put_count(text, run->message_size_bytes);
        break;
    case CONNECTIONS:
        put_count(text, run->connections);
        break;
    case WINDOW:
        put_count(text, run->window);
        break;
    case RATE:
        put_real(text, run->rate_per_s);
        break;
    case ARRIVAL:
        put_word(text, run->arrival[0] ? run->arrival : "none");
        break;
    case BUSY_POLL:
        put_word(text, run->busy_poll ? "true" : "false");
        break;
    case DURATION:
        put_real(text, (double)run->duration_ns / 1e9);
        break;
    case MESSAGES:
        put_count(text, run->messages);
        break;
    case TIMEOUT:
        put_real(text, (double)run->timeout_ns / 1e9);
        break;
    default:
        return NULL;
    }
    return conditions[i].name;
}

const char *comparable_words(int i, const char **unit)
{
    *unit = conditions[i].unit;
    return conditions[i].words;
}

static int is_among(const char *name, const char *const *list, int n)
{
    for (int i = 0; i < n; i++)
        if (strcmp(list[i], name) == 0)
            return 1;
    return 0;
}

int comparable_is_key(const char *name)
{
    for (int i = 0; i < KEYS; i++)
        if (strcmp(conditions[i].name, name) == 0)
            return 1;
    return 0;
}

/* All of them in one message, so that nobody has to ask again and again. */
static int add(struct err *err, const char *name, const char *a, const char *b)
{
    size_t used = strlen(err->msg);

    if (used > 0)
        snprintf(err->msg + used, sizeof err->msg - used, "; \"%s\": %s and %s",
                 name, a, b);
    else
        err_set(err, ERR_USAGE, "not-comparable",
                "A and B differ in \"%s\": %s and %s", name, a, b);
    return used == 0;
}

int comparable_check(const struct result_run *a, const struct result_run *b,
                     const char *const *despite, int ndespite, struct err *err)
{
    char of_a[COMPARABLE_TEXT], of_b[COMPARABLE_TEXT];
    struct err found = {0};
    const char *name;

    for (int i = 0; (name = comparable_key(a, i, of_a)); i++) {
        (void)comparable_key(b, i, of_b);
        if (strcmp(of_a, of_b) == 0 || is_among(name, despite, ndespite))
            continue;
        if (add(&found, name, of_a, of_b))
            err_hint(&found,
                     "only the target may differ: measure one of them again, "
                     "or ask for just this with --despite %s",
                     name);
    }
    if (!found.code)
        return 0;
    *err = found;
    return -1;
}
