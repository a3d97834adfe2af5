#include "harness/report_values.h"

#include "harness/report_target.h"
#include "lib/args.h"

#include <stdio.h>
#include <string.h>

/* "2026-11-22T13:10:41Z" as "22 November 2026, 13:10 UTC". */
static void put_date(struct values *values, const char *utc)
{
    static const char *const months[] = {
        "January", "February", "March",     "April",   "May",      "June",
        "July",    "August",   "September", "October", "November", "December"};
    char year[5] = "", month[3] = "", day[3] = "", time[6] = "", text[64];
    int number;

    snprintf(year, sizeof year, "%.4s", utc);
    snprintf(month, sizeof month, "%.2s", strlen(utc) > 16 ? utc + 5 : "");
    snprintf(day, sizeof day, "%.2s", strlen(utc) > 16 ? utc + 8 : "");
    snprintf(time, sizeof time, "%.5s", strlen(utc) > 16 ? utc + 11 : "");
    number = (month[0] - '0') * 10 + (month[1] - '0');
    if (strlen(utc) > 16 && number >= 1 && number <= 12)
        snprintf(text, sizeof text, "%s%s %s %s, %s UTC",
                 day[0] == '0' ? "" : (char[]){day[0], '\0'},
                 (char[]){day[1], '\0'}, months[number - 1], year, time);
    else
        snprintf(text, sizeof text, "%.40s", utc);
    values_text(values, "", "date", text);
}

/* As a PDF has it: D:20261122131041Z. */
static void put_pdf_date(struct values *values, const char *utc)
{
    char text[24] = "D:";
    size_t n = 2;

    for (const char *at = utc; *at && n < 16; at++)
        if (*at >= '0' && *at <= '9')
            text[n++] = *at;
    text[n] = 'Z';
    text[n + 1] = '\0';
    if (n == 16)
        values_text(values, "", "date.pdf", text);
}

void report_values_total(struct values *values, const struct report_set *set)
{
    struct target to = {values, "total"};
    int64_t rows = 0, ok = 0, failed = 0, runs = 0;

    /* What was lost on purpose is no failure: it has numbers of its own. */
    for (int kind = 0; kind < REPORT_LOSS; kind++)
        for (int i = 0; i < set->of[kind].n; i++) {
            const struct summary *s = &set->of[kind].run[i].summary;

            rows += s->rows;
            ok += s->ok;
            failed += s->failed;
            runs++;
        }
    target_count(to, "counted", ok + failed);
    target_count(to, "ok", ok);
    target_count(to, "failed", failed);
    target_count(to, "runs", runs);
    if (rows > 0)
        target_text(to, "measured", "measured");
    if (set->of[REPORT_RATE].n > 2)
        target_text(to, "many", "many");
    if (ok > 0)
        target_text(to, "answered", "answered");
    put_date(values, report_set_start(set));
    put_pdf_date(values, report_set_start(set));
    values_text(values, "", "version", args_version());
}
