#define _GNU_SOURCE
#include "harness/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static int cannot_write(const char *path, struct err *err)
{
    int is_full = errno == ENOSPC || errno == EDQUOT;

    err_sys(err, ERR_RESULTS, is_full ? "report-no-space" : "report-write",
            "cannot write %s", path);
    return err_hint(err, is_full ? "make room, or choose another place: "
                                   "--out DIR"
                                 : "choose another place: --out DIR");
}

int folder_path(char path[FOLDER_PATH], const char *dir, const char *name,
                struct err *err)
{
    int n = snprintf(path, FOLDER_PATH, "%s/%s", dir, name);

    if (n >= 0 && n < FOLDER_PATH)
        return 0;
    err_set(err, ERR_RESULTS, "results-path", "the path is too long: %.80s...",
            dir);
    return err_hint(err, "choose a shorter path");
}

int folder_make(const char *path, struct err *err)
{
    char part[FOLDER_PATH];

    if (snprintf(part, sizeof part, "%s", path) >= (int)sizeof part)
        return folder_path(part, path, "", err);
    for (char *slash = part + 1; *slash; slash++) {
        if (*slash != '/')
            continue;
        *slash = '\0';
        if (mkdir(part, 0777) < 0 && errno != EEXIST)
            return cannot_write(part, err);
        *slash = '/';
    }
    if (mkdir(part, 0777) < 0 && errno != EEXIST)
        return cannot_write(part, err);
    return 0;
}

int folder_write(const char *dir, const char *name, const struct buf *text,
                 struct err *err)
{
    char path[FOLDER_PATH];
    FILE *to;
    int failed;

    if (text->failed)
        return err_set(err, ERR_RESOURCE, "no-memory", "out of memory");
    if (folder_path(path, dir, name, err) < 0)
        return -1;
    to = fopen(path, "we");
    if (!to)
        return cannot_write(path, err);
    failed = fwrite(buf_text(text), 1, text->len, to) != text->len;
    failed |= fclose(to) != 0;
    return failed ? cannot_write(path, err) : 0;
}

int folder_copy(const char *from, const char *dir, const char *name,
                struct err *err)
{
    struct buf text = {0};
    char bytes[4096];
    size_t n;
    FILE *file = fopen(from, "re");
    int status;

    if (!file)
        return err_sys(err, ERR_HELPER, "install-broken", "cannot open %s",
                       from);
    while ((n = fread(bytes, 1, sizeof bytes, file)) > 0)
        buf_add_n(&text, bytes, n);
    status = ferror(file) ? err_sys(err, ERR_HELPER, "install-broken",
                                    "cannot read %s", from)
                          : folder_write(dir, name, &text, err);
    fclose(file);
    buf_release(&text);
    return status;
}

int folder_place(const char *from, const char *dir, const char *name,
                 struct err *err)
{
    char path[FOLDER_PATH];

    if (folder_path(path, dir, name, err) < 0)
        return -1;
    (void)unlink(path);
    return symlink(from, path) == 0 ? 0 : folder_copy(from, dir, name, err);
}

static int read_stream(struct buf *to, FILE *from)
{
    char part[65536];
    size_t start = to->len, n;

    while ((n = fread(part, 1, sizeof part, from)) > 0) {
        if (memchr(part, '\0', n) || to->len - start + n > FOLDER_READ_MOST)
            return -1;
        buf_add_n(to, part, n);
    }
    return ferror(from) || to->failed ? -1 : 0;
}

int folder_read(struct buf *to, const char *dir, const char *name,
                struct err *err)
{
    char path[FOLDER_PATH];
    FILE *from;
    int status;

    if (folder_path(path, dir, name, err) < 0)
        return -1;
    /* A pipe or a device would make us wait: only what has a size is opened. */
    from = folder_size(dir, name) < 0 ? NULL : fopen(path, "re");
    if (!from) {
        err_set(err, ERR_RESULTS, "report-open", "%s: cannot be read", path);
        return err_hint(err, "name the folder that harness report wrote");
    }
    status = read_stream(to, from);
    fclose(from);
    if (status == 0)
        return 0;
    err_set(err, ERR_RESULTS, "report-read",
            "%s: not a text that harness "
            "report wrote",
            path);
    return err_hint(err, "make the report again: harness report DIR...");
}

int folder_move(const char *from_dir, const char *name, const char *to_dir,
                struct err *err)
{
    char from[FOLDER_PATH], to[FOLDER_PATH];

    if (folder_path(from, from_dir, name, err) < 0 ||
        folder_path(to, to_dir, name, err) < 0)
        return -1;
    if (rename(from, to) == 0 || errno == ENOENT)
        return 0;
    return cannot_write(to, err);
}

long long folder_size(const char *dir, const char *name)
{
    char path[FOLDER_PATH];
    struct err err;
    struct stat st;

    if (folder_path(path, dir, name, &err) < 0 || lstat(path, &st) < 0 ||
        !S_ISREG(st.st_mode))
        return -1;
    return st.st_size;
}

int folder_lock(int *lock, const char *path, int to_write, struct err *err)
{
    *lock = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (*lock < 0 ||
        flock(*lock, (to_write ? LOCK_EX : LOCK_SH) | LOCK_NB) == 0 ||
        errno != EWOULDBLOCK)
        return 0;
    (void)close(*lock);
    *lock = -1;
    err_set(err, ERR_RESULTS, "report-busy", "%s: another harness report %s it",
            path, to_write ? "writes or checks" : "writes");
    return err_hint(err, "wait until it is done%s",
                    to_write ? ", or choose another place: --out DIR" : "");
}

int folder_temporary(char path[FOLDER_PATH], struct err *err)
{
    const char *tmp = getenv("TMPDIR");

    snprintf(path, FOLDER_PATH, "%s/echolab-XXXXXX",
             tmp && tmp[0] ? tmp : "/tmp");
    if (mkdtemp(path))
        return 0;
    err_sys(err, ERR_RESULTS, "report-write", "cannot write into %s", path);
    path[0] = '\0';
    return err_hint(err, "set TMPDIR to a folder that can be written");
}

static int remove_one(const char *path, const struct stat *st, int type,
                      struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    (void)remove(path);
    return 0;
}

void folder_remove(const char *path)
{
    (void)nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}
