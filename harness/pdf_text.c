#define _GNU_SOURCE
#include "harness/pdf_text.h"

#include "harness/folder.h"
#include "harness/tool.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TIMEOUT_S 60

static int run(const char *work, const char *pdf, struct err *err)
{
    const char *const argv[] = {"pdftotext", "-q",   "-enc", "UTF-8",
                                pdf,         "text", NULL};
    struct tool tool = {.name = "pdftotext",
                        .package = "poppler-utils",
                        .argv = argv,
                        .dir = work,
                        .log = "pdftotext.log",
                        .timeout_s = TIMEOUT_S};

    return tool_run(&tool, err);
}

int pdf_text(struct buf *to, const char *pdf, struct err *err)
{
    char work[FOLDER_PATH], *path = realpath(pdf, NULL);
    int status = -1;

    if (!path) {
        err_sys(err, ERR_RESULTS, "report-open", "cannot read %s", pdf);
        return err_hint(err, "make the report again: harness report DIR...");
    }
    if (folder_temporary(work, err) == 0) {
        status = run(work, path, err);
        if (status == 0)
            status = folder_read(to, work, "text", err);
        folder_remove(work);
    }
    free(path);
    return status;
}

/* How many bytes at `text` are a blank: ASCII's, thin, or one that holds. */
static size_t blank(const char *text)
{
    static const char *const wide[] = {"\xe2\x80\x89", "\xe2\x80\xaf",
                                       "\xc2\xa0"};

    if (strchr(" \t\n\r\f", *text))
        return 1;
    for (int i = 0; i < 3; i++)
        if (strncmp(text, wide[i], strlen(wide[i])) == 0)
            return strlen(wide[i]);
    return 0;
}

void pdf_text_squeeze(struct buf *text)
{
    static const char mu[] = "\xce\xbc", micro[] = "\xc2\xb5";
    struct buf out = {0};

    for (const char *at = buf_text(text); *at;) {
        size_t n = blank(at);

        /* The Greek letter and the sign look the same. */
        if (n == 0 && strncmp(at, mu, 2) == 0)
            buf_add(&out, micro);
        else if (n == 0)
            buf_add_n(&out, at, 1);
        at += n ? n : strncmp(at, mu, 2) == 0 ? 2 : 1;
    }
    out.failed |= text->failed;
    buf_release(text);
    *text = out;
}

int pdf_text_shows(const struct buf *text, const char *value)
{
    struct buf wanted = {0};
    int is_there;

    buf_add(&wanted, value);
    pdf_text_squeeze(&wanted);
    is_there = strstr(buf_text(text), buf_text(&wanted)) != NULL;
    buf_release(&wanted);
    return is_there;
}
