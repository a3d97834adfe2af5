#include "harness/report_tables.h"

#include "harness/latex.h"
#include "harness/paths.h"
#include "harness/proc.h"
#include "harness/quantity.h"
#include "harness/report_values.h"
#include "lib/clock.h"

#include <stdio.h>
#include <string.h>

#define OPTIONS_TIMEOUT_NS (10 * CLOCK_NS_PER_S)
#define MAX_COLUMNS 4

/* ---- options ---- */

/* "--port TAB PORT TAB 2333 TAB its port" as a row. */
static void put_option(struct buf *to, char *line)
{
    char *fields[4] = {line, "", "", ""};

    for (int i = 1; i < 4 && fields[i - 1]; i++) {
        fields[i] = strchr(fields[i - 1], '\t');
        if (!fields[i])
            return;
        *fields[i]++ = '\0';
    }
    latex_code(to, fields[0]);
    if (strcmp(fields[1], "-") != 0) {
        buf_add(to, " \\textit{");
        latex_escape(to, fields[1]);
        buf_add(to, "}");
    }
    buf_add(to, " & ");
    latex_escape(to, fields[3]);
    buf_add(to, " & ");
    latex_escape(to, strcmp(fields[2], "-") != 0 ? fields[2] : "\xe2\x80\x93");
    buf_add(to, " \\\\\n");
}

static int put_options_of(struct buf *to, const char *program, struct err *err)
{
    char path[4096], line[1024];
    const char *const argv[] = {path, "--options", NULL};
    struct proc_spec spec = {.argv = argv, .cpu = -1};
    struct proc proc;
    int code;

    if (paths_program(path, program, err) < 0 ||
        proc_start(&proc, &spec, err) < 0)
        return -1;
    while (!proc_ended(&proc) &&
           proc_line(&proc, line, sizeof line, OPTIONS_TIMEOUT_NS))
        put_option(to, line);
    code = proc.ended ? proc.exit_code : -1;
    proc_release(&proc);
    if (code == 0)
        return 0;
    err_set(err, ERR_HELPER, "install-broken",
            "%s --options: ended with status %d", path, code);
    return err_hint(err, "build all programs with make, or install them with "
                         "make install");
}

static int put_option_table(struct buf *to, const char *program,
                            const char *caption, const char *label,
                            struct err *err)
{
    buf_addf(to,
             "\\begin{table}[t]\n\\centering\\footnotesize\n"
             "\\caption{%s}\\label{%s}\n"
             "\\setlength\\tabcolsep{4pt}\n"
             "\\begin{tabularx}{\\columnwidth}{@{}l"
             ">{\\raggedright\\arraybackslash}X"
             ">{\\raggedright\\arraybackslash}p{1.8cm}@{}}\n\\toprule\n"
             "option & meaning & default \\\\\n\\midrule\n",
             caption, label);
    if (put_options_of(to, program, err) < 0)
        return -1;
    buf_add(to, "\\bottomrule\n\\end{tabularx}\n\\end{table}\n\n");
    return 0;
}

int report_tables_options(struct buf *to, struct err *err)
{
    if (put_option_table(to, "echo-rate", "Options of the client, echo-rate",
                         "tab:client", err) < 0)
        return -1;
    return put_option_table(to, "echo-server",
                            "Options of the server, echo-server", "tab:server",
                            err);
}

/* ---- results ---- */

/* How a row's cells are made of a key. */
enum cell {
    CELL_VALUE,    /* the value, or n/a */
    CELL_QUANTILE, /* its interval, or how much longer to measure */
    CELL_FAILED,   /* with the bound of the share */
};

struct row {
    const char *label, *key;
    enum cell cell;
};

static void put_cell(struct buf *to, const struct row *row, int run)
{
    switch (row->cell) {
    case CELL_VALUE:
        buf_addf(to, " & \\Rna{r%d.%s}", run, row->key);
        break;
    case CELL_QUANTILE:
        buf_addf(to,
                 " & \\IfR{r%d.%s.range}{\\R{r%d.%s.range}}{\\IfR{r%d.%s.more}"
                 "{needs \\R{r%d.%s.more} more}{\\Rna{r%d.%s}}}",
                 run, row->key, run, row->key, run, row->key, run, row->key,
                 run, row->key);
        break;
    case CELL_FAILED:
        buf_addf(to, " & \\R{r%d.failed} ($<$\\,\\R{r%d.failed.bound})", run,
                 run);
        break;
    }
}

/* The first row is for runs that their titles do not tell apart. */
static const struct row rows[] = {
    {"started (UTC)", "started", CELL_VALUE},
    {"messages", "rows", CELL_VALUE},
    {"\\quad answered", "ok", CELL_VALUE},
    {"\\quad failed", "failed", CELL_FAILED},
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
    {"RTT maximum", "rtt.max", CELL_VALUE},
    {"RTT mean", "rtt.mean", CELL_VALUE},
    {"RTT absolute deviation", "rtt.mad", CELL_VALUE},
    {"echo rate", "rate", CELL_VALUE},
    {"\\quad 95\\,\\% CI", "rate", CELL_QUANTILE},
    {"time to connect", "connect", CELL_VALUE},
    {"segments sent again", "retransmits", CELL_VALUE},
};

/* Runs first+1 .. first+n of the report. */
static void put_results_table(struct buf *to, int first, int n, int with_start)
{
    const char *star = n > 2 ? "*" : "";

    buf_addf(to,
             "\\begin{table%s}[t]\n\\centering\\footnotesize\n"
             "\\caption{Round trips of all runs%s}%s\n"
             "\\setlength\\tabcolsep{3.5pt}\n"
             "\\begin{tabular}{@{}l*{%d}{r}@{}}\n\\toprule\n",
             star, first ? " (continued)" : "",
             first ? "" : "\\label{tab:results}", n);
    for (int i = 0; i < n; i++)
        buf_addf(to, " & \\R{r%d.title}", first + i + 1);
    buf_add(to, " \\\\\n\\midrule\n");
    for (size_t r = with_start ? 0 : 1; r < sizeof rows / sizeof *rows; r++) {
        buf_add(to, rows[r].label);
        for (int i = 0; i < n; i++)
            put_cell(to, &rows[r], first + i + 1);
        buf_add(to, " \\\\\n");
    }
    buf_addf(to, "\\bottomrule\n\\end{tabular}\n\\end{table%s}\n\n", star);
}

static int same_title(const struct result_run *a, const struct result_run *b)
{
    return strcmp(a->site, b->site) == 0 && a->emulated == b->emulated &&
           a->rep == b->rep;
}

void report_tables_results(struct buf *to, const struct report_run *runs,
                           int nruns)
{
    int with_start = 0;

    for (int i = 0; i < nruns; i++)
        for (int j = 0; j < i; j++)
            with_start |= same_title(runs[i].run, runs[j].run);
    for (int first = 0; first < nruns; first += MAX_COLUMNS)
        put_results_table(to, first,
                          nruns - first < MAX_COLUMNS ? nruns - first
                                                      : MAX_COLUMNS,
                          with_start);
}

/* ---- limits ---- */

static void put_texts(struct buf *to, int number,
                      const struct result_texts *texts)
{
    for (int i = 0; i < texts->count; i++) {
        buf_addf(to, "\\item The run ``\\R{r%d.title}'' noted: ", number);
        latex_escape(to, texts->text[i]);
        buf_add(to, ".\n");
    }
}

static void put_doubts(struct buf *to, const struct report_run *run, int number)
{
    const struct summary *s = &run->summary;

    if (run->result->status == RESULT_PARTIAL)
        buf_addf(to,
                 "\\item \\R{r%d.folder} is \\emph{partial}: the run was "
                 "interrupted, and only what it had recorded is here.\n",
                 number);
    if (run->result->status == RESULT_DEGRADED)
        buf_addf(to,
                 "\\item \\R{r%d.folder} is \\emph{degraded}: it is whole, "
                 "but not the load that was asked for.\n",
                 number);
    if (s->unsent > 0)
        buf_addf(to,
                 "\\item \\R{r%d.unsent} messages of \\R{r%d.title} could "
                 "not be sent: a limit of this machine, not of the path.\n",
                 number, number);
    if (s->lag1 > 0.3)
        buf_addf(to,
                 "\\item The run ``\\R{r%d.title}'' is too short for its own "
                 "memory (neighbouring batches resemble each other), so "
                 "its intervals are too narrow; measure longer.\n",
                 number);
    put_texts(to, number, &run->run->notes);
    put_texts(to, number, &run->run->warnings);
}

void report_tables_limits(struct buf *to, const struct report_run *runs,
                          int nruns)
{
    int has_emulated = 0, is_here = 0, is_free = 0;

    for (int i = 0; i < nruns; i++) {
        has_emulated |= runs[i].run->emulated;
        is_here |= result_run_is_here(runs[i].run);
        is_free |= result_run_is_here(runs[i].run) && !runs[i].run->emulated &&
                   runs[i].run->cpu_client < 0;
    }
    if (is_here)
        buf_add(to, "\\item Client and server shared one machine and its "
                    "processors: its loopback is not a network.\n");
    if (is_free)
        buf_add(to, "\\item Client and server were not tied to processors. "
                    "A loopback round trip differs several times between "
                    "one processor for both and one for each, and the "
                    "scheduler may change its mind: tie them (cpu.client, "
                    "cpu.server) before two runs are compared.\n");
    if (has_emulated)
        buf_add(to, "\\item The emulated path delays bytes and does nothing "
                    "else: connecting is as quick as on loopback, and there "
                    "are no queues of others, no loss, no change of "
                    "route.\n");
    for (int i = 0; i < nruns; i++)
        put_doubts(to, &runs[i], i + 1);
}

/* ---- files ---- */

/* A line for the name and one for the hash, which fills a column. */
static void put_file(struct buf *to, const char *name,
                     const struct result_file *file)
{
    char bytes[QUANTITY_SIZE];

    latex_code(to, name);
    buf_add(to, "\\hfill ");
    if (file->bytes >= 0) {
        latex_escape(to, quantity_count(file->bytes, bytes));
        buf_add(to, "\\,B");
    }
    buf_addf(to, "\\\\\n{\\hashsize\\texttt{%.64s}}\\\\\n", file->sha256);
}

static void put_run_files(struct buf *to, const struct report_run *run)
{
    char name[256];

    for (int i = 0; i < run->run->nfiles; i++) {
        snprintf(name, sizeof name, "%s/%s", run->run->dir,
                 run->run->files[i].name);
        put_file(to, name, &run->run->files[i]);
    }
}

static void put_folder_files(struct buf *to, const struct result *result)
{
    struct result_file scenario = {.bytes = -1}, environment = {.bytes = -1};

    snprintf(scenario.sha256, sizeof scenario.sha256, "%s",
             result->scenario_sha256);
    snprintf(environment.sha256, sizeof environment.sha256, "%s",
             result->environment_sha256);
    put_file(to, "scenario.json", &scenario);
    if (environment.sha256[0])
        put_file(to, "environment.json", &environment);
}

void report_tables_files(struct buf *to, const struct report_run *runs,
                         int nruns)
{
    const struct result *last = NULL;

    buf_add(to, "{\\footnotesize\\raggedright\\parindent=0pt\n");
    for (int i = 0; i < nruns; i++) {
        if (runs[i].result != last) {
            buf_addf(to,
                     "\\smallskip\\textbf{\\R{r%d.folder}}, recorded by "
                     "echolab ",
                     i + 1);
            latex_escape(to, runs[i].result->tool_version);
            buf_add(to, "\\\\\n");
            put_folder_files(to, runs[i].result);
        }
        last = runs[i].result;
        put_run_files(to, &runs[i]);
    }
    buf_add(to, "\\par}\n");
}
