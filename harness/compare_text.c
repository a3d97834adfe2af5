#include "harness/compare_words.h"

#include "harness/rank_sum.h"
#include "harness/signed_rank.h"
#include "lib/num.h"
#include "lib/show.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

#define CELL WORDS_CELL
#define WIDTH 78  /* of a line */
#define COLUMN 12 /* of the table */
#define SHOWN 54  /* of a difference; what is longer is cut and says so */

/* ---- quantities ---- */

typedef const char *(*show_fn)(double value, char cell[CELL]);

static const char *show_ns(double ns, char cell[CELL])
{
    return num_duration(ns, cell, CELL);
}

static const char *show_rate(double bit_per_s, char cell[CELL])
{
    return num_bitrate(bit_per_s, cell, CELL);
}

static const char *show_share(double share, char cell[CELL])
{
    snprintf(cell, CELL, "%.3g %%", 100 * share);
    return cell;
}

static const char *show_change(double value, show_fn show, char cell[CELL])
{
    char size[CELL];

    snprintf(cell, CELL, "%c%.30s", value < 0 ? '-' : '+',
             show(fabs(value), size));
    return cell;
}

/* ---- sentences ---- */

static const struct words_names letters = {"A", "B"};

/* n bytes, broken at blanks; lines but the first begin with `indent`. */
static void print_wrapped(const char *text, size_t n, const char *indent,
                          FILE *to)
{
    size_t column = strlen(indent);

    for (size_t at = 0, len; at < n; at += len) {
        size_t gap = strspn(text + at, " ");

        len = gap + strcspn(text + at + gap, " \n");
        len = len < n - at ? len : n - at;
        if (at > 0 && column + len > WIDTH) {
            fprintf(to, "\n%s", indent);
            column = strlen(indent);
            at += gap;
            len -= gap;
        }
        fwrite(text + at, 1, len, to);
        column += len;
    }
}

/* With a capital and a full stop; nothing when there is none.  Releases it. */
static void print_sentence(struct buf *text, FILE *to)
{
    if (text->len > 0) {
        fputc(toupper((unsigned char)text->text[0]), to);
        print_wrapped(text->text + 1, text->len - 1, "", to);
        fputs(".\n", to);
    }
    buf_release(text);
}

/* ---- the two sides ---- */

/* "2026-11-22 13:10 to 13:20 UTC", the day again when it is another. */
static void print_span(const struct side *side, FILE *to)
{
    const char *first = side->runs[0].run->start_utc, *last = first;

    for (int i = 1; i < side->nruns; i++) {
        const char *start = side->runs[i].run->start_utc;

        first = strcmp(start, first) < 0 ? start : first;
        last = strcmp(start, last) > 0 ? start : last;
    }
    if (strlen(first) < 16 || strlen(last) < 16)
        return;
    fprintf(to, ", started %.10s %.5s", first, first + 11);
    if (strncmp(first, last, 10) != 0)
        fprintf(to, " to %.10s %.5s", last, last + 11);
    else if (strncmp(first, last, 16) != 0)
        fprintf(to, " to %.5s", last + 11);
    fputs(" UTC", to);
}

static void print_side(char name, const struct side *side, FILE *to)
{
    const struct result_run *run = side->runs[0].run;
    char site[160];

    for (int i = 0; i < side->nresults; i++)
        fprintf(to, "%c%c %s/%s\n", i ? ' ' : name, i ? ' ' : ':',
                side->results[i].path, run->key);
    fprintf(to, "   %s%s: %d run%s",
            show_bytes(run->site, strlen(run->site), 33, site, sizeof site),
            run->emulated ? ", emulated path" : "", side->nruns,
            side->nruns == 1 ? "" : "s");
    print_span(side, to);
    fputc('\n', to);
}

/* ---- the verdict ---- */

static void print_advice(const struct verdict *v, FILE *to)
{
    if (v->call != VERDICT_UNDECIDED || !v->p50.ratio.has_interval)
        return;
    if (v->noise >= 0 && v->noise < 0.1)
        fputs("Longer runs will hardly help: runs differ by more than their "
              "own noise.\n",
              to);
    if (v->noise > 0.5)
        fprintf(to,
                "Longer runs would help as well: %.0f %% of the variance is "
                "noise within runs.\n",
                100 * v->noise);
}

static void print_call(const struct comparison *c, FILE *to)
{
    struct buf text = {0};

    words_call(c, &letters, &text);
    print_sentence(&text, to);
    words_needs(c, &text);
    print_sentence(&text, to);
    print_advice(&c->verdict, to);
}

/* ---- the table ---- */

/* 2 + 10 + 2 x 13 + 1 columns; then 13 and at most 28, which makes 80. */
static void print_cells(const char *name, const char *a, const char *b,
                        FILE *to)
{
    fprintf(to, "  %-10s %-*s %-*s ", name, COLUMN, a, COLUMN, b);
}

static void print_shift(const struct shift *shift, const char *value,
                        const char *lo, const char *hi, FILE *to)
{
    char interval[2 * CELL + 4] = "none";

    if (shift->has_interval)
        snprintf(interval, sizeof interval, "%s .. %s", lo, hi);
    fprintf(to, "%-12s %s\n", value, interval);
}

static void print_ratio(const struct shift *ratio, FILE *to)
{
    char value[CELL], lo[CELL], hi[CELL];

    print_shift(ratio, words_ratio(ratio->value, ratio, value),
                words_ratio(ratio->lo, ratio, lo),
                words_ratio(ratio->hi, ratio, hi), to);
}

static void print_difference(const struct shift *difference, show_fn show,
                             FILE *to)
{
    char value[CELL], lo[CELL], hi[CELL];

    print_shift(difference, show_change(difference->value, show, value),
                show_change(difference->lo, show, lo),
                show_change(difference->hi, show, hi), to);
}

static void print_answer(const char *name, const struct verdict_answer *answer,
                         show_fn show, FILE *to)
{
    char a[CELL], b[CELL];

    if (!answer->is_known) {
        fprintf(to, "  %-10s n/a: fewer than %d answers in a run\n", name,
                STEADY_MIN_P99);
        return;
    }
    print_cells(name, show(answer->a, a), show(answer->b, b), to);
    print_ratio(&answer->ratio, to);
    print_cells("", "", "", to);
    print_difference(&answer->difference, show, to);
}

/* A share of 0 says little without how many there were and could be. */
static const char *show_failed(const struct side_messages *of, double share,
                               char cell[CELL])
{
    char failed[CELL], all[CELL];

    if (share > 0)
        return show_share(share, cell);
    snprintf(cell, CELL, "%.12s of %.14s",
             num_grouped(of->failed, failed, sizeof failed),
             num_grouped(of->ok + of->failed, all, sizeof all));
    return cell;
}

/* From 10 % to 12 % is not "+2 %", which would be read as a relative change. */
static void print_points(const struct shift *difference, FILE *to)
{
    char value[CELL], lo[CELL], hi[CELL];

    snprintf(value, sizeof value, "%+.3g points", 100 * difference->value);
    snprintf(lo, sizeof lo, "%+.3g", 100 * difference->lo);
    snprintf(hi, sizeof hi, "%+.3g", 100 * difference->hi);
    print_shift(difference, value, lo, hi, to);
}

/* Long counts have a line for themselves. */
static void print_failed(const struct comparison *c, FILE *to)
{
    const struct verdict_answer *failed = &c->verdict.others[VERDICT_FAILED];
    struct side_messages of_a = side_messages(&c->a);
    struct side_messages of_b = side_messages(&c->b);
    char a[CELL], b[CELL];

    print_cells(result_run_is_udp(c->a.runs[0].run) ? "lost" : "failed",
                show_failed(&of_a, failed->a, a),
                show_failed(&of_b, failed->b, b), to);
    if (of_a.failed + of_b.failed == 0) {
        fputs("none\n", to);
        return;
    }
    if (strlen(a) > COLUMN || strlen(b) > COLUMN) {
        fputc('\n', to);
        print_cells("", "", "", to);
    }
    print_points(&failed->difference, to);
}

static const char *const other_names[VERDICT_OTHERS] = {
    [VERDICT_P99] = "p99 RTT",
    [VERDICT_FAILED] = "failed",
    [VERDICT_RATE] = "echo rate",
};

static void print_table(const struct comparison *c, FILE *to)
{
    const struct verdict *v = &c->verdict;

    print_cells("", "A", "B", to);
    fprintf(to, "%-12s %s\n", "from A to B", "95 % interval");
    print_answer("median RTT", &v->p50, show_ns, to);
    print_answer("p99 RTT", &v->others[VERDICT_P99], show_ns, to);
    print_answer("echo rate", &v->others[VERDICT_RATE], show_rate, to);
    print_failed(c, to);
}

static void print_method(const struct comparison *c, FILE *to)
{
    int na = c->a.nruns, nb = c->b.nruns;
    int is_exact = c->is_paired ? na <= SIGNED_RANK_EXACT
                                : na <= RANK_SUM_EXACT && nb <= RANK_SUM_EXACT;
    const char *exact = is_exact ? "exact " : "";

    if (c->is_paired)
        fprintf(to,
                "\n%d pair%s of runs, taken in turn; RTTs are those after each "
                "run's warm-up.\n"
                "Ratios and differences within pairs: Hodges-Lehmann, %s"
                "signed-rank law.\n",
                na, na == 1 ? "" : "s", exact);
    else
        fprintf(to,
                "\n%d and %d runs, not in pairs; RTTs are those after each "
                "run's warm-up.\n"
                "Ratios and differences: Hodges-Lehmann, %sMann-Whitney law.\n",
                na, nb, exact);
}

/* That there is no difference: second to its size, and so at the end. */
static void print_p(const struct comparison *c, FILE *to)
{
    const struct verdict *v = &c->verdict;
    const char *comma = "";
    struct buf text = {0};

    buf_addf(&text,
             "p: median RTT %.2g; with Holm's correction: ", v->p50.ratio.p);
    for (int i = 0; i < VERDICT_OTHERS; i++) {
        if (!v->others[i].is_known)
            continue;
        buf_addf(&text, "%s%s %.2g", comma, other_names[i],
                 v->others[i].difference.p);
        comma = ", ";
    }
    print_wrapped(buf_text(&text), text.len, "   ", to);
    fputc('\n', to);
    buf_release(&text);
}

/* ---- what describes ---- */

static void print_messages(const struct comparison *c, FILE *to)
{
    static const int shown[] = {0, 4, 8};
    char change[CELL];

    fprintf(to,
            "Single messages, warm-up included, describe only: one of B takes "
            "longer than one\nof A in %.1f %% of cases; from A to B, ",
            100 * c->a12);
    for (int i = 0; i < 3; i++)
        fprintf(
            to, "%sp%d %s", i ? ", " : "", 10 * (shown[i] + 1),
            show_change(c->deciles_b_ns[shown[i]] - c->deciles_a_ns[shown[i]],
                        show_ns, change));
    fputs(".\n", to);
}

/* ---- what to beware of ---- */

static void print_notes(const struct comparison *c, FILE *to)
{
    struct buf notes = {0};
    const char *line;

    words_notes(c, &letters, &notes);
    for (line = buf_text(&notes); *line; line += strcspn(line, "\n") + 1) {
        fputs("note: ", to);
        print_wrapped(line, strcspn(line, "\n"), "      ", to);
        fputs(".\n", to);
    }
    buf_release(&notes);
    if (!c->is_paired)
        fputs("      Better: harness run A.json B.json --pairs 10\n", to);
}

static void print_differences(const struct differences *differences, FILE *to)
{
    char text[4 * DIFFERENCES_TEXT];

    if (differences->count == 0) {
        fputs("\nA and B were measured under the same conditions.\n", to);
        return;
    }
    fputs("\nWhat else differs:\n", to);
    for (int i = 0; i < differences->count; i++) {
        const struct difference *one = &differences->all[i];

        fprintf(to, "  %-20s A: %s\n", one->what,
                show_bytes(one->a, strlen(one->a), SHOWN, text, sizeof text));
        fprintf(to, "  %-20s B: %s\n", "",
                show_bytes(one->b, strlen(one->b), SHOWN, text, sizeof text));
    }
}

void compare_print(const struct comparison *c, FILE *to)
{
    print_side('A', &c->a, to);
    print_side('B', &c->b, to);
    fputc('\n', to);
    print_call(c, to);
    fputc('\n', to);
    print_table(c, to);
    print_method(c, to);
    print_p(c, to);
    print_messages(c, to);
    print_notes(c, to);
    print_differences(&c->differences, to);
}
