#define _GNU_SOURCE
#include "harness/list.h"

#include "harness/result.h"
#include "lib/num.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* One line of the table. */
struct entry {
    char *folder;
    char start_utc[24]; /* "" when damaged */
    char status[24];
    char site[16]; /* with a star when emulated */
    int64_t messages, failed;
};

struct entries {
    struct entry *entry;
    size_t n;
};

static void sum_runs(struct entry *entry, const struct result *result)
{
    const char *site = result->nruns > 0 ? result->runs[0].site : "-";
    int is_emulated = 0;

    for (int i = 0; i < result->nruns; i++) {
        const struct result_run *run = &result->runs[i];

        is_emulated |= run->emulated;
        entry->messages += run->rows;
        entry->failed += run->rows - run->outcomes[OUTCOME_OK] -
                         run->outcomes[OUTCOME_ABORTED];
        if (strcmp(run->site, site) != 0)
            site = "several";
    }
    snprintf(entry->site, sizeof entry->site, "%.9s%s", site,
             is_emulated ? "*" : "");
}

/* `parent` is NULL for a folder that is listed by itself. */
static void describe(struct entry *entry, const char *parent)
{
    const char *slash = parent ? "/" : "";
    struct result result;
    struct err err = {0};
    char *path = NULL;

    snprintf(entry->status, sizeof entry->status, "damaged");
    if (asprintf(&path, "%s%s%s", parent ? parent : "", slash, entry->folder) <
        0)
        return;
    if (result_load(&result, path, 1, &err) == 0) {
        snprintf(entry->start_utc, sizeof entry->start_utc, "%s",
                 result.start_utc);
        snprintf(entry->status, sizeof entry->status, "%s",
                 result_status_name(result.status));
        sum_runs(entry, &result);
        result_release(&result);
    }
    free(path);
}

static int add(struct entries *entries, const char *folder, const char *parent)
{
    struct entry *more = realloc(entries->entry,
                                 (entries->n + 1) * sizeof *entries->entry);
    struct entry entry = {.folder = strdup(folder), .site = "-"};

    if (more)
        entries->entry = more;
    if (!more || !entry.folder) {
        free(entry.folder);
        return -1;
    }
    describe(&entry, parent);
    entries->entry[entries->n++] = entry;
    return 0;
}

static int by_start(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    int order = strcmp(x->start_utc, y->start_utc);

    return order ? order : strcmp(x->folder, y->folder);
}

/* A name from outside goes to a terminal. */
static void print_name(const char *name, int width, FILE *to)
{
    int n = 0;

    for (; *name; name++, n++)
        fputc((unsigned char)*name < ' ' || *name == 0x7f ? '?' : *name, to);
    for (; n < width; n++)
        fputc(' ', to);
}

static void print_counts(const struct entry *entry, FILE *to)
{
    char messages[32] = "-", failed[32] = "-";

    if (entry->start_utc[0]) {
        num_grouped(entry->messages, messages, sizeof messages);
        num_grouped(entry->failed, failed, sizeof failed);
    }
    fprintf(to, "  %-8s  %-10s  %11s  %7s\n", entry->status, entry->site,
            messages, failed);
}

static void print_table(const struct entries *entries, FILE *to)
{
    int width = 6, has_star = 0;

    for (size_t i = 0; i < entries->n; i++) {
        int len = (int)strlen(entries->entry[i].folder);

        width = len > width && len <= 36 ? len : width;
        has_star |= strchr(entries->entry[i].site, '*') != NULL;
    }
    fprintf(to, "%-*s  %-8s  %-10s  %11s  %7s\n", width, "folder", "status",
            "site", "messages", "failed");
    for (size_t i = 0; i < entries->n; i++) {
        print_name(entries->entry[i].folder, width, to);
        print_counts(&entries->entry[i], to);
    }
    if (has_star)
        fputs("* the path was emulated on this machine\n", to);
}

/* Folders only, neither links nor what begins with a dot. */
static int is_folder(const char *parent, const char *name)
{
    char *path = NULL;
    struct stat st;
    int is_one;

    if (name[0] == '.' || asprintf(&path, "%s/%s", parent, name) < 0)
        return 0;
    is_one = lstat(path, &st) == 0 && S_ISDIR(st.st_mode);
    free(path);
    return is_one;
}

/* What is in a results folder are runs. */
static int is_results_folder(const char *path)
{
    char *manifest = NULL;
    int is_one;

    if (asprintf(&manifest, "%s/manifest.json", path) < 0)
        return 0;
    is_one = access(manifest, F_OK) == 0;
    free(manifest);
    return is_one;
}

static int collect(struct entries *entries, DIR *dir, const char *parent)
{
    const struct dirent *found;

    if (is_results_folder(parent))
        return add(entries, parent, NULL);
    while ((found = readdir(dir)))
        if (is_folder(parent, found->d_name) &&
            add(entries, found->d_name, parent) < 0)
            return -1;
    if (entries->n > 1)
        qsort(entries->entry, entries->n, sizeof *entries->entry, by_start);
    return 0;
}

int list_folders(const char *parent, FILE *to, struct err *err)
{
    struct entries entries = {0};
    DIR *dir = opendir(parent);
    int status;

    if (!dir) {
        err_sys(err, ERR_RESULTS, "results-open", "cannot list %s", parent);
        return err_hint(err, "name the folder that holds the results: "
                             "harness list DIR");
    }
    status = collect(&entries, dir, parent);
    closedir(dir);
    if (status < 0)
        err_set(err, ERR_RESOURCE, "no-memory", "out of memory");
    else if (entries.n > 0)
        print_table(&entries, to);
    else
        fprintf(to, "no results in %s\n", parent);
    for (size_t i = 0; i < entries.n; i++)
        free(entries.entry[i].folder);
    free(entries.entry);
    return status;
}
