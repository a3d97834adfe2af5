#define _GNU_SOURCE
#include "harness/report_parts.h"

#include "harness/folder.h"
#include "harness/report_options.h"
#include "harness/report_scenes.h"
#include "harness/report_trace.h"

#include <stdlib.h>

/* ---- text ---- */

static void print_runs(const struct report_runs *of,
                       const struct result *result, FILE *to)
{
    for (int i = 0; i < of->n; i++)
        if (of->run[i].result == result)
            summary_print(&of->run[i].summary, of->run[i].run, to);
}

/* In a file folders go by their names, for it may be read somewhere else. */
static void print_summary(const struct report_set *set, int by_name, FILE *to)
{
    for (int i = 0; i < set->nresults; i++) {
        const struct result *result = &set->results[i];

        fprintf(to, "%s%s: %s\n", i ? "\n" : "",
                by_name ? report_run_folder(result) : result->path,
                result_status_name(result->status));
        for (int kind = 0; kind < REPORT_SCENE; kind++)
            print_runs(&set->of[kind], result, to);
    }
}

void report_parts_summary(const struct report_set *set, FILE *to)
{
    print_summary(set, 0, to);
}

static int write_summary(const struct report_content *content, const char *dir,
                         struct err *err)
{
    struct buf text = {0};
    char *bytes = NULL;
    size_t n = 0;
    FILE *to = open_memstream(&bytes, &n);
    int status;

    if (to) {
        print_summary(&content->set, 1, to);
        (void)fclose(to);
        buf_add_n(&text, bytes, n);
    }
    text.failed |= to == NULL;
    status = folder_write(dir, "summary.txt", &text, err);
    buf_release(&text);
    free(bytes);
    return status;
}

static int write_json(const struct report_content *content, const char *dir,
                      struct err *err)
{
    struct buf text = {0};
    char *json = values_json(&content->values);
    int status;

    buf_add(&text, json ? json : "");
    text.failed |= json == NULL;
    status = folder_write(dir, "results.json", &text, err);
    buf_release(&text);
    free(json);
    return status;
}

/* ---- the parts of the PDF ---- */

static int write_tex(const char *dir, const char *name, struct buf *text,
                     struct err *err)
{
    int status = folder_write(dir, name, text, err);

    buf_release(text);
    return status;
}

static int write_options(const char *dir, struct err *err)
{
    static const char *const files[] = {
        [REPORT_OPTIONS_CLIENT] = "tables/client.tex",
        [REPORT_OPTIONS_SERVER] = "tables/server.tex",
        [REPORT_OPTIONS_TEST] = "tables/test.tex",
    };
    struct buf text = {0};

    for (int i = 0; i < 3; i++) {
        if (report_options_put(&text, (enum report_options)i, err) < 0) {
            buf_release(&text);
            return -1;
        }
        if (write_tex(dir, files[i], &text, err) < 0)
            return -1;
    }
    return 0;
}

static int write_scenes(const struct report_content *content, const char *dir,
                        struct err *err)
{
    static const char *const files[REPORT_SCENES_PLACES] = {
        [REPORT_SCENES_SIMPLE] = "tables/fig2.tex",
        [REPORT_SCENES_ECHO] = "tables/fig3.tex",
        [REPORT_SCENES_CLOUD] = "tables/fig5.tex",
        [REPORT_SCENES_UDP] = "tables/udp.tex",
        [REPORT_SCENES_TELNET] = "tables/telnet.tex",
    };
    struct buf text = {0};

    for (int i = 0; i < REPORT_SCENES_PLACES; i++) {
        if (report_scenes_put(&text, &content->set, (enum report_scenes)i,
                              err) < 0) {
            buf_release(&text);
            return -1;
        }
        if (text.len > 0 && write_tex(dir, files[i], &text, err) < 0)
            return -1;
    }
    return 0;
}

static int write_trace(const struct report_content *content, const char *dir,
                       struct err *err)
{
    struct buf text = {0};

    if (report_trace_put(&text, &content->set, err) < 0) {
        buf_release(&text);
        return -1;
    }
    return text.len > 0 ? write_tex(dir, "tables/trace.tex", &text, err) : 0;
}

static int write_tables(const struct report_content *content, const char *dir,
                        struct err *err)
{
    struct buf text = {0};
    char path[FOLDER_PATH];

    if (folder_path(path, dir, "tables", err) < 0 ||
        folder_make(path, err) < 0 || write_options(dir, err) < 0 ||
        write_scenes(content, dir, err) < 0 ||
        write_trace(content, dir, err) < 0)
        return -1;
    for (int i = 0;; i++) {
        const char *file = report_content_table(content, i, &text);

        if (!file)
            return 0;
        if (write_tex(dir, file, &text, err) < 0)
            return -1;
    }
}

static int write_values(const struct report_content *content, const char *dir,
                        struct err *err)
{
    struct buf text = {0};

    if (values_tex(&content->values, &text, err) < 0) {
        buf_release(&text);
        return -1;
    }
    return write_tex(dir, "results.tex", &text, err);
}

int report_parts_numbers(const struct report_content *content, const char *dir,
                         struct err *err)
{
    if (write_summary(content, dir, err) < 0)
        return -1;
    return write_json(content, dir, err);
}

int report_parts_tex(const struct report_content *content, const char *dir,
                     struct err *err)
{
    if (write_tables(content, dir, err) < 0)
        return -1;
    return write_values(content, dir, err);
}
