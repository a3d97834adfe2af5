#include "servers/serve.h"

#include "lib/clock.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

__attribute__((format(printf, 1, 0))) static void write_line(const char *fmt,
                                                             va_list args)
{
    char line[2048];
    int n = vsnprintf(line, sizeof line - 1, fmt, args);
    size_t len = n < 0 ? 0 : (size_t)n;

    if (len > sizeof line - 2)
        len = sizeof line - 2;
    line[len++] = '\n';
    (void)!write(STDOUT_FILENO, line, len);
}

void serve_tell(const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    write_line(fmt, args);
    va_end(args);
}

void serve_tell_refusals(const struct refusals *refusals)
{
    char text[512];

    if (refusals_text(refusals, text, sizeof text))
        serve_tell("%s", text);
}

void serve_say(const struct serve *serve, const char *fmt, ...)
{
    va_list args;

    if (serve->quiet)
        return;
    va_start(args, fmt);
    write_line(fmt, args);
    va_end(args);
}

/* Nothing on loopback, as in the lab. */
static void show_guard(const struct serve *serve)
{
    const struct guard *guard = &serve->guard;

    for (int i = 0; i < guard->n; i++)
        serve_say(serve, "    serves: %s%s", guard->range[i].text,
                  guard->was_told ? "" : ", where ssh comes from");
    if (guard->has_key)
        serve_say(serve, "    serves: only who has the key");
}

void serve_show_config(const struct serve *serve)
{
    long long timeout_s = (long long)(serve->timeout_ns / CLOCK_NS_PER_S);

    serve_say(serve, "Server Config:");
    serve_say(serve, "    listen ip: %s", serve->ip);
    serve_say(serve, "    listen port: %d", net_port(&serve->bound));
    show_guard(serve);
    if (serve->is_udp)
        return;
    serve_say(serve, "    timeout: %lld", timeout_s ? timeout_s : -1);
    serve_say(serve, "    buffer size: %zu", serve->buffer_bytes);
    serve_say(serve, "    max connections: %lld",
              (long long)serve->max_connections);
}
