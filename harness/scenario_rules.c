#include "harness/scenario_rules.h"

#include <stdio.h>
#include <string.h>

enum { THREAD_MAX_CONNECTIONS = 4000 };

static int conflict(const struct scenario_reader *reader, const char *path,
                    const char *what, const char *hint)
{
    char where[512];

    scenario_place(reader, path, where, sizeof where);
    err_set(reader->err, ERR_USAGE, "scenario-conflict", "%s: %s", where, what);
    return err_hint(reader->err, "%s", hint);
}

int scenario_is_local(const char *host)
{
    return strncmp(host, "127.", 4) == 0 || strcmp(host, "::1") == 0 ||
           strcmp(host, "localhost") == 0;
}

int scenario_check(const struct scenario_reader *reader)
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
    if (s->launch == LAUNCH_LOCAL && !scenario_is_local(s->host))
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
