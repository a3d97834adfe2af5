#include "harness/report_loss.h"

#include "harness/quantity.h"
#include "harness/report_target.h"

#include <stdio.h>
#include <string.h>

#define MAX_ROWS 40

static const struct quantity_unit percent = {0.01, "%"};

double report_loss_expected(const struct result_loss *loss)
{
    double forward = strcmp(loss->direction, "reverse") == 0 ? 0 : loss->p;
    double reverse = strcmp(loss->direction, "forward") == 0 ? 0 : loss->p;

    return 1 - (1 - forward) * (1 - reverse);
}

/* How many losses came right behind another one. */
static int64_t followers(const struct report_run *run)
{
    return run->summary.loss.lost - run->summary.loss.periods;
}

const struct report_run *report_loss_bursts(const struct report_set *set)
{
    const struct report_runs *of = &set->of[REPORT_LOSS];
    const struct report_run *most = NULL;

    for (int i = 0; i < of->n; i++)
        if (of->run[i].summary.loss.periods > 0 &&
            (!most || followers(&of->run[i]) > followers(most)))
            most = &of->run[i];
    return most;
}

/* ---- values ---- */

static void put_share(struct target to, const char *key, double share)
{
    char text[QUANTITY_SIZE];

    snprintf(text, sizeof text, "%.4g" QUANTITY_THIN "%%", share * 100);
    values_number(to.values, to.prefix, key, share, text);
}

static void put_real(struct target to, const char *key, double number)
{
    char text[32];

    snprintf(text, sizeof text, "%.2f", number);
    values_number(to.values, to.prefix, key, number, text);
}

static void put_chance(struct target to, const char *key, double chance)
{
    char text[QUANTITY_SIZE];

    values_number(to.values, to.prefix, key, chance,
                  quantity_percent(chance, text));
}

/* Of no loss only the bound is known. */
static void put_interval(struct target to, const struct loss *loss)
{
    const struct stats_share *share = &loss->share;
    double bounds[2] = {share->lo, share->hi};
    int decimals = quantity_decimals((share->hi - share->lo) / 2, 0, percent);
    char text[QUANTITY_SIZE], bound[QUANTITY_SIZE + 8];

    if (loss->lost == 0) {
        snprintf(bound, sizeof bound, "<" QUANTITY_THIN "%s",
                 quantity_percent(share->hi, text));
        put_share(to, "loss.share", 0);
        target_text(to, "loss.share.ci", bound);
        return;
    }
    values_number(to.values, to.prefix, "loss.share", share->value,
                  quantity_value(share->value, decimals, percent, text));
    target_text(to, "loss.share.ci",
                quantity_interval(bounds, decimals, percent, text));
}

static void put_measured(struct target to, const struct loss *loss)
{
    target_count(to, "loss.counted", loss->counted);
    target_count(to, "loss.lost", loss->lost);
    if (loss->counted > 0)
        put_interval(to, loss);
}

static void put_periods(struct target to, const struct loss *loss)
{
    if (loss->periods == 0)
        return;
    target_count(to, "loss.periods", loss->periods);
    target_count(to, "loss.longest", loss->longest);
    put_real(to, "loss.mean_period", loss->mean_period);
    if (loss->share.value < 1)
        put_real(to, "loss.independent", 1 / (1 - loss->share.value));
    if (loss->distances > 0)
        put_real(to, "loss.distance", loss->mean_distance);
}

/* Gilbert's chain: from good to bad, and back. */
static void put_chain(struct target to, const struct loss *loss)
{
    if (loss->periods == 0 || loss->lost == loss->counted)
        return;
    put_chance(to, "loss.worse",
               (double)loss->periods / (double)(loss->counted - loss->lost));
    put_chance(to, "loss.better", 1 / loss->mean_period);
}

/* Has one loss to do with the next? */
static void put_dependence(struct target to, const struct loss *loss)
{
    const struct fisher_table *pairs = &loss->pairs;
    double others = (double)(pairs->n - pairs->first);
    char text[32] = "< 0.0001";

    if (pairs->first == 0 || others <= 0)
        return;
    put_chance(to, "loss.after", (double)pairs->both / (double)pairs->first);
    put_chance(to, "loss.else", (double)(pairs->second - pairs->both) / others);
    if (loss->independent_p >= 1e-4)
        snprintf(text, sizeof text, "%.4f", loss->independent_p);
    values_number(to.values, to.prefix, "loss.fisher", loss->independent_p,
                  text);
}

static void put_reconciled(struct target to, const struct result_reconciled *r)
{
    if (!r->has)
        return;
    target_count(to, "loss.injected", r->injected_lost);
    target_count(to, "loss.true", r->true_loss);
    target_count(to, "loss.false", r->false_loss);
    target_count(to, "loss.missed", r->missed);
    target_count(to, "loss.forward", r->lost_forward);
    target_count(to, "loss.reverse", r->lost_reverse);
    if (r->overdue > 0)
        target_count(to, "loss.overdue", r->overdue);
}

void report_loss_values(struct values *values, const char *prefix,
                        const struct report_run *run)
{
    struct target to = {values, prefix};
    const struct loss *loss = &run->summary.loss;

    memcpy(values->sha256, run->summary.sha256, sizeof values->sha256);
    put_share(to, "loss.p", run->run->loss.p);
    put_share(to, "loss.expected", report_loss_expected(&run->run->loss));
    values_text(values, prefix, "loss.model", run->run->loss.model);
    values_text(values, prefix, "loss.direction", run->run->loss.direction);
    if (run->run->loss.burst > 0)
        put_real(to, "loss.burst", run->run->loss.burst);
    put_measured(to, loss);
    target_count(to, "loss.late", run->summary.outcomes[OUTCOME_LATE]);
    target_count(to, "loss.duplicated", loss->duplicated);
    target_count(to, "loss.reordered", loss->reordered);
    put_periods(to, loss);
    put_chain(to, loss);
    put_dependence(to, loss);
    put_reconciled(to, &run->run->reconciled);
    values->sha256[0] = '\0';
}

/* Does the interval of the run hold what was to be expected? */
static int is_expected(const struct report_run *run)
{
    const struct stats_share *share = &run->summary.loss.share;
    double expected = report_loss_expected(&run->run->loss);

    return expected >= share->lo && expected <= share->hi;
}

static void put_sums(struct target to, const struct report_runs *of)
{
    struct result_reconciled sum = {.has = 1};
    int64_t messages = 0, inside = 0, late = 0;
    int64_t received = 0, duplicated = 0, reordered = 0;

    for (int i = 0; i < of->n; i++) {
        const struct result_reconciled *one = &of->run[i].run->reconciled;

        messages += of->run[i].summary.rows;
        inside += is_expected(&of->run[i]);
        late += of->run[i].summary.outcomes[OUTCOME_LATE];
        received += of->run[i].summary.loss.received;
        duplicated += of->run[i].summary.loss.duplicated;
        reordered += of->run[i].summary.loss.reordered;
        sum.has &= one->has;
        sum.injected_lost += one->injected_lost;
        sum.true_loss += one->true_loss;
        sum.false_loss += one->false_loss;
        sum.missed += one->missed;
        sum.lost_forward += one->lost_forward;
        sum.lost_reverse += one->lost_reverse;
        sum.overdue += one->overdue;
    }
    target_count(to, "messages", messages);
    target_count(to, "runs", of->n);
    target_count(to, "inside", inside);
    if (late > 0)
        target_count(to, "late", late);
    if (received > 0) {
        target_count(to, "loss.received", received);
        target_count(to, "loss.duplicated", duplicated);
        target_count(to, "loss.reordered", reordered);
    }
    put_reconciled(to, &sum);
    if (sum.has && sum.true_loss == sum.injected_lost && sum.false_loss == 0)
        target_text(to, "exact", "exact");
}

void report_loss_total(struct values *values, const struct report_set *set)
{
    const struct report_run *bursts = report_loss_bursts(set);

    for (int i = 0; i < set->of[REPORT_LOSS].n; i++)
        if (set->of[REPORT_LOSS].run[i].summary.loss.counted > 0) {
            values_text(values, "loss", "figure", "drawn");
            break;
        }
    if (set->of[REPORT_LOSS].n > 0)
        put_sums((struct target){values, "sweep"}, &set->of[REPORT_LOSS]);
    if (bursts)
        report_loss_values(values, "bursts", bursts);
}

/* ---- table ---- */

static void put_cell(struct buf *to, const char *run, const char *key)
{
    buf_addf(to, " & \\Rna{%s.loss.%s}", run, key);
}

struct table {
    const char *caption, *label, *columns, *heads; /* TeX */
    const char *const *keys;
};

static void put_row(struct buf *to, const char *run, const struct table *table)
{
    buf_addf(to, "\\R{%s.loss.p}", run);
    for (int i = 0; table->keys[i]; i++)
        put_cell(to, run, table->keys[i]);
    buf_add(to, " \\\\\n");
}

static void put_part(struct buf *to, const struct report_runs *part,
                     const struct table *table, int is_first)
{
    buf_addf(to,
             "\\begin{table*}[t]\n\\centering\\footnotesize\n"
             "\\caption{%s%s}%s\n\\setlength\\tabcolsep{4pt}\n"
             "\\begin{tabular}{@{}%s@{}}\n\\toprule\n%s\\midrule\n",
             table->caption, is_first ? "" : " (continued)",
             is_first ? table->label : "", table->columns, table->heads);
    for (int i = 0; i < part->n; i++)
        put_row(to, part->run[i].key, table);
    buf_add(to, "\\bottomrule\n\\end{tabular}\n\\end{table*}\n\n");
}

static void put_table(struct buf *to, const struct report_runs *of,
                      const struct table *table)
{
    for (int first = 0; first < of->n; first += MAX_ROWS) {
        struct report_runs part = {of->run + first, of->n - first};

        if (part.n > MAX_ROWS)
            part.n = MAX_ROWS;
        put_part(to, &part, table, first == 0);
    }
}

void report_loss_table(struct buf *to, const struct report_set *set)
{
    static const char *const amounts[] = {
        "expected", "counted", "lost",  "share",  "share.ci", "late",
        "injected", "true",    "false", "missed", NULL};
    static const char *const patterns[] = {
        "lost",  "periods", "mean_period", "independent", "longest", "distance",
        "worse", "better",  "after",       "else",        "fisher",  NULL};
    static const struct table tables[] = {
        {"Loss, measured and injected", "\\label{tab:loss}", "*{11}{r}",
         "\\multicolumn{2}{c}{injected} & "
         "\\multicolumn{5}{c}{measured} & "
         "\\multicolumn{4}{c}{message by message} \\\\\n"
         "\\cmidrule(r){1-2}\\cmidrule(lr){3-7}\\cmidrule(l){8-11}\n"
         "each way & round trip & messages & lost & share & 95\\,\\% CI & "
         "late & dropped & true & false & missed \\\\\n",
         amounts},
        {"How losses follow each other", "\\label{tab:pattern}", "*{12}{r}",
         "& & \\multicolumn{4}{c}{loss periods} & & "
         "\\multicolumn{2}{c}{Gilbert's chain} & "
         "\\multicolumn{3}{c}{share lost} \\\\\n"
         "\\cmidrule(lr){3-6}\\cmidrule(lr){8-9}\\cmidrule(l){10-12}\n"
         "injected & lost & number & mean & $1/(1-p)$ & longest & distance & "
         "to bad & to good & after a loss & otherwise & Fisher's $p$ "
         "\\\\\n",
         patterns}};

    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        put_table(to, &set->of[REPORT_LOSS], &tables[i]);
}
