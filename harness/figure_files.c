#define _GNU_SOURCE
#include "harness/figure_files.h"

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

/*
 * Who drew it: "/Producer (cairo 1.16.0" of a PDF, "Produced by GNUPLOT 5.4
 * patchlevel 4" of an SVG.  "" when it was none of them.
 */
static void read_maker(const char *path, char *maker, size_t size)
{
    static const char *const marks[] = {"/Producer (cairo ",
                                        "Produced by GNUPLOT "};
    char *text = NULL;
    size_t room = 0;
    FILE *file = fopen(path, "re");

    maker[0] = '\0';
    while (file && !maker[0] && getline(&text, &room, file) >= 0)
        for (int i = 0; i < 2; i++) {
            const char *at = strstr(text, marks[i]);

            if (at)
                snprintf(maker, size, "%.*s", (int)strcspn(at, "\r\n"), at);
        }
    free(text);
    if (file)
        fclose(file);
}

/* Another version may draw the same otherwise. */
static int are_of_two_versions(const char *has, const char *should)
{
    char one[100], other[100];

    read_maker(has, one, sizeof one);
    read_maker(should, other, sizeof other);
    return one[0] && other[0] && strcmp(one, other) != 0;
}

static int compare(struct figure_files *found, const char *has,
                   const char *should, struct report_drift *drift,
                   struct err *err)
{
    char of_has[HASH_HEX_SIZE], of_should[HASH_HEX_SIZE];
    int64_t bytes;

    if (hash_file(has, of_has, &bytes, err) < 0 ||
        hash_file(should, of_should, &bytes, err) < 0)
        return -1;
    if (strcmp(of_has, of_should) == 0)
        found->same++;
    else if (are_of_two_versions(has, should))
        found->others++;
    else
        report_drift_add("SHA-256", of_has, of_should, drift);
    return 0;
}

/* A figure that one of them has: is it in the other, and the same there? */
static int look(struct figure_files *found, const char *dirs[2],
                const char *name, struct report_drift *drift, struct err *err)
{
    char has[FOLDER_PATH], should[FOLDER_PATH];

    snprintf(drift->file, sizeof drift->file, "figures/%s", name);
    if (folder_path(has, dirs[0], name, err) < 0 ||
        folder_path(should, dirs[1], name, err) < 0)
        return -1;
    if (folder_size(dirs[0], name) < 0)
        report_drift_add("file", NULL, "a figure", drift);
    else if (folder_size(dirs[1], name) < 0)
        report_drift_add("file", "a figure", NULL, drift);
    else
        return compare(found, has, should, drift, err);
    return 0;
}

int figure_files_compare(struct figure_files *found, const char *has,
                         const char *should, struct report_drift *drift,
                         struct err *err)
{
    const char *dirs[2] = {has, should};
    int status = 0;

    *found = (struct figure_files){0};
    for (int of = 0; of < 2; of++) {
        struct dirent **entry = NULL;
        int n = scandir(dirs[of], &entry, is_figure, alphasort);

        for (int i = 0; i < n; i++) {
            /* What both have was looked at the first time. */
            if (status == 0 &&
                (of == 0 || folder_size(has, entry[i]->d_name) < 0))
                status = look(found, dirs, entry[i]->d_name, drift, err);
            free(entry[i]);
        }
        free(entry);
    }
    return status;
}
