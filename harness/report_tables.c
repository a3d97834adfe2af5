#include "harness/report_tables.h"

#include "harness/latex.h"
#include "harness/quantity.h"
#include "harness/report_values.h"
#include "lib/args.h"

#include <stdio.h>
#include <string.h>

#define MAX_COLUMNS 4

/* ---- results ---- */

/* How a row's cells are made of a key. */
enum cell {
    CELL_VALUE,    /* the value, or n/a */
    CELL_QUANTILE, /* its interval, or how much longer to measure */
    CELL_FAILED,   /* with the bound of the share, where any was answered */
    CELL_OPEN,     /* as CELL_VALUE; the row is for open loops */
    CELL_OPEN_QUANTILE,
    CELL_LOST, /* as CELL_VALUE; the row is for runs that lost some */
};

struct row {
    const char *label, *key;
    enum cell cell;
};

static void put_cell(struct buf *to, const struct row *row, const char *run)
{
    switch (row->cell) {
    case CELL_OPEN:
    case CELL_LOST:
    case CELL_VALUE:
        buf_addf(to, " & \\Rna{%s.%s}", run, row->key);
        break;
    case CELL_OPEN_QUANTILE:
    case CELL_QUANTILE:
        buf_addf(to,
                 " & \\IfR{%s.%s.range}{\\R{%s.%s.range}}{\\IfR{%s.%s.more}"
                 "{needs \\R{%s.%s.more} more}{\\Rna{%s.%s.range}}}",
                 run, row->key, run, row->key, run, row->key, run, row->key,
                 run, row->key);
        break;
    case CELL_FAILED:
        buf_addf(to,
                 " & \\R{%s.failed}\\IfR{%s.answered}{ ($<$\\,"
                 "\\R{%s.failed.bound})}{}",
                 run, run, run);
        break;
    }
}

/* The first rows are for runs that their titles do not tell apart. */
enum { TELLING_ROWS = 4 };
static const struct row rows[] = {
    {"started (UTC)", "started", CELL_VALUE},
    {"server", "server", CELL_VALUE},
    {"bytes in a message", "size", CELL_VALUE},
    {"connections", "connections.n", CELL_VALUE},
    {"messages", "rows", CELL_VALUE},
    {"\\quad answered", "ok", CELL_VALUE},
    {"\\quad of these in the warm-up", "warmup", CELL_VALUE},
    {"\\quad failed (share)", "failed", CELL_FAILED},
    {"effective size (median)", "n_eff", CELL_VALUE},
    {"RTT minimum", "rtt.min", CELL_VALUE},
    {"RTT median", "rtt.p50", CELL_VALUE},
    {"\\quad 95\\,\\% CI", "rtt.p50", CELL_QUANTILE},
    {"RTT p90", "rtt.p90", CELL_VALUE},
    {"\\quad 95\\,\\% CI", "rtt.p90", CELL_QUANTILE},
    {"RTT p99", "rtt.p99", CELL_VALUE},
    {"\\quad 95\\,\\% CI", "rtt.p99", CELL_QUANTILE},
    {"RTT p99.9", "rtt.p999", CELL_VALUE},
    {"\\quad 95\\,\\% CI", "rtt.p999", CELL_QUANTILE},
    {"RTT undefined (loss)", "rtt.undefined", CELL_LOST},
    {"RTT maximum", "rtt.max", CELL_VALUE},
    {"RTT mean", "rtt.mean", CELL_VALUE},
    {"RTT MAD", "rtt.mad", CELL_VALUE},
    {"mean $|$IPDV$|$", "ipdv", CELL_VALUE},
    {"PDV", "pdv", CELL_VALUE},
    {"outliers (Tukey)", "outliers", CELL_VALUE},
    {"drift of the median", "drift", CELL_VALUE},
    {"messages asked for in 1\\,s", "open.asked", CELL_OPEN},
    {"\\quad achieved", "open.achieved", CELL_OPEN},
    {"\\quad sent late by, p99", "late.p99", CELL_OPEN},
    {"response time, median", "response.p50", CELL_OPEN},
    {"\\quad 95\\,\\% CI", "response.p50", CELL_OPEN_QUANTILE},
    {"response time, p90", "response.p90", CELL_OPEN},
    {"\\quad 95\\,\\% CI", "response.p90", CELL_OPEN_QUANTILE},
    {"response time, p99", "response.p99", CELL_OPEN},
    {"\\quad 95\\,\\% CI", "response.p99", CELL_OPEN_QUANTILE},
    {"response time, p99.9", "response.p999", CELL_OPEN},
    {"\\quad 95\\,\\% CI", "response.p999", CELL_OPEN_QUANTILE},
    {"response time, maximum", "response.max", CELL_OPEN},
    {"echo rate", "rate", CELL_VALUE},
    {"\\quad 95\\,\\% CI", "rate", CELL_QUANTILE},
    {"connect time, median", "connect", CELL_VALUE},
    {"TCP retransmissions", "retransmits", CELL_VALUE},
};

/* Runs that are told in full, which need not lie side by side. */
struct columns {
    const struct report_run *run[REPORT_TABLES_FULL];
    int n;
};

static int has_open_column(const struct columns *of)
{
    for (int i = 0; i < of->n; i++)
        if (report_run_is_open(of->run[i]->run))
            return 1;
    return 0;
}

static int has_lost_some(const struct columns *of)
{
    for (int i = 0; i < of->n; i++)
        if (summary_answered(&of->run[i]->summary) < 0.999)
            return 1;
    return 0;
}

/* Is there anything in it? */
static int is_for(const struct row *row, const struct columns *of)
{
    if (row->cell == CELL_OPEN || row->cell == CELL_OPEN_QUANTILE)
        return has_open_column(of);
    return row->cell != CELL_LOST || has_lost_some(of);
}

/* A long title takes another line. */
static void put_title(struct buf *to, const struct report_run *run)
{
    enum { LONG = 20 };
    size_t n = strlen(run->run->site) + (run->run->emulated ? 10 : 0) +
               (run->run->rep > 1 ? 11 : 0);

    if (n > LONG)
        buf_addf(to, " & \\parbox[b]{2.4cm}{\\raggedleft\\R{%s.title}}",
                 run->key);
    else
        buf_addf(to, " & \\R{%s.title}", run->key);
}

static void put_results_table(struct buf *to, const struct columns *part,
                              const char *which, int with_start)
{
    const char *star = part->n > 2 ? "*" : "";

    buf_addf(to,
             "\\begin{table%s}[t]\n\\centering\\footnotesize\n"
             "\\caption{Round trips%s}\n"
             "\\setlength\\tabcolsep{3.5pt}\n"
             "\\begin{tabular}{@{}l*{%d}{r}@{}}\n\\toprule\n",
             star, which, part->n);
    for (int i = 0; i < part->n; i++)
        put_title(to, part->run[i]);
    buf_add(to, " \\\\\n\\midrule\n");
    for (size_t r = with_start ? 0 : TELLING_ROWS;
         r < sizeof rows / sizeof *rows; r++) {
        if (!is_for(&rows[r], part))
            continue;
        buf_add(to, rows[r].label);
        for (int i = 0; i < part->n; i++)
            put_cell(to, &rows[r], part->run[i]->key);
        buf_add(to, " \\\\\n");
    }
    buf_addf(to, "\\bottomrule\n\\end{tabular}\n\\end{table%s}\n\n", star);
}

static int same_title(const struct result_run *a, const struct result_run *b)
{
    return strcmp(a->site, b->site) == 0 && a->emulated == b->emulated &&
           a->rep == b->rep;
}

int report_tables_are_listed(const struct report_set *set)
{
    return set->of[REPORT_RATE].n > REPORT_TABLES_FULL;
}

/* All, or those that figures and text are about. */
static void choose_columns(struct columns *out, const struct report_set *set)
{
    const struct report_runs *of = &set->of[REPORT_RATE];

    out->n = 0;
    for (int i = 0; i < of->n && out->n < REPORT_TABLES_FULL; i++) {
        const struct report_run *run = &of->run[i];

        if (!report_tables_are_listed(set) || run == set->local ||
            run == set->remote || report_run_is_open(run->run))
            out->run[out->n++] = run;
    }
}

void report_tables_results(struct buf *to, const struct report_set *set)
{
    const char *which = report_tables_are_listed(set)
                            ? "}\\label{tab:results"
                            : " of all runs}\\label{tab:results";
    struct columns all;
    int with_start = 0;

    choose_columns(&all, set);
    for (int i = 0; i < all.n; i++)
        for (int j = 0; j < i; j++)
            with_start |= same_title(all.run[i]->run, all.run[j]->run);
    for (int first = 0; first < all.n; first += MAX_COLUMNS) {
        struct columns part = {.n = 0};

        while (part.n < MAX_COLUMNS && first + part.n < all.n) {
            part.run[part.n] = all.run[first + part.n];
            part.n++;
        }
        put_results_table(to, &part, first ? " (continued)" : which,
                          with_start);
    }
}

/* ---- all runs ---- */

void report_tables_runs(struct buf *to, const struct report_set *set)
{
    const struct report_runs *of = &set->of[REPORT_RATE];

    if (!report_tables_are_listed(set))
        return;
    buf_add(to,
            "{\\footnotesize\\setlength\\tabcolsep{2.6pt}\n"
            "\\begin{longtable}{@{}>{\\raggedright\\arraybackslash}p{3.6cm}"
            "lrrrrrrrr@{}}\n\\toprule\n"
            "run & started (UTC) & bytes & conn. & messages & failed & median "
            "RTT & 95\\,\\% CI & p99 RTT & echo rate \\\\\n\\midrule\n"
            "\\endhead\n\\bottomrule\n\\endfoot\n");
    for (int i = 0; i < of->n; i++) {
        const char *key = of->run[i].key;

        buf_addf(to,
                 "\\R{%s.title} & \\Rna{%s.started} & \\R{%s.size} & "
                 "\\R{%s.connections.n} & \\R{%s.rows} & \\R{%s.failed} & "
                 "\\Rna{%s.rtt.p50} & \\Rna{%s.rtt.p50.range} & "
                 "\\Rna{%s.rtt.p99} & \\Rna{%s.rate} \\\\\n",
                 key, key, key, key, key, key, key, key, key, key);
    }
    buf_add(to, "\\end{longtable}}\n");
}

/* ---- files ---- */

/* A line for the name and one for the hash, which fills a column. */
static void put_file(struct buf *to, const char *name,
                     const struct result_file *file)
{
    char bytes[QUANTITY_SIZE];

    latex_code(to, name);
    buf_add(to, "\\hfill ");
    latex_escape(to, quantity_count(file->bytes, bytes));
    buf_addf(to, "\\,B\\\\*\n{\\hashsize\\texttt{%.64s}}\\\\\n", file->sha256);
}

/* What numbers and transcripts were made from; the manifest has the rest. */
static int is_record(const struct result_file *file)
{
    size_t n = strlen(file->name);

    return strcmp(file->name, RESULT_MESSAGES_CSV) == 0 ||
           (n > 4 && strcmp(file->name + n - 4, ".txt") == 0);
}

static void put_run_files(struct buf *to, const struct report_run *run)
{
    char name[256];

    for (int i = 0; i < run->run->nfiles; i++) {
        if (!is_record(&run->run->files[i]))
            continue;
        snprintf(name, sizeof name, "%s/%s", run->run->dir,
                 run->run->files[i].name);
        put_file(to, name, &run->run->files[i]);
    }
}

static void put_folder_file(struct buf *to, const struct result *result,
                            const char *name)
{
    struct result_file file = {0};
    struct err ignored;
    char path[4096];

    if (result_file_path(path, result, NULL, name, &ignored) == 0 &&
        hash_file(path, file.sha256, &file.bytes, &ignored) == 0)
        put_file(to, name, &file);
}

static void put_folder(struct buf *to, const struct result *result)
{
    buf_add(to, "\\smallskip\\textbf{");
    latex_escape(to, report_run_folder(result));
    buf_add(to, "}");
    if (strcmp(result->tool_version, args_version()) != 0) {
        buf_add(to, ", recorded by echolab ");
        latex_escape(to, result->tool_version);
    }
    buf_add(to, "\\\\*\n");
    put_folder_file(to, result, "manifest.json");
}

static void put_runs_of(struct buf *to, const struct report_runs *of,
                        const struct result *result)
{
    for (int i = 0; i < of->n; i++)
        if (of->run[i].result == result)
            put_run_files(to, &of->run[i]);
}

void report_tables_files(struct buf *to, const struct report_set *set)
{
    buf_add(to, "{\\footnotesize\\raggedright\\parindent=0pt\n");
    for (int i = 0; i < set->nresults; i++) {
        put_folder(to, &set->results[i]);
        for (int kind = 0; kind < REPORT_KINDS; kind++)
            put_runs_of(to, &set->of[kind], &set->results[i]);
    }
    buf_add(to, "\\par}\n");
}
