#include "harness/report_tables.h"

#include "harness/quantity.h"
#include "lib/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_FOLDERS 4
/* What the labels leave of a column, or of the page when folders are many. */
static double values_cm(int n)
{
    return n > 2 ? 14.0 : 5.0;
}

/* How a value of environment.json is shown. */
enum kind { TEXT, TIME_NS, RANGE_NS, BYTES, NUMBER, LOAD, SECONDS };

/* What is known by name. */
static const struct fact {
    const char *section, *key, *label;
    enum kind kind;
} facts[] = {
    {"host", "kernel", "kernel", TEXT},
    {"host", "cpu", "processor", TEXT},
    {"host", "cpus", "processors online", NUMBER},
    {"host", "memory_bytes", "memory", BYTES},
    {"host", "memory", "memory", TEXT},
    {"host", "governor", "frequency governor", TEXT},
    {"host", "clocksource", "clock source", TEXT},
    {"clock", "resolution_ns", "clock resolution", TIME_NS},
    {"clock", "cost_ns", "cost of reading it", TIME_NS},
    {"clock", "step_ns", "smallest step seen", TIME_NS},
    {"floor", "null_rtt_p50_ns", "null RTT, median", TIME_NS},
    {"floor", "null_rtt_p99_ns", "null RTT, p99", TIME_NS},
    {"all_runs", "floor_rtt_p50_ns", "loopback RTT before a run", RANGE_NS},
    {"floor", "timer_slack_ns", "timer slack", TIME_NS},
    {"floor", "timer_overshoot_p50_ns", "timer overshoot, median", TIME_NS},
    {"floor", "timer_overshoot_p99_ns", "timer overshoot, p99", TIME_NS},
    {"network", "mtu_lo", "MTU of loopback, bytes", NUMBER},
    {"network", "congestion_control", "congestion control", TEXT},
    {"network", "tcp_nodelay", "TCP\\_NODELAY", TEXT},
    {"load", "before", "load before", LOAD},
    {"load", "after", "load after", LOAD},
    {"all_runs", "processors_s", "processor time of all runs", SECONDS},
    {"all_runs", "others_s", "\\quad taken by others", SECONDS},
    {"all_runs", "steal_s", "\\quad stolen by the host", SECONDS},
    {"server_host", "kernel", "server: kernel", TEXT},
    {"server_host", "cpu", "server: processor", TEXT},
    {"server_host", "cpus", "server: processors", NUMBER},
    {"server_host", "memory_bytes", "server: memory", BYTES},
    {"server_host", "governor", "server: governor", TEXT},
    {"server_host", "clocksource", "server: clock source", TEXT},
    {"server_host", "congestion_control", "server: congestion c.", TEXT},
    {"server_host", "load_before", "server: load before", LOAD},
    {"server_host", "load_after", "server: load after", LOAD},
    {"versions", "libc", "C library", TEXT},
    {"versions", "compiler", "compiler", TEXT},
};
enum { FACTS = sizeof facts / sizeof *facts };

static const char *show_number(double number, enum kind kind, char *to)
{
    static const struct quantity_unit gib = {1073741824.0, "GiB"};

    if (kind == TIME_NS)
        return quantity_rough_time(number, to);
    if (kind == BYTES)
        return quantity_value(number, 1, gib, to);
    snprintf(to, QUANTITY_SIZE,
             kind == LOAD      ? "%.2f"
             : kind == SECONDS ? "%.2f" QUANTITY_THIN "s"
                               : "%.10g",
             number);
    return to;
}

/* "12 us", or "12 us to 15 us". */
static const char *show_range(const struct cJSON *item, char *to)
{
    char least[QUANTITY_SIZE], most[QUANTITY_SIZE];
    double from, until;

    if (json_number(json_get(item, "least"), &from) < 0 ||
        json_number(json_get(item, "most"), &until) < 0)
        return NULL;
    quantity_rough_time(from, least);
    quantity_rough_time(until, most);
    if (strcmp(least, most) == 0)
        snprintf(to, QUANTITY_SIZE, "%s", least);
    else
        snprintf(to, QUANTITY_SIZE, "%.40s to %.40s", least, most);
    return to;
}

/* The value as text, or NULL when the file does not tell it. */
static const char *show(const struct cJSON *item, enum kind kind,
                        char to[QUANTITY_SIZE])
{
    double number;
    int flag;

    if (kind == RANGE_NS)
        return show_range(item, to);
    if (json_is_object(item)) /* load: of the last minute */
        item = json_get(item, "1_min");
    if (json_text(item)) {
        snprintf(to, QUANTITY_SIZE, "%.90s", json_text(item));
        return to;
    }
    if (json_number(item, &number) == 0)
        return show_number(number, kind, to);
    if (json_bool(item, &flag) == 0)
        return flag ? "yes" : "no";
    return NULL;
}

static void put_facts(struct values *values, int number,
                      const struct json_doc *doc)
{
    char prefix[16], key[64], text[QUANTITY_SIZE];

    snprintf(prefix, sizeof prefix, "e%d", number);
    for (int i = 0; i < FACTS; i++) {
        const struct cJSON *section = json_get(doc->root, facts[i].section);
        const char *shown = show(json_get(section, facts[i].key), facts[i].kind,
                                 text);

        snprintf(key, sizeof key, "%s.%s", facts[i].section, facts[i].key);
        if (shown)
            values_text(values, prefix, key, shown);
    }
}

/* A partial folder may have no environment.json yet. */
static int load_facts(struct values *values, const struct result *result,
                      int number, struct err *err)
{
    struct json_doc doc = {0};
    char path[4096];

    if (!result->environment_sha256[0])
        return 0;
    memcpy(values->sha256, result->environment_sha256, sizeof values->sha256);
    if (result_file_path(path, result, NULL, "environment.json", err) < 0 ||
        json_load(&doc, path, ERR_RESULTS, err) < 0)
        return -1;
    put_facts(values, number, &doc);
    json_release(&doc);
    values->sha256[0] = '\0';
    return 0;
}

static const char *fact_of(const struct values *values, int number, int fact)
{
    char key[80];

    snprintf(key, sizeof key, "e%d.%s.%s", number, facts[fact].section,
             facts[fact].key);
    return values_find(values, key);
}

/* What the folders say of a fact: nothing, the same, or different things. */
enum agreement { UNKNOWN, SAME, DIFFERENT };

static enum agreement agreement_of(const struct values *values, int n, int fact)
{
    const char *first = fact_of(values, 1, fact);
    int known = first != NULL, same = 1;

    for (int i = 2; i <= n; i++) {
        const char *other = fact_of(values, i, fact);

        known |= other != NULL;
        same &= first && other && strcmp(first, other) == 0;
    }
    return !known ? UNKNOWN : same ? SAME : DIFFERENT;
}

/* One cell for all folders when they agree, so that differences stand out. */
static void put_row(struct buf *to, const struct values *values, int n,
                    int fact)
{
    enum agreement agreement = agreement_of(values, n, fact);

    if (agreement == UNKNOWN)
        return;
    buf_add(to, facts[fact].label);
    if (agreement == SAME)
        buf_addf(to,
                 " & \\multicolumn{%d}{>{\\raggedright\\arraybackslash}"
                 "p{%.2fcm}@{}}{\\R{e1.%s.%s}}",
                 n, values_cm(n), facts[fact].section, facts[fact].key);
    for (int i = 1; i <= n && agreement == DIFFERENT; i++)
        buf_addf(to, " & \\Rna{e%d.%s.%s}", i, facts[fact].section,
                 facts[fact].key);
    buf_add(to, " \\\\\n");
}

static void put_header(struct buf *to, const struct values *values, int n)
{
    int differ = 0;

    for (int fact = 0; fact < FACTS; fact++)
        differ |= agreement_of(values, n, fact) == DIFFERENT;
    for (int i = 0; i < n && differ; i++)
        buf_addf(to, " & \\R{e%d.name}", i + 1);
    buf_add(to, differ ? " \\\\\n\\midrule\n" : "");
}

static void put_table(struct buf *to, const struct values *values, int n)
{
    /* Between two columns there are 8 pt, which is 0.28 cm. */
    double width_cm = (values_cm(n) - (n - 1) * 0.28) / n;
    const char *star = n > 2 ? "*" : "";

    buf_addf(to,
             "\\begin{table%s}[t]\n\\centering\\footnotesize\n"
             "\\caption{Environment of the runs}\\label{tab:environment}\n"
             "\\setlength\\tabcolsep{4pt}\n"
             "\\begin{tabular}{@{}l*{%d}{>{\\raggedright\\arraybackslash}"
             "p{%.2fcm}}@{}}\n\\toprule\n",
             star, n, width_cm);
    put_header(to, values, n);
    for (int fact = 0; fact < FACTS; fact++)
        put_row(to, values, n, fact);
    buf_addf(to, "\\bottomrule\n\\end{tabular}\n\\end{table%s}\n", star);
}

/* The scenario's name, whether its path was a real one, and taken in turn. */
static void put_name(struct values *values, const char *prefix,
                     const struct result *result)
{
    int emulated = 0;
    char text[96];

    for (int i = 0; i < result->nruns; i++)
        emulated |= result->runs[i].emulated;
    snprintf(text, sizeof text, "%s%s%s", result->name,
             emulated ? ", emulated" : "",
             result->pairs.has ? ", in pairs" : "");
    values_text(values, prefix, "name", text);
}

/* The folders with messages, the first few of them; returns how many of all. */
static int choose(const struct result **chosen, const struct report_set *set)
{
    int n = 0;

    for (int i = 0; i < set->nresults; i++) {
        if (strcmp(set->results[i].runs[0].mode, "transcript") == 0)
            continue;
        if (n < MAX_FOLDERS)
            chosen[n] = &set->results[i];
        n++;
    }
    return n;
}

/* How many are left out. */
static void put_more(struct values *values, int more)
{
    char text[QUANTITY_SIZE];

    values_number(values, "environment", "more", more,
                  quantity_count(more, text));
}

int report_tables_environment(struct buf *to, struct values *values,
                              const struct report_set *set, struct err *err)
{
    const struct result *chosen[MAX_FOLDERS];
    int all = choose(chosen, set), n = all < MAX_FOLDERS ? all : MAX_FOLDERS;
    int known = 0;
    char prefix[16];

    for (int i = 0; i < n; i++) {
        snprintf(prefix, sizeof prefix, "e%d", i + 1);
        put_name(values, prefix, chosen[i]);
        if (load_facts(values, chosen[i], i + 1, err) < 0)
            return -1;
    }
    for (int fact = 0; fact < FACTS; fact++)
        known |= agreement_of(values, n, fact) != UNKNOWN;
    if (n > 0 && known) {
        values_text(values, "", "environment", "known");
        put_table(to, values, n);
    }
    if (all > n)
        put_more(values, all - n);
    return 0;
}
