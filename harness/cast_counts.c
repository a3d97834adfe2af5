#include "harness/cast.h"

#include "lib/num.h"

#include <stdio.h>
#include <string.h>

/* ---- a number in a line ---- */

/* What stands behind " NAME=" in the line, of these digits; or "". */
static void digits_of(const char *line, const char *name, const char *digits,
                      char text[40])
{
    char key[40];
    const char *at;

    snprintf(key, sizeof key, " %s=", name);
    at = strstr(line, key);
    at = at ? at + strlen(key) : "";
    snprintf(text, 40, "%.*s", (int)strspn(at, digits), at);
}

/* 0 when it is not there. */
static int64_t number_of(const char *line, const char *name)
{
    char text[40];
    int64_t value = 0;

    digits_of(line, name, "0123456789", text);
    (void)num_parse_int(text, 0, INT64_MAX, &value);
    return value;
}

/* The same for a number with a point. */
static double real_of(const char *line, const char *name)
{
    char text[40];
    double value = 0;

    digits_of(line, name, "0123456789.", text);
    (void)num_parse_real(text, 0, 1e12, &value);
    return value;
}

/* ---- the client, while it runs ---- */

static void read_counts(const char *line, struct cast_counts *counts)
{
    counts->told = 1;
    counts->intended = number_of(line, "intended");
    counts->connected = number_of(line, "connected");
    counts->broken = number_of(line, "broken");
    counts->plain = number_of(line, "plain");
    for (int i = 0; i < OUTCOME_COUNT; i++)
        counts->outcomes[i] = number_of(line, outcome_name((enum outcome)i));
    counts->duplicated = number_of(line, "duplicated");
    counts->reordered = number_of(line, "reordered");
    counts->unmatched = number_of(line, "unmatched");
    counts->local_drops = number_of(line, "local_drops");
    counts->gaps.count = number_of(line, "gaps");
    counts->gaps.left_out += number_of(line, "gaps_left_out");
    counts->achieved_per_s = real_of(line, "achieved");
}

int cast_progress(struct cast *cast, struct progress *progress,
                  struct cast_counts *counts, int64_t timeout_ns)
{
    char line[1024];
    struct gap gap;

    if (proc_line(&cast->client, line, sizeof line, timeout_ns)) {
        if (gaps_parse(line, &gap) == 0)
            gaps_add(&counts->gaps, gap);
        if (strncmp(line, "counts ", 7) == 0)
            read_counts(line, counts);
        return progress_parse(line, progress) == 0;
    }
    return proc_ended(&cast->client) ? -1 : 0;
}

/* ---- server and relay, after their end ---- */

int64_t cast_queue_drops(const struct cast *cast)
{
    return number_of(buf_text(&cast->relay.log), "queue_dropped");
}

int64_t cast_refused_addresses(const struct cast *cast)
{
    return number_of(buf_text(&cast->server.log), "address");
}

int64_t cast_refused_forwards(const struct cast *cast)
{
    return number_of(buf_text(&cast->relay.log), "failed");
}

int64_t cast_socket_drops(const struct cast *cast)
{
    return number_of(buf_text(&cast->server.log), "local_drops") +
           number_of(buf_text(&cast->relay.log), "local_drops");
}
