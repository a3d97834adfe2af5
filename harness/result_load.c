#include "harness/result.h"

#include "harness/result_read.h"
#include "lib/json.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define MANIFEST "manifest.json"

/* The folders of the runs must be folders, not links to elsewhere. */
static int check_folders(const struct result *result, struct err *err)
{
    char path[4096];
    struct stat st;

    for (int i = 0; i < result->nruns; i++) {
        const struct result_run *run = &result->runs[i];

        for (int whole = 0; run->done && whole < 2; whole++) {
            if (result_file_path(path, result, NULL,
                                 whole ? run->dir : run->key, err) < 0)
                return -1;
            if (lstat(path, &st) < 0)
                return err_sys(err, ERR_RESULTS, "results-open",
                               "cannot open %s", path);
            if (!S_ISDIR(st.st_mode))
                return err_set(err, ERR_RESULTS, "results-open",
                               "cannot open %s: not a folder", path);
        }
    }
    return 0;
}

static int hint_folder(struct err *err)
{
    return err_hint(err, "the folder is not as it was written: restore it, or "
                         "measure again");
}

static int load_manifest(struct result *result, const char *path,
                         struct err *err)
{
    struct json_doc doc = {0};
    int status;

    if (json_load(&doc, path, ERR_RESULTS, err) < 0) {
        snprintf(err->id, sizeof err->id, "%s",
                 err->sys_errno ? "results-open" : "results-format");
        return err_hint(err, "name a folder that `harness run` made, such as "
                             "those that `harness list` shows");
    }
    status = result_read(result, doc.root, err);
    json_release(&doc);
    if (status == 0)
        return 0;
    if (!err->hint[0])
        hint_folder(err);
    return err_wrap(err, "%s", path);
}

static int check_status(const struct result *result, int allow_partial,
                        struct err *err)
{
    if (result->status != RESULT_PARTIAL || allow_partial)
        return 0;
    err_set(err, ERR_RESULTS, "results-partial",
            "%s: partial: the run did not end", result->path);
    return err_hint(err, "add --allow-partial to use what was recorded, or "
                         "measure again");
}

int result_load(struct result *result, const char *path, int allow_partial,
                struct err *err)
{
    char manifest[sizeof result->path];
    size_t len = strlen(path);
    int status;

    memset(result, 0, sizeof *result);
    while (len > 1 && path[len - 1] == '/')
        len--;
    if (len >= sizeof result->path)
        len = 0;
    snprintf(result->path, sizeof result->path, "%.*s", (int)len,
             len ? path : "");
    if (len == 0)
        return err_set(err, ERR_RESULTS, "results-format",
                       "\"DIR\" is not the path of a folder");
    status = result_file_path(manifest, result, NULL, MANIFEST, err);
    if (status == 0)
        status = load_manifest(result, manifest, err);
    if (status == 0 && check_folders(result, err) < 0)
        status = hint_folder(err);
    if (status == 0)
        status = check_status(result, allow_partial, err);
    if (status < 0)
        result_release(result);
    return status;
}
