#define _GNU_SOURCE
#include "harness/figure_files.h"

#include "harness/folder.h"
#include "harness/hash.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int is_figure(const struct dirent *entry)
{
    const char *dot = strrchr(entry->d_name, '.');

    return entry->d_name[0] != '.' && dot &&
           (strcmp(dot, ".pdf") == 0 || strcmp(dot, ".svg") == 0);
}

/* 1: the same; 0: another; -1: err is set. */
static int is_same(const char *has, const char *should, const char *name,
                   char hex[2][HASH_HEX_SIZE], struct err *err)
{
    char path[FOLDER_PATH];
    int64_t bytes;

    if (folder_path(path, has, name, err) < 0 ||
        hash_file(path, hex[0], &bytes, err) < 0 ||
        folder_path(path, should, name, err) < 0 ||
        hash_file(path, hex[1], &bytes, err) < 0)
        return -1;
    return strcmp(hex[0], hex[1]) == 0;
}

/* Is even figure 1 of this kind another? */
static int is_drawn_otherwise(const char *has, const char *should,
                              const char *name)
{
    char fig1[16], hex[2][HASH_HEX_SIZE];
    struct err ignored;

    snprintf(fig1, sizeof fig1, "fig1%s", strrchr(name, '.'));
    return is_same(has, should, fig1, hex, &ignored) == 0;
}

static int compare(struct figure_files *found, const char *dirs[2],
                   const char *name, struct report_drift *drift,
                   struct err *err)
{
    char hex[2][HASH_HEX_SIZE];
    int same = is_same(dirs[0], dirs[1], name, hex, err);
    int is_otherwise = same == 0 && is_drawn_otherwise(dirs[0], dirs[1], name);

    if (same < 0)
        return -1;
    snprintf(drift->file, sizeof drift->file, "figures/%s", name);
    found->same += same;
    found->others += is_otherwise && found->is_trusted;
    if (!same && !(is_otherwise && found->is_trusted)) {
        report_drift_add("SHA-256", hex[0], hex[1], drift);
        drift->looks += is_otherwise;
    }
    return 0;
}

int figure_files_compare(struct figure_files *found, const char *has,
                         const char *should, struct report_drift *drift,
                         struct err *err)
{
    const char *dirs[2] = {has, should};
    struct dirent **entry = NULL;
    int n = scandir(should, &entry, is_figure, alphasort), status = 0;

    found->same = found->others = 0;
    for (int i = 0; i < n; i++) {
        if (status == 0 && folder_size(has, entry[i]->d_name) >= 0)
            status = compare(found, dirs, entry[i]->d_name, drift, err);
        free(entry[i]);
    }
    free(entry);
    return status;
}
