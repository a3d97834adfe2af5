#include "harness/ledger.h"

#include "harness/seqset.h"
#include "lib/csv.h"
#include "lib/record.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Columns in the order of RECORD_HEADER. */
enum column {
    CONN,
    SEQ,
    SCHEDULED,
    SENT,
    RECEIVED,
    RTT,
    BYTES,
    BYTES_BACK,
    OUTCOME,
    COPIES,
    LATE_BY,
    ERRNO,
};

struct check {
    const struct ledger_reader *reader;
    struct ledger *ledger;
    struct hash *hash;
    struct seqset *seen; /* per connection */
    size_t room;         /* words that they may still take */
};

/* What the columns of numbers are told to be when they are not. */
static const struct {
    enum column column;
    int may_be_empty;
    const char *wrong;
} numbers[] = {
    {CONN, 0, "conn is no number"},
    {SEQ, 0, "seq is no number"},
    {SCHEDULED, 1, "scheduled_ns is no number"},
    {SENT, 1, "sent_ns is no number"},
    {RECEIVED, 1, "received_ns is no number"},
    {RTT, 1, "rtt_ns is no number"},
    {BYTES, 0, "bytes is no number"},
    {BYTES_BACK, 0, "bytes_back is no number"},
    {COPIES, 0, "copies is no number"},
    {LATE_BY, 0, "late_by is no number"},
};

static uint64_t number_columns(void)
{
    uint64_t columns = 0;

    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        columns |= UINT64_C(1) << numbers[i].column;
    return columns;
}

static const char *check_numbers(const struct csv_row *from)
{
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        enum column column = numbers[i].column;

        if (from->numbers[column] < 0 &&
            !(from->lens[column] == 0 && numbers[i].may_be_empty))
            return numbers[i].wrong;
    }
    return NULL;
}

static struct ledger_row row_of(const struct csv_row *from)
{
    const int64_t *value = from->numbers;

    return (struct ledger_row){
        .line = from->line,
        .conn = value[CONN],
        .seq = value[SEQ],
        .scheduled_ns = value[SCHEDULED],
        .sent_ns = value[SENT],
        .received_ns = value[RECEIVED],
        .rtt_ns = value[RTT],
        .bytes = value[BYTES],
        .bytes_back = value[BYTES_BACK],
        .copies = value[COPIES],
        .late_by = value[LATE_BY],
        .errno_name = from->fields[ERRNO],
    };
}

static const char *check_errno(const char *name)
{
    for (; *name; name++)
        if (!(*name >= 'A' && *name <= 'Z') && !(*name >= '0' && *name <= '9'))
            return "errno is no name of an error";
    return NULL;
}

static const char *check_reply(const struct ledger_row *row)
{
    int has_reply = row->received_ns >= 0;

    if (has_reply != (row->rtt_ns >= 0))
        return "received_ns and rtt_ns do not go together";
    if (has_reply && row->outcome != OUTCOME_OK &&
        row->outcome != OUTCOME_CORRUPT && row->outcome != OUTCOME_LATE)
        return "a reply time, but the outcome says that there is no reply";
    if (!has_reply &&
        (row->outcome == OUTCOME_OK || row->outcome == OUTCOME_LATE))
        return "no reply time, but the outcome says that there is a reply";
    if (has_reply && row->sent_ns < 0)
        return "a reply to a message that was not sent";
    if (has_reply && row->rtt_ns != row->received_ns - row->sent_ns)
        return "rtt_ns is not received_ns - sent_ns";
    if (row->rtt_ns == 0)
        return "rtt_ns is 0";
    return NULL;
}

/* What is wrong with the row as such, or NULL. */
static const char *check_row(const struct ledger_row *row)
{
    const char *wrong = check_reply(row);

    if (wrong)
        return wrong;
    if (row->sent_ns >= 0 && row->scheduled_ns < 0)
        return "sent_ns without scheduled_ns";
    if (row->sent_ns >= 0 && row->sent_ns < row->scheduled_ns)
        return "sent_ns is before scheduled_ns";
    if (row->outcome == OUTCOME_OK && row->bytes_back != row->bytes)
        return "ok, but bytes_back is not bytes";
    if (row->outcome == OUTCOME_OK && row->copies < 1)
        return "ok, but no copy came back";
    if (row->copies > 0 && row->received_ns < 0)
        return "copies of a reply that did not come";
    if (row->late_by > 0 && row->received_ns < 0)
        return "late_by of a reply that did not come";
    return check_errno(row->errno_name);
}

static int wrong_seq(const struct check *check, const struct ledger_row *row,
                     const char *why, struct err *err)
{
    char what[120];

    snprintf(what, sizeof what, "connection %lld: seq is %lld, %lld %s",
             (long long)row->conn, (long long)row->seq,
             (long long)check->seen[row->conn].next, why);
    return csv_damaged(check->reader->path, row->line, what, err);
}

static int again(const struct check *check, const struct ledger_row *row,
                 struct err *err)
{
    char what[96];

    snprintf(what, sizeof what, "connection %lld: seq %lld is there twice",
             (long long)row->conn, (long long)row->seq);
    return csv_damaged(check->reader->path, row->line, what, err);
}

static int check_order(struct check *check, const struct ledger_row *row,
                       struct err *err)
{
    struct seqset *seen;

    if (row->conn >= LEDGER_MAX_CONNECTIONS)
        return csv_damaged(check->reader->path, row->line,
                           "conn is not below 100000", err);
    seen = &check->seen[row->conn];
    if (row->seq != seen->next && !check->reader->any_order)
        return wrong_seq(check, row, "is due", err);
    check->ledger->connections += seen->end == 0;
    switch (seqset_add(seen, row->seq, &check->room)) {
    case SEQSET_NEW:
        return 0;
    case SEQSET_AGAIN:
        return again(check, row, err);
    case SEQSET_FAR:
        return wrong_seq(check, row, "did not come yet", err);
    default:
        return err_set(err, ERR_RESOURCE, "no-memory", "out of memory");
    }
}

/* Now that the file has ended: is any seq missing? */
static int check_gaps(struct check *check, struct err *err)
{
    char what[96];

    for (int64_t conn = 0; conn < LEDGER_MAX_CONNECTIONS; conn++) {
        const struct seqset *seen = &check->seen[conn];

        if (seen->next == seen->end)
            continue;
        check->ledger->open += seqset_missing(seen);
        if (check->reader->is_partial)
            continue;
        snprintf(what, sizeof what,
                 "the file ends, but connection %lld has no seq %lld",
                 (long long)conn, (long long)seen->next);
        return csv_damaged(check->reader->path, check->ledger->rows + 1, what,
                           err);
    }
    return 0;
}

static void count(struct ledger *ledger, const struct ledger_row *row)
{
    ledger->rows++;
    ledger->outcomes[row->outcome]++;
    ledger->duplicated += row->copies > 1;
    ledger->reordered += row->late_by > 0;
    if (row->sent_ns >= 0 &&
        (ledger->first_sent_ns < 0 || row->sent_ns < ledger->first_sent_ns))
        ledger->first_sent_ns = row->sent_ns;
    if (row->outcome != OUTCOME_OK)
        return;
    ledger->ok_bytes += row->bytes;
    if (row->received_ns > ledger->last_received_ns)
        ledger->last_received_ns = row->received_ns;
}

static int on_row(const struct csv_row *from, void *ctx, struct err *err)
{
    struct check *check = ctx;
    const struct ledger_reader *reader = check->reader;
    struct ledger_row row = row_of(from);
    const char *wrong = check_numbers(from);

    if (!wrong && outcome_parse(from->fields[OUTCOME], &row.outcome) < 0)
        wrong = "unknown outcome";
    if (!wrong)
        wrong = check_row(&row);
    if (wrong)
        return csv_damaged(reader->path, row.line, wrong, err);
    if (check_order(check, &row, err) < 0)
        return -1;
    count(check->ledger, &row);
    return reader->on_row ? reader->on_row(&row, reader->ctx, err) : 0;
}

static void on_bytes(const void *bytes, size_t n, void *ctx)
{
    struct check *check = ctx;

    hash_add(check->hash, bytes, n);
    check->ledger->file_bytes += (int64_t)n;
}

static int read_all(struct check *check, struct err *err)
{
    const struct ledger_reader *reader = check->reader;
    struct csv_reader csv = {.path = reader->path,
                             .header = RECORD_HEADER,
                             .number_columns = number_columns(),
                             .tail = reader->is_partial ? CSV_TORN_OK
                                                        : CSV_WHOLE,
                             .on_row = on_row,
                             .on_bytes = on_bytes,
                             .ctx = check};

    if (!check->hash || !check->seen)
        return err_set(err, ERR_RESOURCE, "no-memory", "out of memory");
    if (csv_read(&csv, err) < 0)
        return -1;
    return check_gaps(check, err);
}

int ledger_read(const struct ledger_reader *reader, struct ledger *ledger,
                struct err *err)
{
    struct check check = {
        .reader = reader,
        .ledger = ledger,
        .hash = hash_new(),
        .seen = calloc(LEDGER_MAX_CONNECTIONS, sizeof *check.seen),
        .room = LEDGER_WINDOW_BYTES / sizeof(uint64_t),
    };
    int status;

    *ledger = (struct ledger){.first_sent_ns = LEDGER_ABSENT,
                              .last_received_ns = LEDGER_ABSENT};
    status = read_all(&check, err);
    if (check.hash)
        hash_take_hex(check.hash, ledger->sha256);
    for (int conn = 0; check.seen && conn < LEDGER_MAX_CONNECTIONS; conn++)
        seqset_release(&check.seen[conn]);
    free(check.seen);
    return status;
}
