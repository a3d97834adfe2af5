#include "harness/hops.h"

#include "lib/csv.h"
#include "lib/num.h"

#include <stdio.h>
#include <string.h>

/* No probe is waited for so long. */
static const int64_t most_us = 1000000000;

void hops_csv(const struct hops *hops, struct buf *to)
{
    buf_add(to, HOPS_CSV_HEADER "\n");
    for (int hop = 0; hop < hops->n; hop++)
        for (int i = 0; i < HOPS_PROBES; i++) {
            const struct hops_probe *probe = &hops->at[hop][i];

            buf_addf(to, "%d,%s,%d,", hop + 1, probe->address, i + 1);
            if (probe->time_us >= 0)
                buf_addf(to, "%jd", (intmax_t)probe->time_us);
            buf_addf(to, ",%s\n", probe->mark);
        }
}

/* ---- reading ---- */

struct reading {
    const char *path;
    struct hops *hops;
    int rows;
};

static const char *check(const char *const *fields)
{
    int64_t time_us;

    if (fields[1][0] && !hops_is_address(fields[1]))
        return "address is none";
    if (!fields[1][0] != !fields[3][0])
        return "an address without a time, or a time without an address";
    if (fields[3][0] && num_parse_int(fields[3], 0, most_us, &time_us) < 0)
        return "time_us is no time";
    return fields[4][0] && !hops_is_mark(fields[4]) ? "mark is none" : NULL;
}

/* Row i is probe 1, 2, 3 of hop 1, then of hop 2, and so on. */
static const char *check_place(const struct reading *reading,
                               const char *const *fields)
{
    int hop = reading->rows / HOPS_PROBES, i = reading->rows % HOPS_PROBES;
    int64_t number;

    if (hop >= HOPS_MAX ||
        num_parse_int(fields[0], hop + 1, hop + 1, &number) < 0)
        return "not the hop that comes next";
    return num_parse_int(fields[2], i + 1, i + 1, &number) < 0
               ? "not the probe that comes next"
               : NULL;
}

static int on_row(const struct csv_row *row, void *ctx, struct err *err)
{
    struct reading *reading = ctx;
    struct hops *hops = reading->hops;
    const char *const *fields = row->fields;
    const char *wrong = check_place(reading, fields);
    struct hops_probe *probe;

    if (!wrong)
        wrong = check(fields);
    if (wrong)
        return csv_damaged(reading->path, row->line, wrong, err);
    probe = &hops->at[reading->rows / HOPS_PROBES][reading->rows % HOPS_PROBES];
    snprintf(probe->address, sizeof probe->address, "%s", fields[1]);
    snprintf(probe->mark, sizeof probe->mark, "%s", fields[4]);
    probe->time_us = -1;
    if (fields[3][0])
        (void)num_parse_int(fields[3], 0, most_us, &probe->time_us);
    reading->rows++;
    hops->n = (reading->rows + HOPS_PROBES - 1) / HOPS_PROBES;
    return 0;
}

int hops_load(struct hops *hops, const char *path, struct err *err)
{
    struct reading reading = {.path = path, .hops = hops};
    struct csv_reader reader = {.path = path,
                                .header = HOPS_CSV_HEADER,
                                .on_row = on_row,
                                .ctx = &reading};

    memset(hops, 0, sizeof *hops);
    if (csv_read(&reader, err) < 0)
        return -1;
    if (reading.rows % HOPS_PROBES == 0)
        return 0;
    return csv_damaged(path, reading.rows + 1, "a hop has three probes", err);
}
