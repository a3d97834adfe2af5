/* Threats to what the report says: what the runs themselves give to doubt. */
#include "harness/report_tables.h"

#include "harness/alike.h"
#include "harness/latex.h"
#include "harness/report_notes.h"
#include "harness/warnings.h"

#include <stdlib.h>
#include <string.h>

/* So many runs are told by name where one warning fired in many. */
enum { MOST_TOLD = REPORT_NOTES_NAMED };

/* ---- warnings ---- */

/* The text of a warning that fired in this run, or NULL. */
static const char *fired(const struct report_run *run, enum warning warning)
{
    const struct result_texts *warnings = &run->run->warnings;
    const char *text;

    for (int i = 0; i < warnings->count; i++)
        if (warning_of(warnings->text[i], &text) == warning)
            return text;
    return NULL;
}

/* A run in which a warning fired. */
struct firing {
    const struct report_run *run;
    const char *text; /* NULL: told already */
};

static int collect(struct firing *to, const struct report_set *set,
                   enum warning warning)
{
    int n = 0;

    for (int kind = 0; kind < REPORT_KINDS; kind++)
        for (int i = 0; i < set->of[kind].n; i++) {
            const struct report_run *run = &set->of[kind].run[i];
            const char *text = fired(run, warning);

            if (text)
                to[n++] = (struct firing){run, text};
        }
    return n;
}

/* A few are told one by one, with their own numbers. */
static int is_alike(const struct firing *a, const struct firing *b, int n)
{
    return b->text &&
           (n > 2 ? alike_is(a->text, b->text) : strcmp(a->text, b->text) == 0);
}

/* All runs of which the same is told, some by name, and what. */
static void put_alike(struct buf *to, struct firing *firing, int n, int of)
{
    const char **texts = calloc((size_t)n, sizeof *texts);
    const struct firing first = firing[0];
    struct buf told = {0};
    int alike = 0;

    for (int i = 0; i < n && texts; i++) {
        if (!is_alike(&first, &firing[i], of))
            continue;
        texts[alike] = firing[i].text;
        firing[i].text = NULL;
        if (alike++ < MOST_TOLD)
            buf_addf(to, "%s\\Run{%s}", alike > 1 ? ", " : "",
                     firing[i].run->key);
    }
    if (alike > MOST_TOLD)
        buf_addf(to, " and %d more", alike - MOST_TOLD);
    buf_add(to, ": ");
    if (alike > 0)
        alike_put(&told, texts, alike);
    report_notes_text(to, buf_text(&told));
    to->failed |= told.failed || !texts;
    buf_release(&told);
    free(texts);
}

static void put_firings(struct buf *to, struct firing *firing, int n)
{
    int told = 0, left = 0;

    for (int i = 0; i < n; i++) {
        if (!firing[i].text)
            continue;
        if (told++ < MOST_TOLD) {
            buf_add(to, told > 1 ? "; " : "");
            put_alike(to, &firing[i], n - i, n);
        } else {
            left++;
        }
    }
    if (left > 0)
        buf_addf(to, "; and %d more", left);
}

/* An item for each warning that fired: where, by how much, what it means. */
static void put_warnings(struct buf *to, const struct report_set *set)
{
    struct firing *firing;
    int runs = 0;

    for (int kind = 0; kind < REPORT_KINDS; kind++)
        runs += set->of[kind].n;
    firing = calloc((size_t)runs + 1, sizeof *firing);
    if (!firing) {
        to->failed = 1;
        return;
    }
    for (int warning = 0; warning < WARNING_COUNT; warning++) {
        int n = collect(firing, set, (enum warning)warning);

        if (n == 0)
            continue;
        buf_addf(to, "\\item \\emph{%s}, ", warning_id((enum warning)warning));
        put_firings(to, firing, n);
        buf_add(to, ". ");
        latex_escape(to, warning_meaning((enum warning)warning));
        buf_add(to, ".\n");
    }
    free(firing);
}

/* ---- doubts ---- */

/* Once for each folder: at its first run. */
static void put_standing(struct buf *to, const struct report_runs *of, int at)
{
    const struct report_run *run = &of->run[at];

    if (at > 0 && of->run[at - 1].result == run->result)
        return;
    if (run->result->status == RESULT_PARTIAL)
        buf_addf(to,
                 "\\item \\R{%s.folder} is \\emph{partial}: the run was "
                 "interrupted, and only what it had recorded is here.\n",
                 run->key);
    if (run->result->status == RESULT_DEGRADED)
        buf_addf(to,
                 "\\item \\R{%s.folder} is \\emph{degraded}: it is whole, "
                 "but not the load that was asked for.\n",
                 run->key);
}

/* What its percentiles are without the messages that met a gap. */
static void put_suspect(struct buf *to, const struct report_run *run)
{
    const struct suspect_summary *suspect = &run->summary.suspect;
    const struct stats_quantile *last = &suspect->rtt[SUMMARY_P99];

    if (suspect->rows == 0)
        return;
    buf_addf(to,
             "\\item \\R{%s.suspect} messages of \\R{%s.title} "
             "(\\R{%s.suspect.share}) were open while the client itself stood "
             "still; they are in all numbers.",
             run->key, run->key, run->key);
    if (suspect->rest > 0 && suspect->rtt[SUMMARY_P50].is_known)
        buf_addf(to,
                 " Without them the median RTT is \\R{%s.suspect.rtt.p50}%s",
                 run->key, last->is_known ? "" : ".");
    if (suspect->rest > 0 && last->is_known)
        buf_addf(to, " and the p99 \\R{%s.suspect.rtt.p99}.", run->key);
    buf_add(to, "\n");
}

static void put_doubts(struct buf *to, const struct report_runs *of, int at)
{
    const struct report_run *run = &of->run[at];

    put_standing(to, of, at);
    if (run->summary.unsent > 0)
        buf_addf(to,
                 "\\item \\R{%s.unsent} messages of \\R{%s.title} were "
                 "due and not sent: this machine could not, or not in time. "
                 "They are in no share of the path; response times are "
                 "infinite for them.\n",
                 run->key, run->key);
    put_suspect(to, run);
    report_notes_put(to, of, at);
}

static int count_drifts(const struct report_runs *of)
{
    int n = 0;

    for (int i = 0; i < of->n; i++)
        n += of->run[i].summary.steady.drift.is_drifting;
    return n;
}

static int has_memory(const struct report_run *run)
{
    return run->summary.lag1 > 0.3;
}

/* Independent batches are what the test of drift asks for. */
static int count_drifts_with_memory(const struct report_runs *of)
{
    int n = 0;

    for (int i = 0; i < of->n; i++)
        n += of->run[i].summary.steady.drift.is_drifting &&
             has_memory(&of->run[i]);
    return n;
}

static void put_one_drift(struct buf *to, const char *key)
{
    buf_addf(to,
             "\\item The run \\Run{%s} drifts: from start to end its median "
             "changes by \\R{%s.drift.change}, so one number does not "
             "describe it.",
             key, key);
}

static void put_many_drifts(struct buf *to, const struct report_runs *of, int n)
{
    int told = 0;

    buf_addf(to,
             "\\item %d of the %d runs drift, so one number does not describe "
             "them. From start to end the median changes: ",
             n, of->n);
    for (int i = 0; i < of->n && told < MOST_TOLD; i++)
        if (of->run[i].summary.steady.drift.is_drifting)
            buf_addf(to, "%s\\Run{%s} by \\R{%s.drift.change}",
                     told++ > 0 ? ", " : "", of->run[i].key, of->run[i].key);
    if (n > told)
        buf_addf(to, ", and %d more", n - told);
    buf_add(to, ".");
}

/* One item for all of a kind. */
static void put_drifts(struct buf *to, const struct report_runs *of)
{
    int n = count_drifts(of), first = 0;

    if (n == 0)
        return;
    while (!of->run[first].summary.steady.drift.is_drifting)
        first++;
    if (n == 1)
        put_one_drift(to, of->run[first].key);
    else
        put_many_drifts(to, of, n);
    if (count_drifts_with_memory(of) > 0)
        buf_add(to, " Where neighbouring batches resemble each other, chance "
                    "drifts as well.");
    buf_add(to, "\n");
}

/* Of runs that do not say so themselves; one item for all. */
static void put_short(struct buf *to, const struct report_runs *of)
{
    int n = 0;

    for (int i = 0; i < of->n; i++)
        if (has_memory(&of->run[i]) && !fired(&of->run[i], WARNING_SHORT_RUN) &&
            n++ < MOST_TOLD)
            buf_addf(to, "%s\\Run{%s}",
                     n > 1 ? ", " : "\\item Too short for its own memory: ",
                     of->run[i].key);
    if (n > MOST_TOLD)
        buf_addf(to, " and %d more", n - MOST_TOLD);
    if (n > 0)
        buf_add(to, ". Neighbouring batches resemble each other, so intervals "
                    "are too narrow; measure longer.\n");
}

static void put_run_limits(struct buf *to, const struct report_runs *of)
{
    for (int i = 0; i < of->n; i++)
        put_doubts(to, of, i);
}

void report_tables_limits(struct buf *to, const struct report_set *set)
{
    const struct report_runs *rates = &set->of[REPORT_RATE];
    int has_emulated = 0, is_here = 0, is_free = 0, is_closed = 0, is_open = 0;

    for (int i = 0; i < rates->n; i++) {
        const struct result_run *run = rates->run[i].run;

        has_emulated |= run->emulated;
        is_closed |= !report_run_is_open(run);
        is_open |= report_run_is_open(run);
        is_here |= result_run_is_here(run);
        is_free |= result_run_is_here(run) && !run->emulated &&
                   run->cpu_client < 0 &&
                   !fired(&rates->run[i], WARNING_SHARED_HOST);
    }
    if (is_closed)
        buf_add(to, "\\item The client waits for answers before it sends on. "
                    "What is measured is the service time: during a stall no "
                    "messages are sent, so a stall counts once, however many "
                    "users would have met it.\n");
    if (is_open)
        buf_add(to, "\\item At a given rate the response time counts from "
                    "when a message was due, so a stall counts for all that "
                    "were due meanwhile; the RTT counts from when it was "
                    "sent.\n");
    if (is_here)
        buf_add(to, "\\item Client and server shared one machine and its "
                    "processors: its loopback is not a network.\n");
    if (is_free)
        buf_add(to, "\\item Client and server were not tied to processors. "
                    "A loopback round trip differs several times between "
                    "one processor for both and one for each, and the "
                    "scheduler may change its mind: tie them "
                    "(\\texttt{cpu.client}, \\texttt{cpu.server}) before two "
                    "runs are compared.\n");
    if (has_emulated)
        buf_add(to, "\\item The emulated path holds bytes back, for a time and "
                    "to a rate where it says so, and does nothing else: "
                    "connecting is as quick as on loopback, and there "
                    "are no queues of others, no loss, no change of "
                    "route.\n");
    put_short(to, rates);
    for (int kind = 0; kind < REPORT_SCENE; kind++)
        put_drifts(to, &set->of[kind]);
    for (int kind = 0; kind < REPORT_KINDS; kind++)
        put_run_limits(to, &set->of[kind]);
    put_warnings(to, set);
}
