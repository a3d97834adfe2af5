#include "harness/reconcile.h"

#include "harness/ledger.h"
#include "lib/csv.h"
#include "lib/num.h"
#include "lib/record.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What is known of a message; above, the decisions of two bits each. */
enum {
    LOST = 1,
    ANSWERED = 2,
    EXCUSED = 4, /* not sent, or cut off by the end of the run */
    SERVED = 8,
    OVERDUE = LOST | ANSWERED, /* answered, but after its row was final */
    FORWARD = 4,               /* where its decision begins */
    REVERSE = 6,
};

enum decision { NONE, DROP, DUPLICATE, REORDER };

/* The messages of one connection: seq 0 .. n - 1. */
struct lane {
    uint8_t *flags;
    int64_t n, cap;
};

struct table {
    struct lane lanes[LEDGER_MAX_CONNECTIONS];
};

struct reading {
    struct table *table;
    const char *path;
};

static enum decision decision_of(uint8_t flags, int direction)
{
    return (enum decision)(flags >> direction & 3);
}

/* ---- messages.csv ---- */

static int reach(struct lane *lane, int64_t seq)
{
    int64_t cap = lane->cap ? lane->cap : 64;
    uint8_t *more;

    while (cap <= seq)
        cap *= 2;
    if (cap > lane->cap) {
        more = realloc(lane->flags, (size_t)cap);
        if (!more)
            return -1;
        lane->flags = more;
        lane->cap = cap;
    }
    if (seq < lane->n)
        return 0;
    memset(lane->flags + lane->n, 0, (size_t)(seq + 1 - lane->n));
    lane->n = seq + 1;
    return 0;
}

static uint8_t flags_of(const struct ledger_row *row)
{
    switch (row->outcome) {
    case OUTCOME_LOST:
        return LOST;
    case OUTCOME_ABORTED:
    case OUTCOME_SEND_ERROR:
    case OUTCOME_LOCAL_LIMIT:
        return row->copies > 0 ? EXCUSED | ANSWERED : EXCUSED;
    default:
        return row->copies > 0 ? ANSWERED : 0;
    }
}

static int on_message(const struct ledger_row *row, void *ctx, struct err *err)
{
    const struct reading *reading = ctx;
    struct lane *lane = &reading->table->lanes[row->conn];

    if (reach(lane, row->seq) < 0)
        return err_set(err, ERR_RESOURCE, "no-memory",
                       "out of memory at line %" PRId64, row->line);
    lane->flags[row->seq] = flags_of(row);
    return 0;
}

/* ---- served.csv and injected.csv ---- */

/* The flags of the message that a row begins with, or NULL with err. */
static uint8_t *find(const struct reading *reading, const struct csv_row *row,
                     struct err *err)
{
    int64_t conn = 0, seq = 0;
    const char *wrong = "no such message in messages.csv";

    if (num_parse_int(row->fields[0], 0, INT64_MAX, &conn) < 0)
        wrong = "conn is no number";
    else if (num_parse_int(row->fields[1], 0, INT64_MAX, &seq) < 0)
        wrong = "seq is no number";
    else if (conn < LEDGER_MAX_CONNECTIONS &&
             seq < reading->table->lanes[conn].n)
        return &reading->table->lanes[conn].flags[seq];
    csv_damaged(reading->path, row->line, wrong, err);
    return NULL;
}

static int on_served(const struct csv_row *row, void *ctx, struct err *err)
{
    uint8_t *flags = find(ctx, row, err);

    if (!flags)
        return -1;
    *flags |= SERVED;
    return 0;
}

/* An answer that came after the end of its row, or is a copy of one in time. */
static int on_unmatched(const struct csv_row *row, void *ctx, struct err *err)
{
    uint8_t *flags;

    if (strcmp(row->fields[3], "overdue") != 0)
        return 0;
    flags = find(ctx, row, err);
    if (!flags)
        return -1;
    *flags |= ANSWERED;
    return 0;
}

static const char *parse_decision(const struct csv_row *row, int *direction,
                                  enum decision *decision)
{
    static const char *const actions[] = {
        [DROP] = "drop", [DUPLICATE] = "duplicate", [REORDER] = "reorder"};

    if (strcmp(row->fields[2], "forward") == 0)
        *direction = FORWARD;
    else if (strcmp(row->fields[2], "reverse") == 0)
        *direction = REVERSE;
    else
        return "unknown direction";
    for (int i = DROP; i <= REORDER; i++) {
        if (strcmp(row->fields[3], actions[i]) == 0) {
            *decision = (enum decision)i;
            return NULL;
        }
    }
    return "unknown action";
}

static const char *add_decision(uint8_t *flags, int direction,
                                enum decision decision)
{
    enum decision before = decision_of(*flags, direction);

    if (before != NONE && before != decision)
        return "another decision about this message than before";
    if (direction == REVERSE && !(*flags & SERVED))
        return "a decision about an answer, but served.csv has no question";
    if (direction == FORWARD && decision == DROP && (*flags & SERVED))
        return "dropped on its way to the server, but served.csv has it";
    *flags = (uint8_t)(*flags | decision << direction);
    return NULL;
}

static int on_injected(const struct csv_row *row, void *ctx, struct err *err)
{
    const struct reading *reading = ctx;
    enum decision decision = NONE;
    int direction = 0;
    const char *wrong = parse_decision(row, &direction, &decision);
    uint8_t *flags;

    if (!wrong) {
        flags = find(reading, row, err);
        if (!flags)
            return -1;
        wrong = add_decision(flags, direction, decision);
    }
    return wrong ? csv_damaged(reading->path, row->line, wrong, err) : 0;
}

/* ---- the join ---- */

static int is_there(const char *path)
{
    return access(path, F_OK) == 0 || errno != ENOENT;
}

static int read_messages(struct table *table, const char *path, struct err *err)
{
    struct reading reading = {table, path};
    struct ledger_reader reader = {
        .path = path, .any_order = 1, .on_row = on_message, .ctx = &reading};
    struct ledger ledger;

    return ledger_read(&reader, &ledger, err);
}

static int read_table(struct table *table, const char *path, const char *header,
                      csv_row_fn on_row, struct err *err)
{
    struct reading reading = {table, path};
    struct csv_reader reader = {
        .path = path, .header = header, .on_row = on_row, .ctx = &reading};

    return csv_read(&reader, err);
}

static int read_unmatched(struct table *table, const struct result *result,
                          const struct result_run *run, struct err *err)
{
    char path[4096];

    if (result_file_path(path, result, run, RESULT_UNMATCHED_CSV, err) < 0)
        return -1;
    if (!is_there(path))
        return 0;
    return read_table(table, path, RECORD_UNMATCHED_HEADER, on_unmatched, err);
}

/* Served first: a decision about an answer needs a question. */
static int read_all(struct table *table, const struct result *result,
                    const struct result_run *run, struct err *err)
{
    char messages[4096], served[4096], injected[4096];

    if (result_file_path(messages, result, run, RESULT_MESSAGES_CSV, err) < 0 ||
        result_file_path(served, result, run, RESULT_SERVED_CSV, err) < 0 ||
        result_file_path(injected, result, run, RESULT_INJECTED_CSV, err) < 0 ||
        read_messages(table, messages, err) < 0 ||
        read_table(table, served, RECORD_SERVED_HEADER, on_served, err) < 0 ||
        read_unmatched(table, result, run, err) < 0)
        return -1;
    if (!run->loss.has && !is_there(injected))
        return 0;
    return read_table(table, injected, RECORD_INJECTED_HEADER, on_injected,
                      err);
}

static void count(struct result_reconciled *to, uint8_t flags, int by_server)
{
    int forward = decision_of(flags, FORWARD) == DROP;
    int reverse = decision_of(flags, REVERSE) == DROP;
    int dropped = forward || reverse, lost = flags & LOST;
    int served = (flags & SERVED) != 0;

    to->injected_forward += forward;
    to->injected_reverse += reverse;
    to->injected_lost += dropped;
    to->server_received += served;
    to->server_answered += served && !(reverse && by_server);
    to->missed += dropped && !lost && !(flags & EXCUSED);
    if (!lost)
        return;
    to->measured_lost++;
    to->true_loss += dropped;
    to->false_loss += !dropped;
    to->overdue += !dropped && (flags & OVERDUE) == OVERDUE;
    to->lost_forward += !served;
    to->lost_reverse += served;
}

static int count_lane(struct result_reconciled *to, const struct lane *lane,
                      const struct result_run *run, int64_t *wrong_seq)
{
    int by_server = strcmp(run->loss.by, "relay") != 0;

    for (int64_t seq = 0; seq < lane->n; seq++) {
        if ((lane->flags[seq] & (ANSWERED | SERVED)) == ANSWERED) {
            *wrong_seq = seq;
            return -1;
        }
        count(to, lane->flags[seq], by_server);
    }
    return 0;
}

static int count_all(const struct table *table, struct result_run *run,
                     struct err *err)
{
    struct result_reconciled counts = {.has = 1};
    int64_t seq = 0;

    for (int conn = 0; conn < LEDGER_MAX_CONNECTIONS; conn++) {
        if (count_lane(&counts, &table->lanes[conn], run, &seq) == 0)
            continue;
        err_set(err, ERR_RESULTS, "results-damaged",
                "%s/%s: connection %d: seq %" PRId64 " was answered, but %s "
                "does not have it",
                run->dir, RESULT_MESSAGES_CSV, conn, seq, RESULT_SERVED_CSV);
        return err_hint(err, "these files are not of one run: restore them, "
                             "or measure again");
    }
    run->reconciled = counts;
    return 0;
}

int reconcile_run(const struct result *result, struct result_run *run,
                  struct err *err)
{
    struct table *table;
    char served[4096];
    int status;

    memset(&run->reconciled, 0, sizeof run->reconciled);
    if (!result_run_is_udp(run))
        return 0;
    if (result_file_path(served, result, run, RESULT_SERVED_CSV, err) < 0)
        return -1;
    if (!run->loss.has && !is_there(served))
        return 0;
    table = calloc(1, sizeof *table);
    if (!table)
        return err_set(err, ERR_RESOURCE, "no-memory", "out of memory");
    status = read_all(table, result, run, err);
    if (status == 0)
        status = count_all(table, run, err);
    for (int conn = 0; conn < LEDGER_MAX_CONNECTIONS; conn++)
        free(table->lanes[conn].flags);
    free(table);
    return status;
}
