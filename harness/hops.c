#define _GNU_SOURCE
#include "harness/hops.h"

#include "lib/num.h"

#include <stdio.h>
#include <string.h>

enum { MAX_WORDS = 40, MAX_LINE = 500 };
static const double most_ms = 1e6;

static const struct hops_probe unanswered = {.time_us = -1};

/* ---- words ---- */

struct words {
    char text[MAX_LINE + 1];
    const char *at[MAX_WORDS + 1]; /* "" behind the last */
    int n;
};

static int split(struct words *words, const char *line)
{
    char *rest = words->text, *word;

    if (strlen(line) > MAX_LINE)
        return -1;
    snprintf(words->text, sizeof words->text, "%s", line);
    words->n = 0;
    while ((word = strtok_r(rest, " ", &rest))) {
        if (words->n == MAX_WORDS)
            return -1;
        words->at[words->n++] = word;
    }
    words->at[words->n] = "";
    return 0;
}

int hops_is_address(const char *word)
{
    static const char zone[] = "abcdefghijklmnopqrstuvwxyz"
                               "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
    size_t n = strlen(word);
    size_t digits = strspn(word, "0123456789abcdef.:");

    if (n >= HOPS_ADDRESS_SIZE || !strpbrk(word, ".:") || digits == 0)
        return 0;
    return digits == n || (word[digits] == '%' && digits + 1 < n &&
                           strspn(word + digits + 1, zone) == n - digits - 1);
}

/* ---- traceroute ---- */

int hops_is_mark(const char *word)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-<>";

    return word[0] == '!' && strlen(word) < sizeof unanswered.mark &&
           strspn(word + 1, allowed) == strlen(word + 1);
}

/* "0.578", "ms" */
static int read_time(const struct words *words, int *next, int64_t *time_us)
{
    double ms;

    if (num_parse_real(words->at[*next], 0, most_ms, &ms) < 0 ||
        *next + 1 >= words->n || strcmp(words->at[*next + 1], "ms") != 0)
        return -1;
    *time_us = (int64_t)(ms * 1000 + 0.5);
    *next += 2;
    return 0;
}

/* "<syn,ack>": how the port answered; we have asked it ourselves. */
static int is_flags(const char *word)
{
    return word[0] == '<' && word[strlen(word) - 1] == '>';
}

/* One probe: "*", or [ADDRESS [<flags>]] TIME ms [MARK]. */
static int read_probe(const struct words *words, int *next,
                      const char **address, struct hops_probe *probe)
{
    *probe = unanswered;
    if (strcmp(words->at[*next], "*") == 0) {
        ++*next;
        return 0;
    }
    /* A time has a dot as well, but "ms" behind it. */
    if (hops_is_address(words->at[*next]) &&
        strcmp(words->at[*next + (*next < words->n)], "ms") != 0) {
        *address = words->at[(*next)++];
        *next += is_flags(words->at[*next]);
    }
    if (!*address || read_time(words, next, &probe->time_us) < 0)
        return -1;
    snprintf(probe->address, sizeof probe->address, "%s", *address);
    if (hops_is_mark(words->at[*next]))
        snprintf(probe->mark, sizeof probe->mark, "%s", words->at[(*next)++]);
    return 0;
}

static int is_headline(const char *line)
{
    return strncmp(line, "traceroute to ", 14) == 0 &&
           strstr(line, " hops max, ");
}

int hops_take_traceroute(struct hops *hops, const char *line)
{
    struct hops_probe probes[HOPS_PROBES];
    const char *address = NULL;
    struct words words;
    int64_t number;
    int next = 1;

    if (hops->n == 0 && (!line[0] || is_headline(line)))
        return 0;
    if (split(&words, line) < 0 || words.n == 0 ||
        num_parse_int(words.at[0], hops->n + 1, hops->n + 1, &number) < 0 ||
        number > HOPS_MAX)
        return -1;
    for (int i = 0; i < HOPS_PROBES; i++)
        if (read_probe(&words, &next, &address, &probes[i]) < 0)
            return -1;
    if (next != words.n)
        return -1;
    memcpy(hops->at[hops->n++], probes, sizeof probes);
    return 0;
}

/* ---- mtr ---- */

/* "x HOP ID": a probe was sent.  More than three are not asked for. */
static int take_sent(struct hops_mtr *reader, int hop, int64_t id)
{
    struct hops *hops = reader->hops;

    for (; hops->n <= hop; hops->n++)
        for (int i = 0; i < HOPS_PROBES; i++)
            hops->at[hops->n][i] = unanswered;
    if (reader->sent[hop] < HOPS_PROBES)
        reader->id[hop][reader->sent[hop]++] = id;
    return 0;
}

/* "p HOP MICROSECONDS ID": it was answered. */
static int take_answer(struct hops_mtr *reader, int hop, int64_t time_us,
                       int64_t id)
{
    if (!reader->address[hop][0])
        return -1;
    for (int i = 0; i < reader->sent[hop]; i++) {
        struct hops_probe *probe = &reader->hops->at[hop][i];

        if (reader->id[hop][i] != id || probe->time_us >= 0)
            continue;
        probe->time_us = time_us;
        memcpy(probe->address, reader->address[hop], sizeof probe->address);
    }
    return 0;
}

static int take_address(struct hops_mtr *reader, int hop, const char *address)
{
    if (!hops_is_address(address))
        return -1;
    snprintf(reader->address[hop], sizeof reader->address[hop], "%s", address);
    return 0;
}

int hops_take_mtr(struct hops_mtr *reader, const char *line)
{
    struct words words;
    int64_t hop, first, id;
    char kind;

    if (split(&words, line) < 0 || words.n < 3 || strlen(words.at[0]) != 1 ||
        num_parse_int(words.at[1], 0, HOPS_MAX - 1, &hop) < 0)
        return -1;
    kind = words.at[0][0];
    if (kind == 'h' && words.n == 3)
        return take_address(reader, (int)hop, words.at[2]);
    if (num_parse_int(words.at[2], 0, INT32_MAX, &first) < 0)
        return -1;
    if (kind == 'x' && words.n == 3)
        return take_sent(reader, (int)hop, first);
    if (kind != 'p' || words.n != 4 ||
        num_parse_int(words.at[3], 0, INT32_MAX, &id) < 0)
        return -1;
    return take_answer(reader, (int)hop, first, id);
}

/* ---- what they tell ---- */

int hops_end_at(struct hops *hops, const char *address)
{
    for (int hop = 0; hop < hops->n; hop++)
        for (int i = 0; i < HOPS_PROBES; i++) {
            const struct hops_probe *probe = &hops->at[hop][i];

            if (strcmp(probe->address, address) != 0 || probe->mark[0])
                continue;
            hops->n = hop + 1;
            return 1;
        }
    return 0;
}

int hops_last_answer(const struct hops *hops)
{
    int last = 0;

    for (int hop = 0; hop < hops->n; hop++)
        for (int i = 0; i < HOPS_PROBES; i++)
            last = hops->at[hop][i].time_us >= 0 ? hop + 1 : last;
    return last;
}

int hops_times(const struct hops_probe *probes, struct hops_times *times)
{
    int64_t sorted[HOPS_PROBES] = {0};
    int n = 0;

    for (int i = 0; i < HOPS_PROBES; i++) {
        int at = n;

        if (probes[i].time_us < 0)
            continue;
        if (n++ == 0)
            times->address = probes[i].address;
        for (; at > 0 && sorted[at - 1] > probes[i].time_us; at--)
            sorted[at] = sorted[at - 1];
        sorted[at] = probes[i].time_us;
    }
    if (n == 0)
        return 0;
    times->min_us = sorted[0];
    times->median_us = sorted[(n - 1) / 2];
    times->max_us = sorted[n - 1];
    return 1;
}

/* ---- two traces ---- */

/* Its first address: that of a probe that was answered; NULL: none. */
static const char *first_address(const struct hops_probe *probes)
{
    for (int i = 0; i < HOPS_PROBES; i++)
        if (probes[i].address[0])
            return probes[i].address;
    return NULL;
}

/* Where several routers share a load, one of them in both is the same hop. */
static int share_an_address(const struct hops_probe *a,
                            const struct hops_probe *b)
{
    for (int i = 0; i < HOPS_PROBES * HOPS_PROBES; i++) {
        const char *one = a[i / HOPS_PROBES].address;

        if (one[0] && strcmp(one, b[i % HOPS_PROBES].address) == 0)
            return 1;
    }
    return 0;
}

static int ends_at(const struct hops *hops, const char *address)
{
    const struct hops_probe *last = hops->at[hops->n > 0 ? hops->n - 1 : 0];

    for (int i = 0; i < HOPS_PROBES && hops->n > 0; i++)
        if (strcmp(last[i].address, address) == 0)
            return 1;
    return 0;
}

int hops_differ(const struct hops *before, const struct hops *after,
                const char *to, char *what, size_t size)
{
    for (int hop = 0; hop < before->n && hop < after->n; hop++) {
        const char *was = first_address(before->at[hop]);
        const char *is = first_address(after->at[hop]);

        if (!was || !is || share_an_address(before->at[hop], after->at[hop]))
            continue;
        snprintf(what, size, "hop %d was %s before the run and %s after it",
                 hop + 1, was, is);
        return 1;
    }
    if (before->n == after->n || !ends_at(before, to) || !ends_at(after, to))
        return 0;
    snprintf(what, size, "it was %d hops long before the run and %d after it",
             before->n, after->n);
    return 1;
}

/* ---- as text ---- */

/* "0.4 ms", "38 ms", "3.1 ms !X", "*" */
static void put_time(const struct hops_probe *probe, struct buf *to)
{
    char text[40] = "*";
    double ms = (double)probe->time_us / 1000;
    int digits = ms < 0.995 ? 2 : ms < 9.95 ? 1 : 0;

    if (probe->time_us >= 0)
        snprintf(text, sizeof text, "%.*f ms%s%s", digits, ms,
                 probe->mark[0] ? " " : "", probe->mark);
    buf_addf(to, "%11s", text);
}

static int is_new(const struct hops_probe *probes, int i)
{
    for (int before = 0; before < i; before++)
        if (strcmp(probes[before].address, probes[i].address) == 0)
            return 0;
    return probes[i].address[0] != '\0';
}

/* Its addresses, each on a line of its own under the first. */
static void put_addresses(const struct hops_probe *probes, struct buf *to)
{
    const char *before = "    ";

    for (int i = 0; i < HOPS_PROBES; i++) {
        if (!is_new(probes, i))
            continue;
        buf_addf(to, "%s%s", before, probes[i].address);
        before = "\n                                        ";
    }
    buf_add(to, "\n");
}

void hops_text(const struct hops *hops, struct buf *to)
{
    for (int hop = 0; hop < hops->n; hop++) {
        buf_addf(to, "%-3d", hop + 1);
        for (int i = 0; i < HOPS_PROBES; i++)
            put_time(&hops->at[hop][i], to);
        put_addresses(hops->at[hop], to);
    }
}
