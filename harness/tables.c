#include "harness/tables.h"

#include "harness/hops.h"
#include "harness/result.h"
#include "lib/csv.h"
#include "lib/num.h"
#include "lib/record.h"

#include <string.h>

static const struct table {
    const char *name, *header;
} tables[] = {
    {RESULT_CONNECTIONS_CSV, RECORD_CONNECTIONS_HEADER},
    {RESULT_UNMATCHED_CSV, RECORD_UNMATCHED_HEADER},
    {RESULT_INJECTED_CSV, RECORD_INJECTED_HEADER},
    {RESULT_SERVED_CSV, RECORD_SERVED_HEADER},
    {RESULT_BEFORE_CSV, HOPS_CSV_HEADER},
    {RESULT_AFTER_CSV, HOPS_CSV_HEADER},
};

struct counting {
    const char *path;
    int is_unmatched;
    int64_t rows;
};

static const struct table *find(const char *name)
{
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        if (strcmp(tables[i].name, name) == 0)
            return &tables[i];
    return NULL;
}

int tables_has(const char *name)
{
    return find(name) != NULL;
}

static int is_number(const char *text)
{
    int64_t value;

    return num_parse_int(text, 0, INT64_MAX, &value) == 0;
}

/* conn,seq,received_ns,reason: what is malformed does not tell its seq. */
static const char *check_unmatched(const char *const *fields)
{
    const char *reason = fields[3];

    if (!is_number(fields[0]))
        return "conn is no number";
    if (fields[1][0] && !is_number(fields[1]))
        return "seq is no number";
    if (!is_number(fields[2]))
        return "received_ns is no number";
    if (strcmp(reason, "stale") != 0 && strcmp(reason, "overdue") != 0 &&
        strcmp(reason, "unknown") != 0 && strcmp(reason, "malformed") != 0 &&
        strcmp(reason, "wrong") != 0)
        return "unknown reason";
    return NULL;
}

static int on_row(const struct csv_row *row, void *ctx, struct err *err)
{
    struct counting *counting = ctx;
    const char *wrong = counting->is_unmatched ? check_unmatched(row->fields)
                                               : NULL;

    counting->rows++;
    return wrong ? csv_damaged(counting->path, row->line, wrong, err) : 0;
}

int tables_count(const char *name, const char *path, int is_partial,
                 int64_t *rows, struct err *err)
{
    const struct table *table = find(name);
    struct counting counting = {.path = path};
    struct csv_reader reader = {.path = path,
                                .tail = is_partial ? CSV_TORN_OK : CSV_WHOLE,
                                .on_row = on_row,
                                .ctx = &counting};

    if (!table)
        return err_set(err, ERR_BUG, "tables-name", "no table of ours: %s",
                       name);
    counting.is_unmatched = strcmp(name, RESULT_UNMATCHED_CSV) == 0;
    reader.header = table->header;
    if (csv_read(&reader, err) < 0)
        return -1;
    *rows = counting.rows;
    return 0;
}
