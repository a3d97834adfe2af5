/* A folder that a report is built in: made, filled, moved from, removed. */
#ifndef HARNESS_FOLDER_H
#define HARNESS_FOLDER_H

#include "lib/buf.h"
#include "lib/err.h"

#define FOLDER_PATH 4096

/* DIR/NAME; -1 with results-path when that is too long. */
int folder_path(char path[FOLDER_PATH], const char *dir, const char *name,
                struct err *err);

/* Make a folder and its parents; one that is there is fine. */
int folder_make(const char *path, struct err *err);

/* Write a text, or take over a finished one: all or an error, never part. */
int folder_write(const char *dir, const char *name, const struct buf *text,
                 struct err *err);
int folder_copy(const char *from, const char *dir, const char *name,
                struct err *err);

/*
 * Have a file there too, in place of what has its name: a link to it, or, where
 * the file system knows none, a copy.  Errors: those of folder_copy.
 */
int folder_place(const char *from, const char *dir, const char *name,
                 struct err *err);

/*
 * Append a file of at most FOLDER_READ_MOST bytes, without a NUL in them.
 * Errors (ERR_RESULTS): report-open, report-read.
 */
#define FOLDER_READ_MOST (64 << 20)
int folder_read(struct buf *to, const char *dir, const char *name,
                struct err *err);

/* Move a file, replacing what is there.  A file that is not there is fine. */
int folder_move(const char *from_dir, const char *name, const char *to_dir,
                struct err *err);

/* Bytes of a regular file, or -1. */
long long folder_size(const char *dir, const char *name);

/*
 * Hold a folder until *lock is closed: alone, to write, or with other readers.
 * Where a file system knows no locks it is not held (*lock is -1, or useless).
 * Error: report-busy (ERR_RESULTS) when another process holds it.
 */
int folder_lock(int *lock, const char *path, int to_write, struct err *err);

/* Make an empty folder for a while, in TMPDIR or /tmp.  Error: report-write. */
int folder_temporary(char path[FOLDER_PATH], struct err *err);

/* Remove a folder that we made, with all in it.  Links are not followed. */
void folder_remove(const char *path);

#endif
