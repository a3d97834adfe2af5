#include "harness/findings.h"

#include "lib/json.h"
#include "lib/show.h"

#include <ctype.h>
#include <stdarg.h>
#include <string.h>

enum { WIDTH = 80, INDENT = 6 };

static const char *const level_names[] = {"ok", "warn", "FAIL"};

static struct finding *next(struct findings *findings, enum finding_level level,
                            const char *what, const char *hint)
{
    static const struct finding none;
    struct finding *finding;

    if (findings->n == FINDINGS_MAX)
        return NULL;
    finding = &findings->at[findings->n++];
    *finding = none;
    finding->level = level;
    snprintf(finding->what, sizeof finding->what, "%s", what);
    snprintf(finding->hint, sizeof finding->hint, "%s", hint ? hint : "");
    return finding;
}

/* "folder there" is the id folder-there. */
static void name_id(char *id, size_t size, const char *what)
{
    size_t n = 0;

    for (; n < size - 1 && what[n]; n++)
        id[n] = (char)(what[n] == ' ' ? '-' : tolower((unsigned char)what[n]));
    id[n] = '\0';
}

void findings_add(struct findings *findings, enum finding_level level,
                  const char *what, const char *hint, const char *fmt, ...)
{
    struct finding *finding = next(findings, level, what, hint);
    va_list args;

    if (!finding)
        return;
    va_start(args, fmt);
    vsnprintf(finding->text, sizeof finding->text, fmt, args);
    va_end(args);
    if (level != FINDING_FAIL)
        return;
    finding->code = ERR_RESOURCE;
    name_id(finding->id, sizeof finding->id, what);
}

void findings_add_err(struct findings *findings, enum finding_level level,
                      const char *what, const struct err *err)
{
    struct finding *finding = next(findings, level, what, err->hint);

    if (!finding)
        return;
    snprintf(finding->text, sizeof finding->text, "%s", err->msg);
    if (level != FINDING_FAIL)
        return;
    finding->code = err->code;
    snprintf(finding->id, sizeof finding->id, "%s", err->id);
}

static int count(const struct findings *findings, enum finding_level level)
{
    int n = 0;

    for (int i = 0; i < findings->n; i++)
        n += findings->at[i].level == level;
    return n;
}

int findings_verdict(const struct findings *findings, struct err *err)
{
    int failed = count(findings, FINDING_FAIL);

    for (int i = 0; i < findings->n; i++) {
        const struct finding *finding = &findings->at[i];

        if (finding->level != FINDING_FAIL)
            continue;
        err_set(err, finding->code, finding->id, "%d of %d checks failed: %s",
                failed, findings->n, finding->what);
        return err_hint(err, "the lines above that begin with FAIL say what "
                             "to do");
    }
    return 0;
}

/* Print words up to the width; later lines begin under the text. */
static void wrap(const char *text, FILE *to)
{
    int column = INDENT;

    while (*text) {
        int n = (int)strcspn(text, " ");

        if (column > INDENT && column + 1 + n > WIDTH) {
            fprintf(to, "\n%*s", INDENT, "");
            column = INDENT;
        } else if (column > INDENT) {
            fputc(' ', to);
            column++;
        }
        fprintf(to, "%.*s", n, text);
        column += n;
        text += n;
        text += strspn(text, " ");
    }
    fputc('\n', to);
}

/* Names, addresses and what other programs said come from outside. */
static void put_line(const char *head, const char *key, const char *text,
                     FILE *to)
{
    char whole[1200], clean[2400];

    snprintf(whole, sizeof whole, "%s: %s", key, text);
    show_bytes(whole, strlen(whole), sizeof whole, clean, sizeof clean);
    fprintf(to, "%-*s", INDENT, head);
    wrap(clean, to);
}

void findings_text(const struct findings *findings, FILE *to)
{
    for (int i = 0; i < findings->n; i++) {
        const struct finding *finding = &findings->at[i];

        put_line(level_names[finding->level], finding->what, finding->text, to);
        if (finding->level != FINDING_OK && finding->hint[0])
            put_line("", "hint", finding->hint, to);
    }
    fprintf(to, "doctor: %d fine, %d to look at, %d failed\n",
            count(findings, FINDING_OK), count(findings, FINDING_WARN),
            count(findings, FINDING_FAIL));
}

static void put_finding(struct cJSON *checks, const struct finding *finding)
{
    struct cJSON *json = json_push_object(checks);

    json_put_text(json, "what", finding->what);
    json_put_text(json, "level", level_names[finding->level]);
    json_put_text(json, "text", finding->text);
    if (finding->hint[0])
        json_put_text(json, "hint", finding->hint);
    else
        json_put_null(json, "hint");
    if (finding->level != FINDING_FAIL)
        return;
    json_put_text(json, "id", finding->id);
    json_put_int(json, "code", finding->code);
}

char *findings_json(const struct findings *findings)
{
    struct cJSON *root = json_object(), *checks;
    char *text;

    json_put_int(root, "fine", count(findings, FINDING_OK));
    json_put_int(root, "warnings", count(findings, FINDING_WARN));
    json_put_int(root, "failed", count(findings, FINDING_FAIL));
    checks = json_put_array(root, "checks");
    for (int i = 0; i < findings->n; i++)
        put_finding(checks, &findings->at[i]);
    text = json_print(root);
    json_free(root);
    return text;
}
