#include "lib/gaps.h"

#include "lib/num.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static int64_t length_of(struct gap gap)
{
    return gap.to_ns - gap.from_ns;
}

static void take_out(struct gaps *gaps, int i)
{
    gaps->ntold--;
    memmove(&gaps->told[i], &gaps->told[i + 1],
            (size_t)(gaps->ntold - i) * sizeof *gaps->told);
}

/* All that overlap or touch it become part of it. */
static struct gap absorb(struct gaps *gaps, struct gap gap)
{
    for (int i = gaps->ntold - 1; i >= 0; i--) {
        struct gap told = gaps->told[i];

        if (told.to_ns < gap.from_ns || told.from_ns > gap.to_ns)
            continue;
        if (told.from_ns < gap.from_ns)
            gap.from_ns = told.from_ns;
        if (told.to_ns > gap.to_ns)
            gap.to_ns = told.to_ns;
        take_out(gaps, i);
    }
    return gap;
}

static int shortest(const struct gaps *gaps)
{
    int least = 0;

    for (int i = 1; i < gaps->ntold; i++)
        if (length_of(gaps->told[i]) < length_of(gaps->told[least]))
            least = i;
    return least;
}

/* A stretch that is apart from all others; 0 when it is the one left out. */
static int make_room(struct gaps *gaps, struct gap gap)
{
    int least;

    if (gaps->ntold < GAPS_MOST)
        return 1;
    gaps->left_out++;
    least = shortest(gaps);
    if (length_of(gap) <= length_of(gaps->told[least]))
        return 0;
    take_out(gaps, least);
    return 1;
}

static void tell(struct gaps *gaps, struct gap gap)
{
    int at = 0;

    gap = absorb(gaps, gap);
    if (!make_room(gaps, gap))
        return;
    while (at < gaps->ntold && gaps->told[at].from_ns < gap.from_ns)
        at++;
    memmove(&gaps->told[at + 1], &gaps->told[at],
            (size_t)(gaps->ntold - at) * sizeof *gaps->told);
    gaps->told[at] = gap;
    gaps->ntold++;
}

void gaps_add(struct gaps *gaps, struct gap gap)
{
    gaps->count++;
    tell(gaps, gap);
}

void gaps_merge(struct gaps *gaps, const struct gaps *more)
{
    gaps->count += more->count;
    gaps->left_out += more->left_out;
    for (int i = 0; i < more->ntold; i++)
        tell(gaps, more->told[i]);
}

int gaps_overlap(const struct gaps *gaps, int64_t from_ns, int64_t to_ns)
{
    for (int i = 0; i < gaps->ntold; i++)
        if (from_ns < gaps->told[i].to_ns && to_ns > gaps->told[i].from_ns)
            return 1;
    return 0;
}

void gaps_format(struct gap gap, char line[GAPS_LINE_SIZE])
{
    snprintf(line, GAPS_LINE_SIZE, "gap %" PRId64 " %" PRId64, gap.from_ns,
             gap.to_ns);
}

int gaps_parse(const char *line, struct gap *gap)
{
    const char *from = line + 4, *space;
    char digits[24];
    struct gap read;

    if (strncmp(line, "gap ", 4) != 0 || !(space = strchr(from, ' ')) ||
        space - from >= (int)sizeof digits)
        return -1;
    snprintf(digits, sizeof digits, "%.*s", (int)(space - from), from);
    if (num_parse_int(digits, INT64_MIN, INT64_MAX, &read.from_ns) < 0 ||
        num_parse_int(space + 1, INT64_MIN, INT64_MAX, &read.to_ns) < 0 ||
        read.from_ns >= read.to_ns)
        return -1;
    *gap = read;
    return 0;
}
