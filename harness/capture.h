/*
 * What a terminal showed, made the same for every run: line ends are one
 * newline, other control bytes are shown as \xHH, and a port that the kernel
 * chose is a word such as PORT or PORT-A.
 */
#ifndef HARNESS_CAPTURE_H
#define HARNESS_CAPTURE_H

#include "lib/buf.h"

#include <stddef.h>

enum { CAPTURE_MAX_PORTS = 128, CAPTURE_WORD_SIZE = 24 };

struct capture {
    struct {
        int port;
        char word[CAPTURE_WORD_SIZE];
    } known[CAPTURE_MAX_PORTS];
    int n;
};

/* From here on `port` is shown as that word; a later word replaces it. */
void capture_name_port(struct capture *capture, int port, const char *word);

/*
 * Append n bytes to `to`.  A port is only looked for where our programs print
 * one: "('127.0.0.1', 40113)", "listen port: 40113", and
 * "listening tcp 127.0.0.1:40113" at a line's end.  So bytes must hold whole
 * lines, but for the last.
 */
void capture_add(const struct capture *capture, const char *bytes, size_t n,
                 struct buf *to);

#endif
