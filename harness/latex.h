/* Text from outside as TeX that shows it literally and does nothing else. */
#ifndef HARNESS_LATEX_H
#define HARNESS_LATEX_H

#include "lib/buf.h"

#include <stddef.h>

/*
 * Append `text` so that pdflatex (OT1 Computer Modern) shows it: specials and
 * ligatures are broken up, Latin-1 letters become accents, the thin space,
 * the micro sign, dashes and a few more become their TeX; control characters
 * and what the font does not have become "?"; a very long word may be broken.
 * The result has no unescaped backslash, brace, dollar, ampersand, hash, caret,
 * underscore, tilde, percent or newline, and its braces balance.
 */
void latex_escape(struct buf *to, const char *text);

/* The same in typewriter type, with breaks allowed after / and _ and -. */
void latex_code(struct buf *to, const char *text);

/*
 * `n` bytes of one line in typewriter type, each character in a place of the
 * same width; spaces stay, what is not UTF-8 or has no glyph becomes "?".
 */
void latex_line(struct buf *to, const char *text, size_t n);

/* How many bytes of text[0..n) fill at most `columns` such places. */
size_t latex_columns(const char *text, size_t n, int columns);

#endif
