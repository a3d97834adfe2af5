#define _GNU_SOURCE
#include "harness/result.h"

#include "lib/clock.h"
#include "lib/record.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char partial_suffix[] = ".partial";

static int write_err(struct err *err, const char *path)
{
    int no_space = errno == ENOSPC || errno == EDQUOT || errno == EFBIG;

    err_sys(err, ERR_RESULTS, no_space ? "results-no-space" : "results-write",
            "cannot write %s", path);
    return err_hint(err, "%s",
                    no_space ? "free space there, or choose another place "
                               "with --out DIR"
                             : "the folder must exist and be writable");
}

static int write_all(int fd, const char *text, size_t n)
{
    while (n > 0) {
        ssize_t written = write(fd, text, n);

        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return -1;
        text += written;
        n -= (size_t)written;
    }
    return 0;
}

/* The whole text under its name, or the old file as it was. */
static int replace_file(const char *path, const char *text, struct err *err)
{
    char tmp[4200];
    int fd, failed;

    snprintf(tmp, sizeof tmp, "%s.tmp", path);
    fd = open(tmp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0666);
    if (fd < 0)
        return write_err(err, tmp);
    failed = write_all(fd, text, strlen(text)) < 0 || fsync(fd) < 0;
    failed = failed ? write_err(err, tmp) : 0;
    if (close(fd) < 0 && !failed)
        failed = write_err(err, tmp);
    if (!failed && rename(tmp, path) < 0)
        failed = write_err(err, path);
    if (failed)
        (void)unlink(tmp);
    return failed;
}

int result_write_text(const struct result *result, const struct result_run *run,
                      const char *file, const char *text, struct err *err)
{
    char path[4096];

    if (result_file_path(path, result, run, file, err) < 0)
        return -1;
    return replace_file(path, text, err);
}

/* ---- to the disk ---- */

/* What the folder lists is on the disk; some file systems cannot tell.  One
 * that may be written but not read has no descriptor: with all else, then. */
static int sync_folder(const char *path, struct err *err)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int failed;

    if (fd < 0 && errno == EACCES) {
        sync();
        return 0;
    }
    if (fd < 0)
        return write_err(err, path);
    failed = fsync(fd) < 0 && errno != EINVAL ? write_err(err, path) : 0;
    close(fd);
    return failed;
}

/* Cut the path to the folder above; "." above a bare name. */
static void cut_to_parent(char *path)
{
    char *slash = strrchr(path, '/');

    if (slash && slash > path)
        *slash = '\0';
    else
        memcpy(path, slash ? "/" : ".", 2);
}

/* ---- the folder ---- */

static int exists_err(struct err *err, const char *path)
{
    err_set(err, ERR_RESULTS, "results-exist",
            "cannot make results folder: %s: it is there already", path);
    return err_hint(err, "results are never overwritten: wait a second, or "
                         "choose another place with --out DIR");
}

static int parent_err(struct err *err, const char *path, const char *out)
{
    if (errno == EEXIST)
        return exists_err(err, path);
    if (errno == ENOSPC || errno == EDQUOT)
        return write_err(err, path);
    err_sys(err, ERR_RESULTS, "results-parent",
            "cannot make results folder: %s", path);
    return err_hint(err,
                    "make %s a writable folder, or choose another with "
                    "--out DIR",
                    out);
}

/* Make the folder that results are in, unless it is there. */
static int make_parent(const char *out, struct err *err)
{
    char above[4096];
    size_t n = (size_t)snprintf(above, sizeof above, "%s", out);

    if (mkdir(out, 0777) < 0)
        return errno == EEXIST ? 0 : parent_err(err, out, out);
    while (n > 1 && above[n - 1] == '/')
        above[--n] = '\0';
    cut_to_parent(above);
    if (sync_folder(above, err) == 0)
        return 0;
    (void)rmdir(out);
    return -1;
}

/* mkdir is the lock: of two runs with one name only one gets the folder. */
static int make_folder(struct result *result, const char *out, struct err *err)
{
    char utc[CLOCK_UTC_SIZE], final[4096], partial[4096];
    struct stat st;
    int n;

    clock_utc_compact(utc);
    n = snprintf(final, sizeof final - sizeof partial_suffix, "%s/%s-%s", out,
                 result->name, utc);
    if (n >= (int)(sizeof final - sizeof partial_suffix))
        return err_set(err, ERR_USAGE, "usage", "--out: the path is too long");
    if (lstat(final, &st) == 0)
        return exists_err(err, final);
    snprintf(partial, sizeof partial, "%.4080s%s", final, partial_suffix);
    if (make_parent(out, err) < 0)
        return -1;
    if (mkdir(partial, 0777) < 0)
        return parent_err(err, partial, out);
    memcpy(result->path, partial, sizeof result->path);
    return 0;
}

int result_create(struct result *result, const char *out,
                  const char *scenario_text, struct err *err)
{
    char path[4096];
    int64_t bytes;

    clock_utc_iso(result->start_utc);
    result->status = RESULT_PARTIAL;
    if (make_folder(result, out, err) < 0)
        return -1;
    if (result_write_text(result, NULL, "scenario.json", scenario_text, err) ==
            0 &&
        result_file_path(path, result, NULL, "scenario.json", err) == 0 &&
        hash_file(path, result->scenario_sha256, &bytes, err) == 0 &&
        result_save(result, err) == 0)
        return 0;
    (void)result_discard(result);
    return -1;
}

/* The name that the folder will have. */
static void final_name(const struct result *result, char *to, size_t size)
{
    const char *slash = strrchr(result->path, '/');
    const char *name = slash ? slash + 1 : result->path;

    snprintf(to, size, "%.*s",
             (int)(strlen(name) - (sizeof partial_suffix - 1)), name);
}

void result_tie(struct result *a, struct result *b)
{
    a->pairs = b->pairs = (struct result_pairs){.has = 1};
    hash_random_id(a->pairs.id);
    memcpy(b->pairs.id, a->pairs.id, sizeof b->pairs.id);
    memcpy(a->pairs.side, "A", sizeof "A");
    memcpy(b->pairs.side, "B", sizeof "B");
    final_name(b, a->pairs.other, sizeof a->pairs.other);
    final_name(a, b->pairs.other, sizeof b->pairs.other);
}

int result_make_dir(const struct result *result, const struct result_run *run,
                    struct err *err)
{
    char path[4096], *slash;

    if (result_file_path(path, result, run, "", err) < 0)
        return -1;
    path[strlen(path) - 1] = '\0'; /* the slash before the empty name */
    slash = strrchr(path, '/');
    *slash = '\0';
    if (mkdir(path, 0777) < 0 && errno != EEXIST)
        return write_err(err, path);
    *slash = '/';
    return mkdir(path, 0777) < 0 ? write_err(err, path) : 0;
}

int result_enter_file(struct result_run *run, const struct result_file *file,
                      struct err *err)
{
    if (run->nfiles == RESULT_MAX_FILES)
        return err_set(err, ERR_BUG, "result-files", "too many files: %s",
                       file->name);
    run->files[run->nfiles++] = *file;
    return 0;
}

int result_add_file(const struct result *result, struct result_run *run,
                    const char *file, int64_t rows, struct err *err)
{
    struct result_file entry = {.rows = rows};
    char path[4096];

    snprintf(entry.name, sizeof entry.name, "%s", file);
    if (result_file_path(path, result, run, file, err) < 0 ||
        hash_file(path, entry.sha256, &entry.bytes, err) < 0)
        return -1;
    return result_enter_file(run, &entry, err);
}

/* Where the last newline of the file ends; 0 without one. */
static off_t whole_rows_end(int fd)
{
    off_t at = lseek(fd, 0, SEEK_END);
    char bytes[4096];

    while (at > 0) {
        size_t n = at < (off_t)sizeof bytes ? (size_t)at : sizeof bytes;

        if (pread(fd, bytes, n, at - (off_t)n) != (ssize_t)n)
            return -1;
        for (; n > 0; n--, at--)
            if (bytes[n - 1] == '\n')
                return at;
    }
    return at;
}

int result_trim_file(const struct result *result, const struct result_run *run,
                     const char *file, struct err *err)
{
    char path[4096];
    off_t end;
    int fd, failed;

    if (result_file_path(path, result, run, file, err) < 0)
        return -1;
    fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return write_err(err, path);
    end = whole_rows_end(fd);
    failed = end < 0 || ftruncate(fd, end) < 0 ? write_err(err, path) : 0;
    if (end == 0 && !failed && unlink(path) < 0)
        failed = write_err(err, path);
    if (close(fd) < 0 && !failed)
        failed = write_err(err, path);
    return failed;
}

int result_add_environment(struct result *result, const char *text,
                           struct err *err)
{
    char path[4096];
    int64_t bytes;

    /* Killed on the way, the manifest must not name the one before. */
    if (result->environment_sha256[0]) {
        result->environment_sha256[0] = '\0';
        if (result_save(result, err) < 0)
            return -1;
    }
    if (result_write_text(result, NULL, "environment.json", text, err) < 0 ||
        result_file_path(path, result, NULL, "environment.json", err) < 0)
        return -1;
    return hash_file(path, result->environment_sha256, &bytes, err);
}

/* ---- its name ---- */

/* CASE/REP and CASE: their files must not be lost when the name is there. */
static int sync_run(const struct result *result, const struct result_run *run,
                    struct err *err)
{
    char path[4096];

    if (result_file_path(path, result, run, "", err) < 0)
        return -1;
    cut_to_parent(path); /* the slash before the empty name */
    if (sync_folder(path, err) < 0)
        return -1;
    cut_to_parent(path);
    return sync_folder(path, err);
}

int result_is_there(const struct result *result)
{
    return access(result->path, F_OK) == 0;
}

static int check_file(const struct result *result, const struct result_run *run,
                      const char *name, int64_t bytes, struct err *err)
{
    char path[4096];
    struct stat st;

    if (result_file_path(path, result, run, name, err) < 0)
        return -1;
    if (lstat(path, &st) == 0 && S_ISREG(st.st_mode) &&
        (bytes < 0 || st.st_size == bytes))
        return 0;
    err_set(err, ERR_RESULTS, "results-damaged",
            "cannot complete the results: %s is not as it was written", path);
    return err_hint(err, "nobody may change a results folder while it is made");
}

/* What the manifest promises is there. */
static int check_files(const struct result *result, struct err *err)
{
    if (check_file(result, NULL, "scenario.json", -1, err) < 0)
        return -1;
    for (int i = 0; i < result->nruns; i++) {
        const struct result_run *run = &result->runs[i];

        for (int k = 0; k < run->nfiles; k++)
            if (check_file(result, run, run->files[k].name, run->files[k].bytes,
                           err) < 0)
                return -1;
    }
    return 0;
}

/* Not replacing; *err tells why not. */
static int rename_folder(const char *from, const char *to, struct err *err)
{
    if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
        return 0;
    return errno == EEXIST ? exists_err(err, to) : write_err(err, to);
}

/* Its name is the promise: taken back when the disk did not take it. */
static int publish(struct result *result, struct err *err)
{
    char final[4096], parent[4096];
    size_t n = strlen(result->path) - (sizeof partial_suffix - 1);
    struct err later = {0};

    snprintf(final, sizeof final, "%.*s", (int)n, result->path);
    memcpy(parent, final, sizeof parent);
    cut_to_parent(parent);
    if (rename_folder(result->path, final, err) < 0)
        return -1;
    if (sync_folder(parent, err) < 0) {
        (void)rename_folder(final, result->path, &later);
        return -1;
    }
    memcpy(result->path, final, sizeof result->path);
    return 0;
}

int result_finish(struct result *result, struct err *err)
{
    clock_utc_iso(result->end_utc);
    for (int i = 0; i < result->nruns; i++)
        if (sync_run(result, &result->runs[i], err) < 0)
            return -1;
    if (check_files(result, err) < 0 || result_save(result, err) < 0 ||
        sync_folder(result->path, err) < 0)
        return -1;
    return publish(result, err);
}

/* ---- taking back ---- */

/* More than a header; also when it cannot be read. */
static int has_rows(const char *messages_csv)
{
    struct stat st;

    return lstat(messages_csv, &st) == 0 &&
           st.st_size > (off_t)sizeof RECORD_HEADER;
}

/* 1 when nothing is left of it. */
static int remove_run_dir(const struct result *result,
                          const struct result_run *run)
{
    static const char *const files[] = {
        RESULT_MESSAGES_CSV, RESULT_CONNECTIONS_CSV, RESULT_UNMATCHED_CSV,
        RESULT_INJECTED_CSV, RESULT_SERVED_CSV,      RESULT_SUMMARY_JSON,
        RESULT_BEFORE_CSV,   RESULT_AFTER_CSV,       RESULT_BEFORE_TXT,
        RESULT_AFTER_TXT,    "client.log",           "server.log",
        "relay.log",
    };
    char path[4096];
    struct err ignored;

    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        if (result_file_path(path, result, run, files[i], &ignored) < 0 ||
            (i == 0 && has_rows(path)))
            return 0;
        (void)unlink(path);
    }
    cut_to_parent(path);
    if (rmdir(path) < 0 && errno != ENOENT)
        return 0;
    cut_to_parent(path);
    (void)rmdir(path);
    return 1;
}

int result_discard(struct result *result)
{
    static const char *const files[] = {"scenario.json", "environment.json",
                                        "manifest.json"};
    char path[4096];
    struct err ignored;
    int left = 0;

    for (int i = 0; i < result->nruns; i++)
        left |= !remove_run_dir(result, &result->runs[i]);
    if (left)
        return -1;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        if (result_file_path(path, result, NULL, files[i], &ignored) == 0)
            (void)unlink(path);
    (void)rmdir(result->path);
    result->path[0] = '\0';
    return 0;
}
