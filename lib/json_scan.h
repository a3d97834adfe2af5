/*
 * JSON text, checked by hand: RFC 8259 to the letter, plus what an input of
 * ours must not hold (a NUL, more than 16 levels, numbers beyond a double).
 * Builds nothing; json_load lets cJSON build the tree of a text that passed.
 */
#ifndef LIB_JSON_SCAN_H
#define LIB_JSON_SCAN_H

#include <stddef.h>

#define JSON_SCAN_MAX_DEPTH 16
#define JSON_SCAN_MAX_NUMBER 40

/* Where and why a text is no JSON. */
struct json_fault {
    int line;           /* 1.. */
    int column;         /* 1.., in bytes */
    const char *what;   /* "a comma or } is missing", a constant */
    const char *advice; /* what to do, a constant */
};

/* 0 when text[0..len) is one JSON value and nothing else, or -1 and fault. */
int json_scan_check(const char *text, size_t len, struct json_fault *fault);

/*
 * The line (1..) where the value at a dotted path starts: "loss.p",
 * "message_size[2]".  `nth` (1..) chooses among equal paths, which only a
 * text with duplicate keys has.  0 when there is no such value, or the text
 * is no JSON.
 */
int json_scan_line(const char *text, size_t len, const char *path, int nth);

#endif
