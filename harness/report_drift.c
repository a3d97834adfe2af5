#include "harness/report_drift.h"

#include "harness/hash.h"
#include "lib/show.h"

#include <string.h>

enum { SHOWN = 5, VALUE_MOST = 100 };

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

static void print_value(FILE *to, const char *who, const char *value,
                        const char *other)
{
    char text[2 * VALUE_MOST + 40];
    const char *from = value ? from_parting(value, other) : "";

    if (value)
        fprintf(to, "  %s %s%s\n", who, from > value ? "..." : "",
                show(from, text, sizeof text));
    else
        fprintf(to, "  %s nothing\n", who);
}

/* A key comes from a file, and the name of a file from whoever made it. */
void report_drift_add(const char *key, const char *has, const char *should,
                      void *ctx)
{
    struct report_drift *drift = ctx;
    char text[2 * CLAIMS_KEY + 40], file[FOLDER_PATH];

    show_bytes(drift->file, strlen(drift->file), FOLDER_PATH, file,
               sizeof file);
    show_bytes(key, strlen(key), CLAIMS_KEY, text, sizeof text);
    drift->is_other_version |= strcmp(text, "version") == 0 ||
                               strcmp(text, "version.text") == 0;
    if (drift->n++ == 0)
        snprintf(drift->first, sizeof drift->first, "%.90s: %.*s", file,
                 CLAIMS_KEY - 1, text);
    if (drift->n > SHOWN)
        return;
    fprintf(drift->to, "%s: %s\n", file, text);
    print_value(drift->to, "the report has", has, should);
    print_value(drift->to, "the data give ", should, has);
}

int report_drift_files(struct report_drift *drift, const char *has,
                       const char *should, struct err *err)
{
    char of_has[HASH_HEX_SIZE], of_should[HASH_HEX_SIZE];
    int64_t bytes;

    if (hash_file(should, of_should, &bytes, err) < 0 ||
        hash_file(has, of_has, &bytes, err) < 0)
        return -1;
    if (strcmp(of_has, of_should) != 0)
        report_drift_add("SHA-256", of_has, of_should, drift);
    return 0;
}

int report_drift_judge(const struct report_drift *drift, const char *report,
                       struct err *err)
{
    if (drift->n == 0)
        return 0;
    if (drift->n > SHOWN)
        fprintf(drift->to, "and %d more\n", drift->n - SHOWN);
    err_set(err, ERR_RESULTS, "report-differs",
            "%s: not what its data give, in %d place%s; the first is %s",
            report, drift->n, drift->n == 1 ? "" : "s", drift->first);
    if (drift->is_other_version)
        return err_hint(err,
                        "another version of echolab made it, and may count "
                        "differently: check it with that one");
    if (drift->looks == drift->n)
        return err_hint(err,
                        "another gnuplot, cairo, TeX or font makes other "
                        "bytes: check it where it was made, or, if you trust "
                        "who made it, with --made-elsewhere");
    return err_hint(err, "trust the data, and make the report again: harness "
                         "report DIR...");
}
