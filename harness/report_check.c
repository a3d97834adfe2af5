#define _GNU_SOURCE
#include "harness/report_check.h"

#include "harness/claims.h"
#include "harness/folder.h"
#include "harness/hash.h"
#include "harness/pdf_text.h"
#include "harness/report_content.h"
#include "harness/report_sources.h"
#include "lib/show.h"

#include <stdlib.h>
#include <string.h>

enum { SHOWN = 5, VALUE_MOST = 100 };

struct check {
    char dir[FOLDER_PATH]; /* where results.json is */
    char pdf[FOLDER_PATH];
    const char *file; /* the one that is compared */
    int ndiffs;
    char first[CLAIMS_KEY]; /* the key of the first difference */
    FILE *to;
};

/* ---- differences ---- */

/* From shortly before where they part: what follows tells most. */
static const char *from_parting(const char *value, const char *other)
{
    enum { BEFORE = 24 };
    size_t same = 0;

    while (other && value[same] && value[same] == other[same])
        same++;
    same = same > BEFORE ? same - BEFORE : 0;
    while (same > 0 && ((unsigned char)value[same] & 0xc0) == 0x80)
        same--;
    return value + same;
}

/* As show_bytes does, but TeX has too many backslashes to spell them out. */
static const char *show(const char *value, char *text, size_t size)
{
    static const char spelt[] = "\\x5c";
    char *at = text;

    show_bytes(value, strlen(value), VALUE_MOST, text, size);
    while ((at = strstr(at, spelt))) {
        *at++ = '\\';
        memmove(at, at + 3, strlen(at + 3) + 1);
    }
    return text;
}

static void print_value(const struct check *check, const char *who,
                        const char *value, const char *other)
{
    char text[2 * VALUE_MOST + 40];
    const char *from = value ? from_parting(value, other) : "";

    if (value)
        fprintf(check->to, "  %s %s%s\n", who, from > value ? "..." : "",
                show(from, text, sizeof text));
    else
        fprintf(check->to, "  %s nothing\n", who);
}

/* A key comes from a file, too. */
static void differ(const char *key, const char *one, const char *other,
                   void *ctx)
{
    struct check *check = ctx;
    char text[2 * CLAIMS_KEY + 40];

    show_bytes(key, strlen(key), CLAIMS_KEY, text, sizeof text);
    if (check->ndiffs++ == 0)
        snprintf(check->first, sizeof check->first, "%.*s", CLAIMS_KEY - 1,
                 text);
    if (check->ndiffs > SHOWN)
        return;
    fprintf(check->to, "%s: %s\n", check->file, text);
    print_value(check, "the report has", one, other);
    print_value(check, "the data give ", other, one);
}

static int judge(const struct check *check, struct err *err)
{
    if (check->ndiffs == 0)
        return 0;
    if (check->ndiffs > SHOWN)
        fprintf(check->to, "and %d more\n", check->ndiffs - SHOWN);
    err_set(err, ERR_RESULTS, "report-differs",
            "%s: not what its data give, in %d place%s; the first is %s",
            check->dir, check->ndiffs, check->ndiffs == 1 ? "" : "s",
            check->first);
    return err_hint(err, "trust the data, and make the report again: harness "
                         "report DIR...");
}

/* ---- what was delivered, and where ---- */

static int compare(struct check *check, const char *file,
                   const struct buf *expected, struct err *err)
{
    struct buf delivered = {0};
    int status = -1;

    check->file = file;
    if (expected->failed)
        err_set(err, ERR_RESOURCE, "no-memory", "out of memory");
    else if (folder_read(&delivered, check->dir, file, err) == 0)
        status = claims_compare(buf_text(&delivered), buf_text(expected),
                                differ, check, err);
    buf_release(&delivered);
    return status;
}

static int is_pdf(const char *path)
{
    size_t n = strlen(path);

    return n > 4 && strcmp(path + n - 4, ".pdf") == 0;
}

/* DIR, DIR/report.pdf, or report.pdf beside the build/ it was made in. */
static int locate(struct check *check, const char *report, struct err *err)
{
    char parent[FOLDER_PATH] = ".";
    const char *slash = strrchr(report, '/');

    if (strlen(report) >= sizeof parent)
        return folder_path(parent, report, "", err);
    if (!is_pdf(report)) {
        snprintf(check->dir, sizeof check->dir, "%s", report);
        return folder_path(check->pdf, report, "report.pdf", err);
    }
    snprintf(check->pdf, sizeof check->pdf, "%s", report);
    if (slash)
        snprintf(parent, sizeof parent, "%.*s", (int)(slash - report), report);
    if (folder_size(parent, "results.json") < 0)
        return folder_path(check->dir, parent, "build", err);
    snprintf(check->dir, sizeof check->dir, "%s", parent);
    return 0;
}

static int need_values(const struct check *check, struct err *err)
{
    if (folder_size(check->dir, "results.json") >= 0)
        return 0;
    err_set(err, ERR_RESULTS, "report-open",
            "%s: no report, for there is no results.json", check->dir);
    return err_hint(err, "name the folder that harness report wrote, or the "
                         "PDF in it");
}

/* The file at hand must be the one that was made with the values. */
static int same_pdf(struct check *check, struct err *err)
{
    char made[FOLDER_PATH], of_made[HASH_HEX_SIZE], of_this[HASH_HEX_SIZE];
    int64_t bytes;

    check->file = "report.pdf";
    if (folder_path(made, check->dir, "report.pdf", err) < 0 ||
        hash_file(made, of_made, &bytes, err) < 0 ||
        hash_file(check->pdf, of_this, &bytes, err) < 0)
        return -1;
    if (strcmp(of_made, of_this) != 0)
        differ("SHA-256", of_this, of_made, check);
    return 0;
}

/* ---- values and tables ---- */

static int check_values(struct check *check, const struct values *values,
                        struct err *err)
{
    struct buf tex = {0}, json = {0};
    char *text = values_json(values);
    int status = values_tex(values, &tex, err);

    buf_add(&json, text ? text : "");
    json.failed |= text == NULL;
    if (status == 0)
        status = compare(check, "results.json", &json, err);
    if (status == 0)
        status = compare(check, "results.tex", &tex, err);
    buf_release(&tex);
    buf_release(&json);
    free(text);
    return status;
}

static int check_tables(struct check *check,
                        const struct report_content *content, struct err *err)
{
    for (int i = 0;; i++) {
        struct buf table = {0};
        const char *file = report_content_table(content, i, &table);
        int status = file ? compare(check, file, &table, err) : 1;

        buf_release(&table);
        if (status)
            return status > 0 ? 0 : status;
    }
}

/* ---- the PDF ---- */

/* Does a table ask for the value: \R{KEY}, \Rna{KEY}? */
static int is_asked(const struct buf *tables, const char *key)
{
    char plain[80], maybe[80];

    snprintf(plain, sizeof plain, "\\R{%s}", key);
    snprintf(maybe, sizeof maybe, "\\Rna{%s}", key);
    return strstr(buf_text(tables), plain) || strstr(buf_text(tables), maybe);
}

static int look_up(struct check *check, const struct report_content *content,
                   const struct buf *shown)
{
    struct buf tables = {0};
    int n = 0;

    for (int i = 0; report_content_table(content, i, &tables); i++)
        ;
    for (size_t i = 0; i < content->values.n; i++) {
        const struct values_entry *entry = &content->values.entry[i];

        if (!entry->has_number || !is_asked(&tables, entry->key))
            continue;
        n++;
        if (!pdf_text_shows(shown, entry->text))
            differ(entry->key, NULL, entry->text, check);
    }
    buf_release(&tables);
    return n;
}

/* Without pdftotext the rest still holds; said[] tells what was not done. */
static int check_pdf(struct check *check, const struct report_content *content,
                     char said[100], struct err *err)
{
    struct buf text = {0};
    int status = pdf_text(&text, check->pdf, err);

    if (status < 0 && strcmp(err->id, "pdftotext-missing") == 0) {
        memset(err, 0, sizeof *err);
        snprintf(said, 100,
                 "the PDF was not read: pdftotext is not installed "
                 "(poppler-utils)");
        return 0;
    }
    if (status == 0) {
        pdf_text_squeeze(&text);
        snprintf(said, 100, "the PDF shows the %d numbers of its tables",
                 look_up(check, content, &text));
    }
    buf_release(&text);
    return status;
}

/* ---- the whole ---- */

static int check_all(struct check *check, struct report_content *content,
                     struct err *err)
{
    char said[100] = "";

    if (report_content_fill(content, err) < 0 ||
        check_values(check, &content->values, err) < 0 ||
        check_tables(check, content, err) < 0 || same_pdf(check, err) < 0 ||
        check_pdf(check, content, said, err) < 0 || judge(check, err) < 0)
        return -1;
    fprintf(check->to, "%s\nchecked: %zu values from %d folder%s\n", said,
            content->values.n, content->set.nresults,
            content->set.nresults == 1 ? "" : "s");
    return 0;
}

int report_check(const char *report, const char *const *dirs, int ndirs,
                 FILE *to, struct err *err)
{
    struct check check = {.to = to};
    struct report_sources sources = {0};
    struct report_content content = {0};
    int status = locate(&check, report, err);

    if (status == 0)
        status = need_values(&check, err);
    if (status == 0)
        status = report_sources_find(&sources, check.dir, dirs, ndirs, err);
    /* A partial run is one of its values: the report says so or differs. */
    if (status == 0)
        status = report_set_load(
            &content.set, (const char *const *)sources.path, sources.n, 1, err);
    if (status == 0)
        status = check_all(&check, &content, err);
    report_content_release(&content);
    report_sources_release(&sources);
    return status;
}
