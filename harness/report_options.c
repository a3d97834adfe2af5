#include "harness/report_options.h"

#include "harness/latex.h"
#include "harness/paths.h"
#include "harness/proc.h"
#include "lib/clock.h"

#include <stdio.h>
#include <string.h>

#define OPTIONS_TIMEOUT_NS (10 * CLOCK_NS_PER_S)

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
        /* Not broken: a long one takes a line of its own. */
        buf_add(to, " \\mbox{\\textit{");
        latex_escape(to, fields[1]);
        buf_add(to, "}}");
    }
    buf_add(to, " & ");
    latex_escape(to, fields[3]);
    buf_add(to, " & ");
    latex_escape(to, strcmp(fields[2], "-") != 0 ? fields[2] : "\xe2\x80\x93");
    buf_add(to, " \\\\\n");
}

/* What a program prints for --options, a line each. */
static int ask(struct buf *to, const char *program, struct err *err)
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
        buf_addf(to, "%s\n", line);
    code = proc.ended ? proc.exit_code : -1;
    proc_release(&proc);
    if (code == 0)
        return 0;
    err_set(err, ERR_HELPER, "install-broken",
            "%s --options: ended with status %d", path, code);
    return err_hint(err, "build all programs with make, or install them with "
                         "make install");
}

static int has_line(const char *text, const char *line)
{
    size_t n = strlen(line);

    for (; *text; text += strcspn(text, "\n") + 1)
        if (strncmp(text, line, n) == 0 && text[n] == '\n')
            return 1;
    return 0;
}

/* The lines as rows, but for those that `but` has too; returns how many. */
static int put_rows(struct buf *to, const char *lines, const char *but)
{
    char line[1024];
    int n = 0;

    for (; *lines; lines += strcspn(lines, "\n") + 1) {
        snprintf(line, sizeof line, "%.*s", (int)strcspn(lines, "\n"), lines);
        if (has_line(but, line))
            continue;
        put_option(to, line);
        n++;
    }
    return n;
}

static const struct table {
    const char *programs[2], *caption, *label;
    int is_wide; /* as the page: what has many options gets low */
} tables[] = {
    [REPORT_OPTIONS_CLIENT] = {{"echo-simple-client", "echo-client"},
                               "Options of the clients",
                               "tab:client",
                               0},
    [REPORT_OPTIONS_SERVER] = {{"echo-simple-server", "echo-server"},
                               "Options of the servers",
                               "tab:server",
                               1},
    [REPORT_OPTIONS_TEST] = {{"echo-rate", "echo-fail-rate"},
                             "Options of the test clients",
                             "tab:test",
                             1},
};

static void put_head(struct buf *to, const struct table *table)
{
    buf_addf(to,
             "\\begin{table%s}[t]\n\\centering\\footnotesize\n"
             "\\caption{%s}\\label{%s}\n"
             "\\setlength\\tabcolsep{4pt}\n"
             "\\begin{tabularx}{%s}{"
             "@{}>{\\raggedright\\arraybackslash}p{%s}"
             ">{\\raggedright\\arraybackslash}X"
             ">{\\raggedright\\arraybackslash}p{%s}@{}}\n\\toprule\n"
             "option & meaning & default \\\\\n\\midrule\n",
             table->is_wide ? "*" : "", table->caption, table->label,
             table->is_wide ? "\\textwidth" : "\\columnwidth",
             table->is_wide ? "4cm" : "3.1cm",
             table->is_wide ? "4.5cm" : "1.65cm");
}

static void put_table(struct buf *to, const struct table *table,
                      const char *first, const char *second)
{
    struct buf more = {0};

    put_head(to, table);
    put_rows(to, first, "");
    if (put_rows(&more, second, first) > 0)
        buf_addf(to,
                 "\\midrule\n\\multicolumn{3}{@{}l}{\\texttt{%s} only:} \\\\\n",
                 table->programs[1]);
    buf_add(to, buf_text(&more));
    to->failed |= more.failed;
    buf_release(&more);
    buf_addf(to, "\\bottomrule\n\\end{tabularx}\n\\end{table%s}\n\n",
             table->is_wide ? "*" : "");
}

int report_options_put(struct buf *to, enum report_options which,
                       struct err *err)
{
    const struct table *table = &tables[which];
    struct buf first = {0}, second = {0};
    int status = ask(&first, table->programs[0], err);

    if (status == 0)
        status = ask(&second, table->programs[1], err);
    if (status == 0)
        put_table(to, table, buf_text(&first), buf_text(&second));
    to->failed |= first.failed || second.failed;
    buf_release(&first);
    buf_release(&second);
    return status;
}
