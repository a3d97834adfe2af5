#include "harness/report_versus.h"

#include "harness/compare_words.h"
#include "harness/quantity.h"
#include "harness/report_target.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define TIMES "\xc3\x97"     /* U+00D7 */
#define MINUS "\xe2\x88\x92" /* U+2212 */

/* What answers a question is in: times, rates, shares, differences of these. */
typedef struct quantity_unit (*unit_fn)(double value);

static struct quantity_unit share_unit(double share)
{
    (void)share;
    return (struct quantity_unit){0.01, "%"};
}

static struct quantity_unit points_unit(double change)
{
    (void)change;
    return (struct quantity_unit){0.01, "points"};
}

/* ---- one answer ---- */

/* The signs of print: "x" is a letter, "-" a hyphen, and a blank may break. */
static void put_printed(struct buf *to, const char *text)
{
    for (; *text; text++)
        if (strncmp(text, "x ", 2) == 0)
            buf_add(to, TIMES QUANTITY_THIN), text++;
        else if (strncmp(text, " %", 2) == 0)
            buf_add(to, QUANTITY_THIN);
        else if (*text == '-')
            buf_add(to, MINUS);
        else
            buf_add_n(to, text, 1);
}

/* Does a blank of `all` belong to a number, as in "5 %" and "12 345"? */
static int is_thin(const char *all, const char *text)
{
    if (strncmp(text, " %", 2) == 0)
        return 1;
    return text > all && isdigit((unsigned char)text[-1]) && text[0] == ' ' &&
           strspn(text + 1, "0123456789") == 3;
}

/* Only what is safe: a sentence has names from outside in it. */
static void put_thin(struct buf *to, const char *text)
{
    for (const char *all = text; *text; text++)
        if (is_thin(all, text))
            buf_add(to, QUANTITY_THIN);
        else if (strncmp(text, " +- ", 4) == 0)
            buf_add(to, " \xc2\xb1 "), text += 3;
        else
            buf_add_n(to, text, 1);
}

static void put_text(struct target to, const char *key, struct buf *text)
{
    target_text(to, key, buf_text(text));
    to.values->failed |= text->failed;
    buf_release(text);
}

static void put_ratio(struct target to, const struct shift *ratio)
{
    char cell[WORDS_CELL];
    struct buf text = {0};

    put_printed(&text, words_ratio(ratio->value, ratio, cell));
    values_number(to.values, to.prefix, "ratio", ratio->value, buf_text(&text));
    buf_release(&text);
    if (!ratio->has_interval)
        return;
    buf_add(&text, "[");
    put_printed(&text, words_bound(ratio->lo, ratio, cell));
    buf_add(&text, ", ");
    put_printed(&text, words_bound(ratio->hi, ratio, cell));
    buf_add(&text, "]");
    put_text(to, "ratio.range", &text);
}

/* With its sign, in a unit, so that two digits of the interval show. */
static void put_change(struct target to, const struct shift *change,
                       unit_fn unit_of)
{
    struct quantity_unit unit = unit_of(fabs(change->value));
    int decimals = change->has_interval
                       ? quantity_decimals((change->hi - change->lo) / 2, 0,
                                           unit)
                       : quantity_significant(change->value, 3, unit);
    double bounds[2] = {change->lo, change->hi};
    char cell[QUANTITY_SIZE];
    struct buf text = {0};

    buf_add(&text, change->value > 0 ? "+" : "");
    put_printed(&text, quantity_value(change->value, decimals, unit, cell));
    values_number(to.values, to.prefix, "change", change->value,
                  buf_text(&text));
    buf_release(&text);
    if (!change->has_interval)
        return;
    put_printed(&text, quantity_interval(bounds, decimals, unit, cell));
    put_text(to, "change.range", &text);
}

static void put_side(struct target to, const char *key, double value,
                     unit_fn unit_of)
{
    struct quantity_unit unit = unit_of(value);
    char cell[QUANTITY_SIZE];

    values_number(to.values, to.prefix, key, value,
                  quantity_value(value, quantity_significant(value, 3, unit),
                                 unit, cell));
}

static void put_answer(struct values *values, const char *prefix,
                       const struct verdict_answer *answer, unit_fn unit_of)
{
    struct target to = {values, prefix};

    if (!answer->is_known)
        return;
    put_side(to, "a", answer->a, unit_of);
    put_side(to, "b", answer->b, unit_of);
    put_ratio(to, &answer->ratio);
    put_change(to, &answer->difference, unit_of);
}

/* ---- failures ---- */

/* A share of 0 says little without how many there were and could be. */
static void put_share(struct target to, const char *key, double share,
                      const struct side_messages *of)
{
    char failed[QUANTITY_SIZE], all[QUANTITY_SIZE];
    char text[2 * QUANTITY_SIZE + 8];

    if (share > 0) {
        put_side(to, key, share, share_unit);
        return;
    }
    snprintf(text, sizeof text, "%s of %s", quantity_count(of->failed, failed),
             quantity_count(of->ok + of->failed, all));
    values_number(to.values, to.prefix, key, 0, text);
}

static void put_failed(struct values *values, const struct comparison *c)
{
    const struct verdict_answer *failed = &c->verdict.others[VERDICT_FAILED];
    struct side_messages a = side_messages(&c->a), b = side_messages(&c->b);
    struct target to = {values, "versus.failed"};

    put_share(to, "a", failed->a, &a);
    put_share(to, "b", failed->b, &b);
    if (a.failed + b.failed > 0)
        put_change(to, &failed->difference, points_unit);
}

/* ---- sentences ---- */

/* "2840 to 2930", turned over when it is A that takes longer. */
static void put_bounds(struct buf *to, const struct comparison *c)
{
    struct shift of = c->verdict.p50.ratio;
    char cell[WORDS_CELL];

    if (c->verdict.call == VERDICT_FASTER)
        of = (struct shift){.value = 1 / of.value,
                            .has_interval = 1,
                            .lo = 1 / of.hi,
                            .hi = 1 / of.lo};
    put_printed(to, words_bound(of.lo, &of, cell));
    buf_add(to, " to ");
    put_printed(to, words_bound(of.hi, &of, cell));
}

static int has_warmup(const struct side *side)
{
    int n = 0;

    for (int i = 0; i < side->nruns; i++)
        n += side->runs[i].has_warmup;
    return n > 0;
}

/*
 * " (95 % CI 2840 to 2930, 10 pairs of runs)"; a warm-up that is left out here
 * is in the medians of runs that stand beside it.
 */
static void put_evidence(struct buf *to, const struct comparison *c)
{
    if (!c->verdict.p50.ratio.has_interval)
        return;
    buf_add(to, " (95" QUANTITY_THIN "% CI ");
    put_bounds(to, c);
    buf_add(to, ", ");
    words_count(c, to);
    buf_add(to, c->is_paired ? " of runs" : "");
    buf_add(to, has_warmup(&c->a) || has_warmup(&c->b)
                    ? " without their warm-up)"
                    : ")");
}

static void put_sentence(struct values *values,
                         const struct report_versus *versus)
{
    const struct comparison *c = &versus->comparison;
    struct words_names names = {versus->a, versus->b};
    struct buf call = {0}, needs = {0}, text = {0};

    words_call(c, &names, &call);
    put_thin(&text, buf_text(&call));
    put_evidence(&text, c);
    words_needs(c, &needs);
    if (needs.len > 0)
        buf_addf(&text, "; %s", buf_text(&needs));
    buf_add(&text, ".");
    text.failed |= call.failed | needs.failed;
    buf_release(&call);
    buf_release(&needs);
    if (text.text)
        text.text[0] = (char)toupper((unsigned char)text.text[0]);
    put_text((struct target){values, "versus"}, "sentence", &text);
}

/* P-values of the other questions: second to the sizes, and so at the end. */
static void put_holm(struct values *values, const struct comparison *c)
{
    static const struct {
        enum verdict_other which;
        const char *name;
    } others[] = {{VERDICT_P99, "p99"},
                  {VERDICT_RATE, "echo rate"},
                  {VERDICT_FAILED, "failures"}};
    char text[160] = "";
    size_t used = 0;

    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        const struct verdict_answer *one = &c->verdict.others[others[i].which];

        if (one->is_known)
            used += (size_t)snprintf(text + used, sizeof text - used,
                                     "%s%s %.2g", used ? ", " : "",
                                     others[i].name, one->difference.p);
    }
    values_text(values, "versus", "holm", text);
    snprintf(text, sizeof text, "%.2g", c->verdict.p50.ratio.p);
    values_number(values, "versus", "p", c->verdict.p50.ratio.p, text);
}

static void put_notes(struct values *values, const struct report_versus *versus)
{
    struct words_names names = {versus->a, versus->b};
    struct buf lines = {0}, all = {0}, text = {0};

    words_notes(&versus->comparison, &names, &lines);
    for (const char *at = buf_text(&lines); *at; at += strcspn(at, "\n") + 1)
        buf_addf(&all, "%s%.*s", all.len ? "; " : "", (int)strcspn(at, "\n"),
                 at);
    put_thin(&text, buf_text(&all));
    text.failed |= lines.failed | all.failed;
    buf_release(&lines);
    buf_release(&all);
    if (text.len > 0)
        put_text((struct target){values, "versus"}, "notes", &text);
}

/* "kernel (Linux 6.1, Linux 6.5), ..." */
static void put_differences(struct values *values,
                            const struct differences *differences)
{
    struct buf all = {0}, text = {0};

    for (int i = 0; i < differences->count; i++) {
        const struct difference *one = &differences->all[i];

        buf_addf(&all, "%s%s (%s; %s)", i ? ", " : "", one->what, one->a,
                 one->b);
    }
    put_thin(&text, buf_text(&all));
    text.failed |= all.failed;
    buf_release(&all);
    if (text.len > 0)
        put_text((struct target){values, "versus"}, "differs", &text);
}

/* ---- single messages ---- */

static void put_decile(struct values *values, const struct comparison *c,
                       int decile)
{
    double by = c->deciles_b_ns[decile - 1] - c->deciles_a_ns[decile - 1];
    struct quantity_unit unit = quantity_time(fabs(by));
    char key[16], cell[QUANTITY_SIZE];
    struct buf text = {0};

    snprintf(key, sizeof key, "shift.p%d", 10 * decile);
    buf_add(&text, by > 0 ? "+" : "");
    put_printed(&text, quantity_value(by, quantity_significant(by, 3, unit),
                                      unit, cell));
    values_number(values, "versus", key, by, buf_text(&text));
    values->failed |= text.failed;
    buf_release(&text);
}

static void put_messages(struct values *values, const struct comparison *c)
{
    char text[QUANTITY_SIZE];

    snprintf(text, sizeof text, "%.3g" QUANTITY_THIN "%%", 100 * c->a12);
    values_number(values, "versus", "a12", c->a12, text);
    put_decile(values, c, 1);
    put_decile(values, c, 5);
    put_decile(values, c, 9);
}

/* ---- all of it ---- */

/* Does a pair tell by itself how sure its ratio is? */
static int has_bars(const struct comparison *c)
{
    for (int i = 0; c->is_paired && i < c->a.nruns; i++)
        if (c->a.runs[i].value.p50_noise > 0 &&
            c->b.runs[i].value.p50_noise > 0)
            return 1;
    return 0;
}

static void put_conditions(struct values *values, const struct comparison *c)
{
    struct buf count = {0};
    char text[32];

    words_count(c, &count);
    put_text((struct target){values, "versus"}, "count", &count);
    if (c->is_paired)
        values_text(values, "versus", "paired", "paired");
    if (c->verdict.p50.ratio.has_interval)
        values_text(values, "versus", "decidable", "decidable");
    if (has_bars(c))
        values_text(values, "versus", "bars", "bars");
    snprintf(text, sizeof text, "%g" QUANTITY_THIN "%%", 100 * c->margin);
    values_number(values, "versus", "margin", c->margin, text);
    values_text(values, "versus", "call", verdict_call_name(c->verdict.call));
    if (c->verdict.call == VERDICT_UNDECIDED && c->verdict.needs > 0) {
        snprintf(text, sizeof text, "%d", c->verdict.needs);
        values_number(values, "versus", "needs", c->verdict.needs, text);
    }
}

static void put_needs_of_p99(struct values *values)
{
    char text[QUANTITY_SIZE];

    values_number(values, "versus.p99", "needs", STEADY_MIN_P99,
                  quantity_count(STEADY_MIN_P99, text));
}

void report_versus_values(struct values *values,
                          const struct report_versus *versus)
{
    const struct comparison *c = &versus->comparison;
    const struct verdict *v = &c->verdict;

    if (versus->a[0]) {
        values_text(values, "versus", "a", versus->a);
        values_text(values, "versus", "b", versus->b);
    }
    if (versus->refused[0])
        values_text(values, "versus", "refused", versus->refused);
    if (!versus->is_compared)
        return;
    put_conditions(values, c);
    put_sentence(values, versus);
    put_answer(values, "versus.p50", &v->p50, quantity_time);
    put_answer(values, "versus.p99", &v->others[VERDICT_P99], quantity_time);
    if (!v->others[VERDICT_P99].is_known)
        put_needs_of_p99(values);
    put_answer(values, "versus.rate", &v->others[VERDICT_RATE], quantity_rate);
    put_failed(values, c);
    put_holm(values, c);
    put_messages(values, c);
    put_notes(values, versus);
    put_differences(values, &c->differences);
}

/* ---- the table ---- */

static void put_row(struct buf *to, const char *label, const char *key)
{
    buf_addf(to,
             "%s & \\R{versus.%s.a} & \\R{versus.%s.b} & "
             "\\IfR{versus.%s.ratio}{\\R{versus.%s.ratio}}{} & "
             "\\IfR{versus.%s.change}{\\R{versus.%s.change}}{none} \\\\\n",
             label, key, key, key, key, key, key);
    buf_addf(to,
             "\\IfR{versus.%s.change.range}{ & & & "
             "\\IfR{versus.%s.ratio.range}{\\R{versus.%s.ratio.range}}{} & "
             "\\R{versus.%s.change.range} \\\\}{}\n",
             key, key, key, key);
}

void report_versus_table(struct buf *to, const struct report_versus *versus)
{
    const struct verdict *v = &versus->comparison.verdict;

    if (!versus->is_compared)
        return;
    buf_add(to, "\\begin{table*}[t]\n\\centering\\footnotesize\n"
                "\\caption{Comparison: \\R{versus.b} against \\R{versus.a}, "
                "\\R{versus.count}}\\label{tab:versus}\n"
                "\\setlength\\tabcolsep{6pt}\n"
                "\\begin{tabular}{@{}lrrrr@{}}\n\\toprule\n"
                " & \\R{versus.a} & \\R{versus.b} & ratio & difference "
                "\\\\\n\\midrule\n");
    put_row(to, "median RTT", "p50");
    if (v->others[VERDICT_P99].is_known)
        put_row(to, "p99 RTT", "p99");
    else
        buf_add(to, "p99 RTT & \\multicolumn{4}{r@{}}{n/a: a run has fewer "
                    "than \\R{versus.p99.needs} answers when warm} \\\\\n");
    if (v->others[VERDICT_RATE].is_known)
        put_row(to, "echo rate", "rate");
    put_row(to,
            result_run_is_udp(versus->comparison.a.runs[0].run) ? "lost"
                                                                : "failed",
            "failed");
    buf_add(to, "\\bottomrule\n\\end{tabular}\n\\end{table*}\n\n");
}
