#include "harness/connections.h"

#include "harness/stats.h"
#include "lib/csv.h"
#include "lib/num.h"
#include "lib/outcome.h"
#include "lib/record.h"

#include <stdlib.h>
#include <string.h>

enum column { CONN, START, END, OUTCOME, RETRANSMITS = 6, MSS = 10 };

struct loading {
    struct connections *out;
    const char *path;
    int64_t *times_ns;
    size_t n, cap;
};

/* A whole number, or -1 for an empty field; -2 for anything else. */
static int64_t number(const struct csv_row *row, enum column column)
{
    int64_t value;

    if (row->lens[column] == 0)
        return -1;
    if (num_parse_int(row->fields[column], 0, INT64_MAX, &value) < 0)
        return -2;
    return value;
}

static int add_time(struct loading *loading, int64_t time_ns, struct err *err)
{
    if (loading->n == loading->cap) {
        size_t cap = loading->cap ? loading->cap * 2 : 64;
        int64_t *more = realloc(loading->times_ns, cap * sizeof *more);

        if (!more)
            return err_set(err, ERR_RESOURCE, "no-memory", "out of memory");
        loading->times_ns = more;
        loading->cap = cap;
    }
    loading->times_ns[loading->n++] = time_ns;
    return 0;
}

static void add_tcp_info(struct connections *out, int64_t retransmits,
                         int64_t mss)
{
    if (retransmits >= 0) {
        out->told_retransmits++;
        out->retransmits += retransmits;
    }
    if (mss > out->mss)
        out->mss = mss;
}

static int on_row(const struct csv_row *row, void *ctx, struct err *err)
{
    struct loading *loading = ctx;
    int64_t start = number(row, START), end = number(row, END);
    int64_t retransmits = number(row, RETRANSMITS), mss = number(row, MSS);
    enum outcome outcome;

    if (number(row, CONN) < 0 || start < -1 || end < -1 || retransmits < -1 ||
        mss < -1)
        return csv_damaged(loading->path, row->line, "a field is no number",
                           err);
    if (outcome_parse(row->fields[OUTCOME], &outcome) < 0)
        return csv_damaged(loading->path, row->line, "unknown outcome", err);
    if (start >= 0 && end >= 0 && end < start)
        return csv_damaged(loading->path, row->line,
                           "connect_end_ns is before connect_start_ns", err);
    loading->out->rows++;
    add_tcp_info(loading->out, retransmits, mss);
    if (start < 0 || end < 0)
        return 0;
    return add_time(loading, end - start, err);
}

int connections_load(struct connections *connections, const char *path,
                     int is_partial, struct err *err)
{
    struct loading loading = {.out = connections, .path = path};
    struct csv_reader reader = {.path = path,
                                .header = RECORD_CONNECTIONS_HEADER,
                                .tail = is_partial ? CSV_TORN_OK : CSV_WHOLE,
                                .on_row = on_row,
                                .ctx = &loading};
    int status;

    memset(connections, 0, sizeof *connections);
    status = csv_read(&reader, err);
    if (status == 0 && loading.n > 0) {
        stats_sort(loading.times_ns, loading.n);
        connections->connected = (int64_t)loading.n;
        connections->min_ns = loading.times_ns[0];
        connections->p50_ns = stats_percentile(loading.times_ns, loading.n, .5);
        connections->max_ns = loading.times_ns[loading.n - 1];
    }
    free(loading.times_ns);
    return status;
}
