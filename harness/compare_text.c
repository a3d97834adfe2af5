#include "harness/compare_words.h"

#include "harness/rank_sum.h"
#include "harness/signed_rank.h"
#include "lib/num.h"
#include "lib/show.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

#define CELL WORDS_CELL
#define WIDTH 78 /* of a line */
#define SHOWN 54 /* of a difference; what is longer is cut and says so */

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

static void print_shift(const struct shift *shift, const char *value,
                        const char *lo, const char *hi, FILE *to)
{
    char interval[2 * CELL + 4] = "none";

    if (shift->has_interval)
        snprintf(interval, sizeof interval, "%s .. %s", lo, hi);
    fprintf(to, "%-13s%s\n", value, interval);
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
    fprintf(to, "  %-10s %-13s %-12s  ", name, show(answer->a, a),
            show(answer->b, b));
    print_ratio(&answer->ratio, to);
    fprintf(to, "  %-10s %-13s %-12s  ", "", "", "");
    print_difference(&answer->difference, show, to);
}

/* "0 of 1 200": no failure says little without how many there could be. */
static const char *show_none(const struct side *side, char cell[CELL])
{
    char rows[CELL];
    int64_t sum = 0;

    for (int i = 0; i < side->nruns; i++)
        sum += side->runs[i].run->rows;
    snprintf(cell, CELL, "0 of %.26s", num_grouped(sum, rows, sizeof rows));
    return cell;
}

static int has_failures(const struct side *side)
{
    for (int i = 0; i < side->nruns; i++)
        if (side->runs[i].value.failed > 0)
            return 1;
    return 0;
}

static const char *show_failed(const struct side *side, double share,
                               char cell[CELL])
{
    return has_failures(side) ? show_share(share, cell) : show_none(side, cell);
}

static void print_failed(const struct comparison *c, FILE *to)
{
    const struct verdict_answer *failed = &c->verdict.others[VERDICT_FAILED];
    char a[CELL], b[CELL];

    fprintf(to, "  %-10s %-13s %-12s  ",
            result_run_is_udp(c->a.runs[0].run) ? "lost" : "failed",
            show_failed(&c->a, failed->a, a), show_failed(&c->b, failed->b, b));
    if (has_failures(&c->a) || has_failures(&c->b))
        print_difference(&failed->difference, show_share, to);
    else
        fputs("none\n", to);
}

static const char *const other_names[VERDICT_OTHERS] = {
    [VERDICT_P99] = "p99 RTT",
    [VERDICT_FAILED] = "failed",
    [VERDICT_RATE] = "echo rate",
};

static void print_table(const struct comparison *c, FILE *to)
{
    const struct verdict *v = &c->verdict;

    fprintf(to, "  %-10s %-13s %-12s  %-13s%s\n", "", "A", "B", "from A to B",
            "95 % interval");
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

    fprintf(to, "p: median RTT %.2g; with Holm's correction: ", v->p50.ratio.p);
    for (int i = 0; i < VERDICT_OTHERS; i++) {
        if (!v->others[i].is_known)
            continue;
        fprintf(to, "%s%s %.2g", comma, other_names[i],
                v->others[i].difference.p);
        comma = ", ";
    }
    fputc('\n', to);
}

/* ---- what describes ---- */

static void print_messages(const struct comparison *c, FILE *to)
{
    static const int shown[] = {0, 4, 8};
    char change[CELL];

    fprintf(to,
            "Of single messages, to describe only: one of B takes longer than "
            "one of A in\n%.3g %% of cases; from A to B, ",
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
