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

/* Its note that is like this one, or NULL. */
static const char *like(const struct report_run *run, const char *text)
{
    const char *note;

    for (int i = 0; (note = note_of(run, i)); i++)
        if (alike_is(note, text))
            return note;
    return NULL;
}

static int is_told(const struct report_runs *of, int at, const char *text)
{
    for (int i = 0; i < at; i++)
        if (like(&of->run[i], text))
            return 1;
    return 0;
}

/* "The runs A, B and C", "The run A and 5 more". */
static void put_who(struct buf *to, const struct report_runs *of,
                    const int *who, int n)
{
    int named = n <= REPORT_NOTES_NAMED ? n : 1;

    buf_add(to, named > 1 ? "The runs " : "The run ");
    for (int i = 0; i < named; i++)
        buf_addf(to, "%s\\Run{%s}",
                 i == 0           ? ""
                 : i == named - 1 ? " and "
                                  : ", ",
                 of->run[who[i]].key);
    if (n > named)
        buf_addf(to, " and %d more", n - named);
}

static void put_note(struct buf *to, const struct report_runs *of, int at,
                     const char *text)
{
    int *who = calloc((size_t)of->n, sizeof *who);
    const char **texts = calloc((size_t)of->n, sizeof *texts);
    struct buf told = {0};
    int n = 0;

    for (int i = at; i < of->n && who && texts; i++)
        if ((texts[n] = like(&of->run[i], text)))
            who[n++] = i;
    if (n > 0) {
        buf_add(to, "\\item ");
        put_who(to, of, who, n);
        buf_add(to, " noted: ");
        alike_put(&told, texts, n);
        report_notes_text(to, buf_text(&told));
        buf_add(to, ".\n");
    }
    to->failed |= told.failed || !who || !texts;
    buf_release(&told);
    free(who);
    free(texts);
}

void report_notes_put(struct buf *to, const struct report_runs *of, int at)
{
    const char *text;

    for (int i = 0; (text = note_of(&of->run[at], i)); i++)
        if (!is_told(of, at, text))
            put_note(to, of, at, text);
}
