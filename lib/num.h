/* Strict reading and fast writing of whole numbers, and human units. */
#ifndef LIB_NUM_H
#define LIB_NUM_H

#include <stddef.h>
#include <stdint.h>

/*
 * Decimal digits with an optional leading '-', all of the text, within
 * lo..hi.  No blanks, no '+', no hex.  Returns 0, or -1 when the text is not
 * such a number; *value is then untouched.
 */
int num_parse_int(const char *text, int64_t lo, int64_t hi, int64_t *value);

/*
 * A whole number of 1 to 18 decimal digits and nothing else; -1 when it is
 * none.  For text that is read by the million: eight digits at a time.
 */
int64_t num_of_digits(const char *text, size_t len);

/*
 * A decimal fraction such as 0.25 or 3 within lo..hi; digits and one point
 * only (no exponent, no "inf"), whatever the locale.  Returns 0 or -1.
 */
int num_parse_real(const char *text, double lo, double hi, double *value);

/*
 * Write `value` in decimal at `to`, which has room for 20 characters.
 * Returns the end; no NUL is added.  Far cheaper than printf, because the
 * record writes a dozen numbers per message.
 */
char *num_put_int(char *to, int64_t value);

/* Write the low `digits` hex digits of `value`, lower case.  Returns the end.
 */
char *num_put_hex(char *to, uint64_t value, int digits);

/* Read exactly `digits` lower-case hex digits.  Returns 0 or -1. */
int num_get_hex(const char *from, int digits, uint64_t *value);

/* "1 234 567": groups of three.  Returns buf. */
const char *num_grouped(int64_t value, char *buf, size_t size);

/* "15.2 us", "38.1 ms", "3.00 s": three significant digits.  Returns buf. */
const char *num_duration(double ns, char *buf, size_t size);

/* "262 Mbit/s", SI prefixes, three significant digits.  Returns buf. */
const char *num_bitrate(double bits_per_s, char *buf, size_t size);

/* "161 kB", "1.40 GB", SI prefixes, three significant digits.  Returns buf. */
const char *num_bytes(double bytes, char *buf, size_t size);

#endif
