#include "harness/report_failures.h"

#include "harness/quantity.h"
#include "harness/report_target.h"

#include <stdio.h>

#define MAX_COLUMNS 4

static const struct quantity_unit percent = {0.01, "%"};

/* The share that came back; when all did it is known from one side only. */
static void put_success(struct target to, const struct summary *s)
{
    const struct stats_share *failed = &s->failed_share;
    double share = s->failed > 0 ? 1 - failed->value : 1;
    double bounds[2] = {1 - failed->hi, 1 - failed->lo};
    int decimals = quantity_decimals((failed->hi - failed->lo) / 2, 0, percent);
    char text[QUANTITY_SIZE], bound[QUANTITY_SIZE + 8];

    values_number(
        to.values, to.prefix, "success", share,
        quantity_value(share, s->failed > 0 ? decimals : 0, percent, text));
    if (s->failed > 0)
        quantity_interval(bounds, decimals, percent, bound);
    else
        snprintf(bound, sizeof bound, ">" QUANTITY_THIN "%s",
                 quantity_value(bounds[0], decimals, percent, text));
    target_text(to, "success.ci", bound);
}

void report_failures_values(struct values *values, const char *prefix,
                            const struct report_run *run)
{
    const struct summary *s = &run->summary;
    struct target to = {values, prefix};
    char key[32];

    if (s->ok + s->failed > 0)
        put_success(to, s);
    if (s->connect.rows > run->run->connections)
        target_count(to, "again", s->connect.rows - run->run->connections);
    for (int i = 0; i < OUTCOME_COUNT; i++) {
        if (s->outcomes[i] == 0 || !samples_is_failure((enum outcome)i))
            continue;
        snprintf(key, sizeof key, "outcome.%s", outcome_name((enum outcome)i));
        target_count(to, key, s->outcomes[i]);
    }
}

/* ---- table ---- */

static void put_row(struct buf *to, const struct report_runs *part,
                    const char *label, const char *key, const char *absent)
{
    buf_add(to, label);
    for (int i = 0; i < part->n; i++) {
        const char *run = part->run[i].key;

        buf_addf(to, " & \\IfR{%s.%s}{\\R{%s.%s}}{%s}", run, key, run, key,
                 absent);
    }
    buf_add(to, " \\\\\n");
}

/* A row for each way to fail that was met. */
static void put_outcomes(struct buf *to, const struct report_runs *part)
{
    char label[64], key[32];

    for (int o = 0; o < OUTCOME_COUNT; o++) {
        int64_t all = 0;

        for (int i = 0; i < part->n; i++)
            all += part->run[i].summary.outcomes[o];
        if (all == 0 || !samples_is_failure((enum outcome)o))
            continue;
        snprintf(label, sizeof label, "\\quad %s",
                 outcome_name((enum outcome)o));
        snprintf(key, sizeof key, "outcome.%s", outcome_name((enum outcome)o));
        put_row(to, part, label, key, "0");
    }
}

static void put_table(struct buf *to, const struct report_runs *part,
                      int is_first)
{
    static const char none[] = "\\textcolor{black!55}{n/a}";

    buf_addf(to,
             "\\begin{table%s}[t]\n\\centering\\footnotesize\n"
             "\\caption{Failure test%s}%s\n"
             "\\begin{tabular}{@{}l*{%d}{r}@{}}\n\\toprule\n",
             part->n > 2 ? "*" : "", is_first ? "" : " (continued)",
             is_first ? "\\label{tab:failures}" : "", part->n);
    put_row(to, part, "", "title", none);
    buf_add(to, "\\midrule\n");
    put_row(to, part, "messages", "rows", none);
    put_row(to, part, "answered", "ok", none);
    put_row(to, part, "failed", "failed", none);
    put_outcomes(to, part);
    put_row(to, part, "success share", "success", none);
    put_row(to, part, "\\quad 95\\,\\% CI", "success.ci", none);
    put_row(to, part, "connected again", "again", "0");
    put_row(to, part, "TCP retransmissions", "retransmits", none);
    buf_addf(to, "\\bottomrule\n\\end{tabular}\n\\end{table%s}\n\n",
             part->n > 2 ? "*" : "");
}

void report_failures_table(struct buf *to, const struct report_set *set)
{
    const struct report_runs *of = &set->of[REPORT_FAILURE];

    for (int first = 0; first < of->n; first += MAX_COLUMNS) {
        struct report_runs part = {of->run + first, of->n - first};

        if (part.n > MAX_COLUMNS)
            part.n = MAX_COLUMNS;
        put_table(to, &part, first == 0);
    }
}
