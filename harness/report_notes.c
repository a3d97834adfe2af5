#include "harness/report_notes.h"

#include "harness/alike.h"
#include "harness/latex.h"
#include "harness/quantity.h"
#include "harness/warnings.h"

#include <stdlib.h>
#include <string.h>

/* How many bytes of " us" or " %" there are, and what the report has. */
static size_t unit_at(const char *at, const char **shown)
{
    static const struct {
        const char *text, *shown;
    } units[] = {
        {" us", QUANTITY_THIN "\xc2\xb5s"}, {" ms", QUANTITY_THIN "ms"},
        {" ns", QUANTITY_THIN "ns"},        {" s", QUANTITY_THIN "s"},
        {" %", QUANTITY_THIN "%"},
    };

    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        size_t n = strlen(units[i].text);

        if (strncmp(at, units[i].text, n) == 0 &&
            !(at[n] >= 'a' && at[n] <= 'z')) {
            *shown = units[i].shown;
            return n;
        }
    }
    return 0;
}

void report_notes_text(struct buf *to, const char *text)
{
    struct buf told = {0};
    const char *shown;

    for (const char *at = text; *at;) {
        int is_behind = at > text && at[-1] >= '0' && at[-1] <= '9';
        size_t n = is_behind ? unit_at(at, &shown) : 0;

        if (n > 0)
            buf_add(&told, shown);
        else
            buf_add_n(&told, at, 1);
        at += n > 0 ? n : 1;
    }
    latex_escape(to, buf_text(&told));
    to->failed |= told.failed;
    buf_release(&told);
}

/* The i-th note of a run, its old warnings among them: those that were written
 * before they had names.  NULL past the last. */
static const char *note_of(const struct report_run *run, int i)
{
    const struct result_texts *notes = &run->run->notes;
    const struct result_texts *warnings = &run->run->warnings;
    const char *text;

    if (i < notes->count)
        return notes->text[i];
    for (int at = 0, n = notes->count; at < warnings->count; at++)
        if (warning_of(warnings->text[at], &text) == WARNING_COUNT && n++ == i)
            return text;
    return NULL;
}

/* A note of a run, by its number. */
struct noted {
    const char *text; /* NULL: it is told */
    int run;
};

/* Those of all runs, in their order; NULL for want of memory. */
static struct noted *collect(const struct report_runs *of, int *n)
{
    struct noted *notes;
    const char *text;

    *n = 0;
    for (int run = 0; run < of->n; run++)
        for (int i = 0; note_of(&of->run[run], i); i++)
            ++*n;
    notes = calloc((size_t)*n + 1, sizeof *notes);
    *n = 0;
    for (int run = 0; notes && run < of->n; run++)
        for (int i = 0; (text = note_of(&of->run[run], i)); i++)
            notes[(*n)++] = (struct noted){text, run};
    return notes;
}

/*
 * What is told with the first of `n` notes, itself included: of each run the
 * first that is like it.  They move to `group`, and are told by that.
 */
static int take_group(struct noted *notes, int n, struct noted *group)
{
    const char *first = notes[0].text;
    int taken = 0;

    for (int i = 0; i < n; i++) {
        if (!notes[i].text || !alike_is(first, notes[i].text) ||
            (taken > 0 && group[taken - 1].run == notes[i].run))
            continue;
        group[taken++] = notes[i];
        notes[i].text = NULL;
    }
    return taken;
}

/* "The runs A, B and C", "The run A and 5 more". */
static void put_who(struct buf *to, const struct report_runs *of,
                    const struct noted *group, int n)
{
    int named = n <= REPORT_NOTES_NAMED ? n : 1;

    buf_add(to, named > 1 ? "The runs " : "The run ");
    for (int i = 0; i < named; i++)
        buf_addf(to, "%s\\Run{%s}",
                 i == 0           ? ""
                 : i == named - 1 ? " and "
                                  : ", ",
                 of->run[group[i].run].key);
    if (n > named)
        buf_addf(to, " and %d more", n - named);
}

static void put_group(struct buf *to, const struct report_runs *of,
                      const struct noted *group, int n)
{
    const char **texts = calloc((size_t)n + 1, sizeof *texts);
    struct buf told = {0};

    for (int i = 0; i < n && texts; i++)
        texts[i] = group[i].text;
    buf_add(to, "\\item ");
    put_who(to, of, group, n);
    buf_add(to, " noted: ");
    if (texts)
        alike_put(&told, texts, n);
    report_notes_text(to, buf_text(&told));
    buf_add(to, ".\n");
    to->failed |= told.failed || !texts;
    buf_release(&told);
    free(texts);
}

/* What stands with a note is settled in the order of all notes. */
void report_notes_put(struct buf *to, const struct report_runs *of, int at)
{
    int n, taken;
    struct noted *notes = collect(of, &n);
    struct noted *group = calloc((size_t)n + 1, sizeof *group);

    for (int i = 0; notes && group && i < n && notes[i].run <= at; i++) {
        if (!notes[i].text)
            continue;
        taken = take_group(&notes[i], n - i, group);
        if (group[0].run == at)
            put_group(to, of, group, taken);
    }
    to->failed |= !notes || !group;
    free(notes);
    free(group);
}
