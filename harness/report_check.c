#define _GNU_SOURCE
#include "harness/report_check.h"

#include "harness/claims.h"
#include "harness/folder.h"
#include "harness/hash.h"
#include "harness/pdf_text.h"
#include "harness/report_content.h"
#include "harness/report_figures.h"
#include "harness/report_parts.h"
#include "harness/report_sources.h"
#include "lib/show.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

enum { SHOWN = 5, VALUE_MOST = 100 };

struct check {
    char dir[FOLDER_PATH]; /* where results.json is */
    char pdf[FOLDER_PATH];
    char expected[FOLDER_PATH]; /* what the data give, in the same files */
    char file[FOLDER_PATH];     /* the one that is compared */
    int ndiffs;
    int is_other_version;         /* another echolab made the report */
    char first[CLAIMS_KEY + 100]; /* the file and key of the first difference */
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
    check->is_other_version |= strcmp(text, "version") == 0 ||
                               strcmp(text, "version.text") == 0;
    if (check->ndiffs++ == 0)
        snprintf(check->first, sizeof check->first, "%.90s: %.*s", check->file,
                 CLAIMS_KEY - 1, text);
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
    if (check->is_other_version)
        return err_hint(err,
                        "another version of echolab made it, and may count "
                        "differently: check it with that one");
    return err_hint(err, "trust the data, and make the report again: harness "
                         "report DIR...");
}

/* ---- what was delivered, and where ---- */

/* A file of the report, and what it should be, which may be called otherwise.
 */
static int compare(struct check *check, const char *file, const char *expected,
                   struct err *err)
{
    struct buf delivered = {0}, wanted = {0};
    int status = -1;

    snprintf(check->file, sizeof check->file, "%s", file);
    if (folder_read(&wanted, check->expected, expected, err) == 0 &&
        folder_read(&delivered, check->dir, file, err) == 0)
        status = claims_compare(buf_text(&delivered), buf_text(&wanted), differ,
                                check, err);
    buf_release(&delivered);
    buf_release(&wanted);
    return status;
}

static int is_name(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

/* Each file of a folder of what is expected. */
static int compare_folder(struct check *check, const char *folder,
                          const char *expected, struct err *err)
{
    char path[FOLDER_PATH], file[FOLDER_PATH], wanted[FOLDER_PATH];
    struct dirent **found = NULL;
    int status = folder_path(path, check->expected, expected, err);
    int n = status == 0 ? scandir(path, &found, is_name, alphasort) : 0;

    for (int i = 0; i < n; i++) {
        if (status == 0 &&
            (folder_path(file, folder, found[i]->d_name, err) < 0 ||
             folder_path(wanted, expected, found[i]->d_name, err) < 0 ||
             compare(check, file, wanted, err) < 0))
            status = -1;
        free(found[i]);
    }
    free(found);
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

    snprintf(check->file, sizeof check->file, "report.pdf");
    if (folder_path(made, check->dir, "report.pdf", err) < 0 ||
        hash_file(made, of_made, &bytes, err) < 0 ||
        hash_file(check->pdf, of_this, &bytes, err) < 0)
        return -1;
    if (strcmp(of_made, of_this) != 0)
        differ("SHA-256", of_this, of_made, check);
    return 0;
}

/* ---- texts ---- */

/* figures/NAME.work, as figure_begin calls it, was delivered as its data. */
static int check_figures(struct check *check, struct err *err)
{
    char path[FOLDER_PATH], folder[FOLDER_PATH], expected[FOLDER_PATH];
    struct dirent **found = NULL;
    int status = folder_path(path, check->expected, "figures", err);
    int n = status == 0 ? scandir(path, &found, is_name, alphasort) : 0;

    for (int i = 0; i < n; i++) {
        char *name = found[i]->d_name, *end = strstr(name, ".work");

        if (status == 0)
            status = folder_path(expected, "figures", name, err);
        if (end)
            *end = '\0';
        if (status == 0 &&
            (folder_path(folder, "figures/data", name, err) < 0 ||
             compare_folder(check, folder, expected, err) < 0))
            status = -1;
        free(found[i]);
    }
    free(found);
    return status;
}

/* Make them again, by the same functions, and compare. */
static int check_texts(struct check *check,
                       const struct report_content *content, struct err *err)
{
    static const char *const files[] = {"results.json", "results.tex"};

    if (report_parts_numbers(content, check->expected, err) < 0 ||
        report_parts_tex(content, check->expected, err) < 0 ||
        report_figures_data(&content->set, &content->versus, check->expected,
                            err) < 0)
        return -1;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        if (compare(check, files[i], files[i], err) < 0)
            return -1;
    if (compare_folder(check, "tables", "tables", err) < 0 ||
        compare(check, "summary.txt", "summary.txt", err) < 0)
        return -1;
    return check_figures(check, err);
}

/* ---- the PDF ---- */

/* The keys that tables ask for, \R{KEY} or \Rna{KEY}, sorted. */
struct asked {
    char *text; /* the tables, cut up */
    char **key;
    size_t n;
};

static int compare_keys(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static int asked_find(struct asked *asked, const struct report_content *content,
                      struct err *err)
{
    struct buf tables = {0};
    size_t most = 1;

    for (int i = 0; report_content_table(content, i, &tables); i++)
        ;
    for (const char *at = buf_text(&tables); *at; at++)
        most += *at == '{';
    asked->text = tables.text;
    asked->key = calloc(most, sizeof *asked->key);
    if (tables.failed || !asked->key)
        return err_set(err, ERR_RESOURCE, "no-memory", "out of memory");
    for (char *at = tables.text; at && (at = strstr(at, "\\R"));) {
        size_t skip = strncmp(at, "\\Rna{", 5) == 0 ? 5 : at[2] == '{' ? 3 : 0;
        char *end = skip ? strchr(at, '}') : NULL;

        at += skip ? skip : 2;
        if (!end)
            continue;
        *end = '\0';
        asked->key[asked->n++] = at;
        at = end + 1;
    }
    qsort(asked->key, asked->n, sizeof *asked->key, compare_keys);
    return 0;
}

static int is_asked(const struct asked *asked, const char *key)
{
    return bsearch(&key, asked->key, asked->n, sizeof *asked->key,
                   compare_keys) != NULL;
}

/* How many numbers of the tables there are; those that the PDF lacks differ. */
static int look_up(struct check *check, const struct report_content *content,
                   const struct buf *shown, struct err *err)
{
    struct asked asked = {0};
    int n = 0, status = asked_find(&asked, content, err);

    for (size_t i = 0; status == 0 && i < content->values.n; i++) {
        const struct values_entry *entry = &content->values.entry[i];

        if (!entry->has_number || !is_asked(&asked, entry->key))
            continue;
        n++;
        if (!pdf_text_shows(shown, entry->text))
            differ(entry->key, NULL, entry->text, check);
    }
    free(asked.key);
    free(asked.text);
    return status < 0 ? -1 : n;
}

/* Without pdftotext the rest still holds; said[] tells what was not done. */
static int check_pdf(struct check *check, const struct report_content *content,
                     char said[100], struct err *err)
{
    struct buf text = {0};
    int n, status;

    if (check->ndiffs > 0) /* the verdict is known, and this takes a while */
        return 0;
    status = pdf_text(&text, check->pdf, err);

    if (status < 0 && strcmp(err->id, "pdftotext-missing") == 0) {
        memset(err, 0, sizeof *err);
        snprintf(said, 100,
                 "the PDF was not read: pdftotext is not installed "
                 "(poppler-utils)");
        return 0;
    }
    if (status == 0) {
        pdf_text_squeeze(&text);
        n = look_up(check, content, &text, err);
        status = n < 0 ? -1 : 0;
        snprintf(said, 100, "the PDF shows the %d numbers of its tables", n);
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
        folder_temporary(check->expected, err) < 0 ||
        check_texts(check, content, err) < 0 || same_pdf(check, err) < 0 ||
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
    if (check.expected[0])
        folder_remove(check.expected);
    report_content_release(&content);
    report_sources_release(&sources);
    return status;
}
