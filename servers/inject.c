#include "servers/inject.h"

#include "lib/clock.h"
#include "lib/msg.h"
#include "lib/num.h"
#include "lib/record.h"

#include <signal.h>
#include <string.h>

static const int64_t longest_buffered_ns = CLOCK_NS_PER_S;

void inject_init(struct inject *inject)
{
    memset(inject, 0, sizeof *inject);
    inject->impair.burst = 1;
    inject->impair.seed = 1;
    inject->impair.directions = 1 << IMPAIR_FORWARD | 1 << IMPAIR_REVERSE;
}

/* ---- options ---- */

enum {
    MODEL,
    P,
    BURST,
    DIRECTION,
    DUPLICATE,
    REORDER,
    SEED,
    LOG,
    SERVED,
    RUN_ID,
};

static int set_share(const char *option, const char *value, double *to,
                     struct err *err)
{
    if (num_parse_real(value, 0, 1, to) == 0)
        return 0;
    return args_bad(err, option, value, "a share, 0..1 (20 % is 0.2)");
}

static int set_direction(struct impair *impair, const char *value,
                         struct err *err)
{
    if (strcmp(value, "both") == 0)
        impair->directions = 1 << IMPAIR_FORWARD | 1 << IMPAIR_REVERSE;
    else if (strcmp(value, "forward") == 0)
        impair->directions = 1 << IMPAIR_FORWARD;
    else if (strcmp(value, "reverse") == 0)
        impair->directions = 1 << IMPAIR_REVERSE;
    else
        return args_bad(err, "loss-direction", value,
                        "both, forward or reverse");
    return 0;
}

static int set_numbers(struct impair *impair, int key, const char *value,
                       struct err *err)
{
    long long n = 0;

    switch (key) {
    case P:
        if (impair->model == IMPAIR_NONE)
            impair->model = IMPAIR_BERNOULLI;
        return set_share("loss", value, &impair->p, err);
    case DUPLICATE:
        return set_share("duplicate", value, &impair->duplicate, err);
    case REORDER:
        return set_share("reorder", value, &impair->reorder, err);
    case BURST:
        if (num_parse_real(value, 1, 1000, &impair->burst) < 0)
            return args_bad(err, "loss-burst", value, "a mean, 1..1000");
        return 0;
    default:
        if (args_int(value, ARGS_RANGE("seed", 0, INT64_C(1) << 53), &n, err) <
            0)
            return -1;
        impair->seed = (uint64_t)n;
        return 0;
    }
}

static int set_path(const char *option, const char *value, const char **to,
                    struct err *err)
{
    if (!value[0])
        return args_bad(err, option, value, "a file");
    *to = value;
    return 0;
}

static int set_run_id(struct inject *inject, const char *value, struct err *err)
{
    if (strlen(value) != 16 || num_get_hex(value, 16, &inject->run_id) < 0)
        return args_bad(err, "run-id", value, "16 lower-case hex digits");
    inject->has_run_id = 1;
    return 0;
}

static int take_option(int key, const char *value, void *ctx, struct err *err)
{
    struct inject *inject = ctx;

    switch (key) {
    case MODEL:
        if (impair_parse_model(value, &inject->impair.model) < 0)
            return args_bad(err, "loss-model", value, "bernoulli or gilbert");
        return 0;
    case DIRECTION:
        return set_direction(&inject->impair, value, err);
    case LOG:
        return set_path("log", value, &inject->log_path, err);
    case SERVED:
        return set_path("served", value, &inject->served_path, err);
    case RUN_ID:
        return set_run_id(inject, value, err);
    default:
        return set_numbers(&inject->impair, key, value, err);
    }
}

struct args_group inject_group(struct inject *inject)
{
    static const struct args_option options[] = {
        {"loss", P, "SHARE", "0", "lose this share of the messages on purpose"},
        {"loss-model", MODEL, "MODEL", "bernoulli",
         "bernoulli: each on its own; gilbert: in bursts"},
        {"loss-burst", BURST, "N", "1", "mean length of a burst (gilbert)"},
        {"loss-direction", DIRECTION, "DIRECTION", "both",
         "forward (to the server), reverse, or both, each with that share"},
        {"duplicate", DUPLICATE, "SHARE", "0", "send this share back twice"},
        {"reorder", REORDER, "SHARE", "0",
         "hold this share of the answers back, for 2 ms at most, until a later "
         "one to the same client has left"},
        {"seed", SEED, "N", "1", "every choice follows from it"},
        {"log", LOG, "FILE", NULL,
         "write each message lost, doubled or overtaken on purpose as a row "
         "of FILE"},
        {"served", SERVED, "FILE", NULL,
         "write each question that got through, in order of arrival"},
        {"run-id", RUN_ID, "HEX", NULL,
         "in those files only messages of this run (16 hex digits)"},
        {0},
    };

    return (struct args_group){options, take_option, inject};
}

/* ---- settings ---- */

int inject_is_on(const struct inject *inject)
{
    const struct impair *impair = &inject->impair;

    return impair->model != IMPAIR_NONE || impair->duplicate > 0 ||
           impair->reorder > 0;
}

static const char *ways(const struct impair *impair)
{
    if (impair->directions == 1 << IMPAIR_FORWARD)
        return "forward";
    return impair->directions == 1 << IMPAIR_REVERSE ? "reverse"
                                                     : "each direction";
}

void inject_show(const struct inject *inject, const struct serve *serve)
{
    const struct impair *impair = &inject->impair;

    if (!inject_is_on(inject))
        return;
    if (impair->model == IMPAIR_GILBERT)
        serve_say(serve, "    lost on purpose: %g %s, in bursts of %g",
                  impair->p, ways(impair), impair->burst);
    else
        serve_say(serve, "    lost on purpose: %g %s", impair->p, ways(impair));
    serve_say(serve, "    duplicated: %g", impair->duplicate);
    serve_say(serve, "    reordered: %g", impair->reorder);
    serve_say(serve, "    seed: %llu", (unsigned long long)impair->seed);
}

/* ---- files ---- */

static int open_file(const char *path, const char *header,
                     struct record **record, struct err *err)
{
    if (!path)
        return 0;
    *record = record_open(path, header, err);
    return *record ? 0 : -1;
}

int inject_open(struct inject *inject, struct err *err)
{
    signal(SIGXFSZ, SIG_IGN); /* a full file is an error, not an end */
    if (open_file(inject->log_path, RECORD_INJECTED_HEADER, &inject->log, err) <
        0)
        return -1;
    return open_file(inject->served_path, RECORD_SERVED_HEADER, &inject->served,
                     err);
}

/* Add the fields of `line`, whose last comma becomes the row's end. */
static int add_row(struct inject *inject, struct record *record, char *line,
                   char *end, struct err *err)
{
    end[-1] = '\n';
    *end = '\0';
    if (!inject->flush_ns)
        inject->flush_ns = clock_now_ns() + longest_buffered_ns;
    return record_add_line(record, line, err);
}

static int log_action(struct inject *inject, enum impair_direction direction,
                      const struct inject_key *key, enum impair_action action,
                      struct err *err)
{
    char line[RECORD_ROW_MAX], *to = line;

    if (!inject->log || !key->is_logged)
        return 0;
    to = record_put_int(to, key->conn);
    to = record_put_int(to, (int64_t)key->seq);
    to = record_put_text(to, impair_direction_name(direction));
    to = record_put_text(to, impair_action_name(action));
    return add_row(inject, inject->log, line, to, err);
}

int inject_served(struct inject *inject, const struct inject_key *key,
                  struct err *err)
{
    char line[RECORD_ROW_MAX], *to = line;

    if (!inject->served || !key->is_logged)
        return 0;
    to = record_put_int(to, key->conn);
    to = record_put_int(to, (int64_t)key->seq);
    return add_row(inject, inject->served, line, to, err);
}

int inject_flush(struct inject *inject, int64_t now_ns, struct err *err)
{
    if (!inject->flush_ns || now_ns < inject->flush_ns)
        return 0;
    inject->flush_ns = 0;
    if (inject->log && record_flush(inject->log, err) < 0)
        return -1;
    return inject->served ? record_flush(inject->served, err) : 0;
}

int inject_close(struct inject *inject, struct err *err)
{
    struct err later = {0}; /* only the first failure is told */
    int failed = record_close(inject->log, err);

    if (record_close(inject->served, failed ? &later : err) < 0)
        failed = -1;
    inject->log = inject->served = NULL;
    return failed;
}

/* ---- decisions ---- */

struct inject_key inject_key_of(const struct inject *inject,
                                const struct msg_header *header)
{
    return (struct inject_key){.conn = header->conn,
                               .seq = header->seq,
                               .is_logged = !inject->has_run_id ||
                                            header->run_id == inject->run_id};
}

int inject_decide(struct inject *inject, enum impair_direction direction,
                  const struct inject_key *key, enum impair_action *action,
                  struct err *err)
{
    *action = impair_decide(&inject->impair, direction, key->conn, key->seq);
    if (*action != IMPAIR_DROP && *action != IMPAIR_DUPLICATE)
        return 0;
    inject->dropped += *action == IMPAIR_DROP;
    inject->duplicated += *action == IMPAIR_DUPLICATE;
    return log_action(inject, direction, key, *action, err);
}

int inject_overtaken(struct inject *inject, const struct inject_key *key,
                     struct err *err)
{
    inject->reordered++;
    return log_action(inject, IMPAIR_REVERSE, key, IMPAIR_REORDER, err);
}
