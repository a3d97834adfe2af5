#define _GNU_SOURCE
#include "lib/progress.h"

#include "lib/num.h"

#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

struct field {
    const char *name;
    size_t offset;
};

/* The order is the line's. */
static const struct field fields[] = {
    {"elapsed_ns", offsetof(struct progress, elapsed_ns)},
    {"limit_ns", offsetof(struct progress, limit_ns)},
    {"messages", offsetof(struct progress, messages)},
    {"limit", offsetof(struct progress, limit)},
    {"failed", offsetof(struct progress, failed)},
    {"bits_per_s", offsetof(struct progress, bits_per_s)},
    {"rtt_p50_ns", offsetof(struct progress, rtt_p50_ns)},
};
enum { FIELDS = sizeof fields / sizeof *fields };

static const char prefix[] = "progress";

void progress_format(const struct progress *progress,
                     char line[PROGRESS_LINE_SIZE])
{
    size_t used = sizeof prefix - 1;

    memcpy(line, prefix, used);
    for (int i = 0; i < FIELDS; i++) {
        int64_t value;

        memcpy(&value, (const char *)progress + fields[i].offset, sizeof value);
        used += (size_t)snprintf(line + used, PROGRESS_LINE_SIZE - used,
                                 " %s=%lld", fields[i].name, (long long)value);
    }
}

/* Read " NAME=NUMBER" at *at and step over it. */
static int take_field(const char **at, const char *name, int64_t *value)
{
    size_t n = strlen(name), digits;
    char number[24] = "";

    if (**at != ' ' || strncmp(*at + 1, name, n) != 0 || (*at)[n + 1] != '=')
        return -1;
    *at += n + 2;
    digits = strcspn(*at, " ");
    if (digits >= sizeof number)
        return -1;
    memcpy(number, *at, digits);
    *at += digits;
    return num_parse_int(number, 0, INT64_MAX, value);
}

int progress_parse(const char *line, struct progress *progress)
{
    const char *at = line + sizeof prefix - 1;
    struct progress found = {0};

    if (strncmp(line, prefix, sizeof prefix - 1) != 0)
        return -1;
    for (int i = 0; i < FIELDS; i++) {
        int64_t value = 0;

        if (take_field(&at, fields[i].name, &value) < 0)
            return -1;
        memcpy((char *)&found + fields[i].offset, &value, sizeof value);
    }
    if (*at != '\0')
        return -1;
    *progress = found;
    return 0;
}

/* 0..1: the further of time and count. */
static double share_done(const struct progress *p)
{
    double time = p->limit_ns ? (double)p->elapsed_ns / (double)p->limit_ns : 0;
    double count = p->limit ? (double)p->messages / (double)p->limit : 0;
    double share = time > count ? time : count;

    return share > 1 ? 1 : share;
}

static void time_left(const struct progress *p, char *text, size_t size)
{
    double share = share_done(p);
    double left_s = share > 0
                        ? (double)p->elapsed_ns / 1e9 * (1 - share) / share
                        : -1;

    if (left_s < 0)
        snprintf(text, size, "Ctrl-C ends it");
    else
        snprintf(text, size, "%.0f s left", left_s);
}

static void facts(const struct progress *p, char *text, size_t size)
{
    char rate[24], rtt[24] = "-";

    num_bitrate((double)p->bits_per_s, rate, sizeof rate);
    if (p->rtt_p50_ns)
        num_duration((double)p->rtt_p50_ns, rtt, sizeof rtt);
    snprintf(text, size, "%10s  RTT %7s  %lld failed", rate, rtt,
             (long long)p->failed);
}

void progress_draw(const struct progress *progress, const char *label,
                   int columns, char *line, size_t size)
{
    enum { BAR = 12 };
    char bar[BAR + 1], middle[96], left[32];
    int full = (int)(share_done(progress) * BAR);

    for (int i = 0; i < BAR; i++)
        bar[i] = i < full ? '#' : '.';
    bar[BAR] = '\0';
    facts(progress, middle, sizeof middle);
    time_left(progress, left, sizeof left);
    snprintf(line, size, "%-11.11s [%s] %s  %s", label, bar, middle, left);
    if (columns > 0 && (size_t)columns < size)
        line[columns] = '\0';
}

int progress_columns(void)
{
    struct winsize size;

    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1)
        return size.ws_col - 1; /* the last column would wrap */
    return 79;
}

void progress_say(const struct progress *progress, double bits,
                  const char *label, char *line, size_t size)
{
    double seconds = (double)progress->elapsed_ns / 1e9;
    char count[32], mean[24], rate[24], rtt[24] = "-";

    num_grouped(progress->messages, count, sizeof count);
    num_bitrate(seconds > 0 ? bits / seconds : 0, mean, sizeof mean);
    num_bitrate((double)progress->bits_per_s, rate, sizeof rate);
    if (progress->rtt_p50_ns)
        num_duration((double)progress->rtt_p50_ns, rtt, sizeof rtt);
    snprintf(line, size,
             "%s: %3.0f %%  %.1f s  %s messages  %lld failed  %s; now %s, "
             "RTT %s",
             label, share_done(progress) * 100, seconds, count,
             (long long)progress->failed, mean, rate, rtt);
}
