#include "harness/report_sources.h"

#include "harness/folder.h"
#include "harness/hash.h"
#include "lib/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct search {
    const char *name, *sha256; /* what is looked for; its manifest's hash */
    char found[FOLDER_PATH];   /* "" so far */
    int is_exact;              /* the hash is right, too */
};

static int is_manifest(const char *path, const char *sha256)
{
    char manifest[FOLDER_PATH], hex[HASH_HEX_SIZE];
    struct err ignored;
    int64_t bytes;

    return folder_path(manifest, path, "manifest.json", &ignored) == 0 &&
           hash_file(manifest, hex, &bytes, &ignored) == 0 &&
           strcmp(hex, sha256) == 0;
}

static void consider(struct search *search, const char *path)
{
    int is_exact;

    if (search->is_exact || folder_size(path, "manifest.json") < 0)
        return;
    is_exact = is_manifest(path, search->sha256);
    if (is_exact || !search->found[0])
        snprintf(search->found, sizeof search->found, "%s", path);
    search->is_exact = is_exact;
}

/* The folder itself, or what is in it. */
static void look_in(struct search *search, const char *dir)
{
    char path[FOLDER_PATH];
    size_t len = strlen(dir), n = strlen(search->name);
    struct err ignored;

    while (len > 1 && dir[len - 1] == '/')
        len--;
    if (len >= n && memcmp(dir + len - n, search->name, n) == 0 &&
        (len == n || dir[len - n - 1] == '/'))
        consider(search, dir);
    if (folder_path(path, dir, search->name, &ignored) == 0)
        consider(search, path);
}

static int is_name(const char *name)
{
    return name && name[0] && !strchr(name, '/') && strcmp(name, "..") != 0;
}

static int find_one(struct report_sources *sources, const struct cJSON *value,
                    const char *const *dirs, int ndirs, struct err *err)
{
    const char *sha256 = json_text(json_get(value, "sha256"));
    struct search search = {.name = json_text(json_get(value, "text")),
                            .sha256 = sha256 ? sha256 : ""};
    char *path;

    for (int i = 0; i < ndirs && is_name(search.name); i++)
        look_in(&search, dirs[i]);
    if (is_name(search.name))
        look_in(&search, "results");
    if (!search.found[0]) {
        err_set(err, ERR_RESULTS, "report-no-data",
                "folder %d of the report is not here: %.200s (manifest.json "
                "has SHA-256 %.64s)",
                sources->n + 1, search.name ? search.name : "?", search.sha256);
        return err_hint(err, "say where it is, or what it is in: harness "
                             "report --check REPORT DIR...");
    }
    path = strdup(search.found);
    if (!path)
        return err_set(err, ERR_RESOURCE, "no-memory", "out of memory");
    sources->path[sources->n++] = path;
    return 0;
}

static int find_all(struct report_sources *sources, const struct cJSON *values,
                    const char *const *dirs, int ndirs, struct err *err)
{
    char key[32];

    while (sources->n < RESULT_ARGS_MAX) {
        const struct cJSON *value;

        snprintf(key, sizeof key, "folder.%d", sources->n + 1);
        value = json_get(values, key);
        if (!value)
            break;
        if (find_one(sources, value, dirs, ndirs, err) < 0)
            return -1;
    }
    return 0;
}

int report_sources_find(struct report_sources *sources, const char *report,
                        const char *const *dirs, int ndirs, struct err *err)
{
    char path[FOLDER_PATH];
    struct json_doc doc = {0};
    int status;

    if (folder_path(path, report, "results.json", err) < 0 ||
        json_load(&doc, path, ERR_RESULTS, err) < 0)
        return -1;
    status = find_all(sources, json_get(doc.root, "values"), dirs, ndirs, err);
    json_release(&doc);
    if (status < 0 || sources->n > 0)
        return status;
    err_set(err, ERR_RESULTS, "report-unnamed",
            "%s: does not name the folders it was made from", path);
    return err_hint(err, "make the report again: harness report DIR...");
}

void report_sources_release(struct report_sources *sources)
{
    for (int i = 0; i < sources->n; i++)
        free(sources->path[i]);
    memset(sources, 0, sizeof *sources);
}
