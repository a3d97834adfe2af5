#define _GNU_SOURCE
#include "harness/figure_files.h"

#include "harness/figure.h"
#include "harness/folder.h"
#include "harness/hash.h"
#include "lib/buf.h"

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

/* ---- whether the same is drawn here ---- */

#define NOTE "drawn"

static const char *const kinds[] = {"pdf", "svg"};

/* Figure 1, which is the same in every report. */
static int hash_probe(const char *dir, int kind, char hex[HASH_HEX_SIZE],
                      struct err *err)
{
    char path[FOLDER_PATH], name[16];
    int64_t bytes;

    snprintf(name, sizeof name, "fig1.%s", kinds[kind]);
    if (folder_path(path, dir, name, err) < 0)
        return -1;
    return hash_file(path, hex, &bytes, err);
}

int figure_files_note(const char *dir, struct err *err)
{
    struct buf text = {0};
    char hex[HASH_HEX_SIZE];
    int status = 0;

    for (int kind = 0; status == 0 && kind < 2; kind++) {
        status = hash_probe(dir, kind, hex, err);
        if (status == 0)
            buf_addf(&text, "%s  fig1.%s\n", hex, kinds[kind]);
    }
    if (status == 0)
        status = folder_write(dir, "fig1.work/" NOTE, &text, err);
    buf_release(&text);
    return status;
}

/* What was noted when the report was made; "" when it is no such note. */
static int read_note(char noted[2][HASH_HEX_SIZE], const char *has,
                     struct err *err)
{
    struct buf text = {0};
    int status = folder_read(&text, has, "data/fig1/" NOTE, err);

    noted[0][0] = noted[1][0] = '\0';
    if (status == 0 && sscanf(buf_text(&text), "%64s fig1.pdf %64s fig1.svg",
                              noted[0], noted[1]) != 2)
        noted[0][0] = noted[1][0] = '\0';
    buf_release(&text);
    return status;
}

/* What is not held against what is drawn here, is at least what was noted. */
static int judge_probe(const char *has, int kind, const char *noted,
                       struct report_drift *drift, struct err *err)
{
    char name[16], hex[HASH_HEX_SIZE];

    snprintf(name, sizeof name, "fig1.%s", kinds[kind]);
    snprintf(drift->file, sizeof drift->file, "figures/%s", name);
    if (folder_size(has, name) < 0)
        return 0; /* told with the others */
    if (hash_probe(has, kind, hex, err) < 0)
        return -1;
    if (strcmp(hex, noted) != 0)
        report_drift_add("SHA-256", hex, noted, drift);
    return 0;
}

static int find_alike(int is_alike[2], char noted[2][HASH_HEX_SIZE],
                      const char *should, struct err *err)
{
    char hex[HASH_HEX_SIZE];

    for (int kind = 0; kind < 2; kind++) {
        if (hash_probe(should, kind, hex, err) < 0)
            return -1;
        is_alike[kind] = strcmp(hex, noted[kind]) == 0;
    }
    /* An SVG names its gnuplot, which draws the PDF as well. */
    is_alike[0] &= is_alike[1] && figure_has_date(should, "fig1.pdf");
    return 0;
}

/*
 * gnuplot, cairo and fonts have no say in what the data give, but in the bytes
 * of a figure: only what is drawn alike here can be compared.
 */
static int judge_note(struct figure_files *found, const char *has,
                      const char *should, struct report_drift *drift,
                      struct err *err)
{
    char noted[2][HASH_HEX_SIZE];
    int status;

    snprintf(drift->file, sizeof drift->file, "figures/data/fig1/" NOTE);
    if (folder_size(has, "data/fig1/" NOTE) < 0) {
        found->is_alike[0] = found->is_alike[1] = 1;
        report_drift_add("file", NULL, "a file", drift);
        return 0;
    }
    status = read_note(noted, has, err);
    if (status == 0)
        status = find_alike(found->is_alike, noted, should, err);
    for (int kind = 0; status == 0 && kind < 2; kind++)
        if (!found->is_alike[kind])
            status = judge_probe(has, kind, noted[kind], drift, err);
    return status;
}

/* ---- the files ---- */

static int is_alike(const struct figure_files *found, const char *path)
{
    return found->is_alike[strcmp(strrchr(path, '.'), ".svg") == 0];
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
    else if (!is_alike(found, has))
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
    int status;

    *found = (struct figure_files){0};
    status = judge_note(found, has, should, drift, err);
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
