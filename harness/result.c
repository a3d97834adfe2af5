#define _GNU_SOURCE
#include "harness/result.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *result_status_name(enum result_status status)
{
    static const char *const names[] = {
        [RESULT_PARTIAL] = "partial",
        [RESULT_DEGRADED] = "degraded",
        [RESULT_COMPLETE] = "complete",
    };

    return names[status];
}

static void texts_release(struct result_texts *texts)
{
    for (int i = 0; i < texts->count; i++)
        free(texts->text[i]);
    free(texts->text);
    memset(texts, 0, sizeof *texts);
}

void result_release(struct result *result)
{
    for (int i = 0; i < result->nruns; i++) {
        texts_release(&result->runs[i].notes);
        texts_release(&result->runs[i].warnings);
    }
    free(result->runs);
    texts_release(&result->argv);
    memset(result, 0, sizeof *result);
}

void result_texts_add(struct result_texts *texts, const char *fmt, ...)
{
    char **more = realloc(texts->text,
                          ((size_t)texts->count + 1) * sizeof *more);
    va_list args;
    int n;

    if (!more)
        return;
    texts->text = more;
    va_start(args, fmt);
    n = vasprintf(&more[texts->count], fmt, args);
    va_end(args);
    texts->count += n >= 0;
}

int64_t *result_reconciled_count(struct result_reconciled *reconciled, int i,
                                 const char **name)
{
    const struct {
        const char *name;
        int64_t *count;
    } counts[] = {
        {"injected_forward", &reconciled->injected_forward},
        {"injected_reverse", &reconciled->injected_reverse},
        {"injected_lost", &reconciled->injected_lost},
        {"measured_lost", &reconciled->measured_lost},
        {"true_loss", &reconciled->true_loss},
        {"false_loss", &reconciled->false_loss},
        {"missed", &reconciled->missed},
        {"lost_forward", &reconciled->lost_forward},
        {"lost_reverse", &reconciled->lost_reverse},
        {"server_received", &reconciled->server_received},
        {"server_answered", &reconciled->server_answered},
        {"overdue", &reconciled->overdue},
    };

    if (i < 0 || i >= (int)(sizeof counts / sizeof *counts))
        return NULL;
    *name = counts[i].name;
    return counts[i].count;
}

int result_file_path(char path[4096], const struct result *result,
                     const struct result_run *run, const char *file,
                     struct err *err)
{
    int n = snprintf(path, 4096, "%s/%s%s%s", result->path, run ? run->dir : "",
                     run ? "/" : "", file);

    if (n >= 0 && n < 4096)
        return 0;
    err_set(err, ERR_RESULTS, "results-path", "the path is too long: %.80s...",
            result->path);
    return err_hint(err, "move the results folder to a shorter path");
}

int64_t result_buffer_bytes(const struct result_run *run)
{
    enum { LEAST = 1024, MOST = 256 << 10 };
    int64_t size = run->message_size_bytes;

    return size < LEAST ? LEAST : size > MOST ? MOST : size;
}

int result_run_is_udp(const struct result_run *run)
{
    return strcmp(run->transport, "udp") == 0;
}

int result_run_is_degraded(const struct result_run *run)
{
    return run->rate_per_s > 0 && run->achieved_per_s < 0.99 * run->rate_per_s;
}

int result_run_is_scene(const struct result_run *run)
{
    return strcmp(run->mode, "transcript") == 0;
}

int result_run_is_here(const struct result_run *run)
{
    return run->launched || strncmp(run->host, "127.", 4) == 0 ||
           strcmp(run->host, "::1") == 0 || strcmp(run->host, "localhost") == 0;
}
